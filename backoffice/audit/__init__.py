"""The audit record: who did what, and who saw what, written once and never changed."""
