"""The provider's API over HTTP: a client, its contract as data, its objects as typed structs. No Django."""
