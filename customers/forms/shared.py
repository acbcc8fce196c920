"""What the forms share: fields of text, and the mark by which a second sending is known."""

from typing import Any

from django import forms

from backoffice.operations.submissions import SubmissionForm, new_submission

__all__ = ["LONGEST_TEXT", "Choices", "SubmissionForm", "new_submission", "text_field"]

LONGEST_TEXT = 255

Choices = list[tuple[Any, Any]]


def text_field(label: Any, *, required: bool = False, longest: int = LONGEST_TEXT, **options: Any) -> forms.CharField:
    """A field of text, optional unless said otherwise, at most `longest` characters."""
    return forms.CharField(label=label, required=required, max_length=longest, **options)
