"""The least that Django can do with an event: a project of one view that inserts one row."""
