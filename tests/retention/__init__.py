"""Periods, purging, and what is never purged."""
