"""Registers what belongs to no app of ours; Django looks for this module by its name."""

from . import people_admin

__all__ = ["people_admin"]
