"""The log of calls to the provider."""
