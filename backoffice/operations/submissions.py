"""The mark of a form that asks for an operation: by it a second sending is known."""

import uuid

from django import forms
from django.core.validators import RegexValidator


def new_submission() -> str:
    """A mark for one showing of a form, by which a second sending of it is known."""
    return uuid.uuid4().hex


class SubmissionForm(forms.Form):
    """A form that is recognised when it is sent a second time."""

    submission = forms.CharField(
        widget=forms.HiddenInput, initial=new_submission, validators=[RegexValidator(r"^[0-9a-f]{32}$")]
    )
