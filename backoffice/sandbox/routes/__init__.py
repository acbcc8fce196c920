"""The calls of the contract, by area."""
