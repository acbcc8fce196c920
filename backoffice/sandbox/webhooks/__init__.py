"""Telling the subscriber that something moved on; contract 7.

`events` says which status is which event, `signing` makes the headers, `deliveries` holds what is to
be sent and what became of it, `sender` sends it from threads of its own. Nothing here holds the lock
of the state while it speaks to anyone.
"""
