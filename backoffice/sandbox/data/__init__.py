"""Rows made on demand from a seed and an index; nothing is stored."""
