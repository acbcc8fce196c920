"""The stand-in provider, held against the contract."""
