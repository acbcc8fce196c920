"""What the forms share: a mark by which a second sending is known, and fields of text."""

import uuid
from typing import Any

from django import forms
from django.core.validators import RegexValidator

LONGEST_TEXT = 255

Choices = list[tuple[Any, Any]]


def text_field(label: Any, *, required: bool = False, longest: int = LONGEST_TEXT, **options: Any) -> forms.CharField:
    """A field of text, optional unless said otherwise, at most `longest` characters."""
    return forms.CharField(label=label, required=required, max_length=longest, **options)


def new_submission() -> str:
    """A mark for one showing of a form, by which a second sending of it is known."""
    return uuid.uuid4().hex


class SubmissionForm(forms.Form):
    """A form that is recognised when it is sent a second time."""

    submission = forms.CharField(
        widget=forms.HiddenInput, initial=new_submission, validators=[RegexValidator(r"^[0-9a-f]{32}$")]
    )
