"""Asking once, as every domain does."""

from backoffice.operations.services.asking import Asked, ask, find_earlier

__all__ = ["Asked", "ask", "find_earlier"]
