"""A verification link, and a document."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from backoffice.security.uploads import accept_file
from customers.models import Document

from .shared import SubmissionForm


class EnhancedVerificationForm(SubmissionForm):
    """For how many days the link is good (contract 3.6)."""

    days = forms.IntegerField(
        label=_("Days valid"),
        initial=90,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        widget=forms.NumberInput(attrs={"min": 1, "max": 365}),
        help_text=_("1 to 365."),
    )


class FindCustomerForm(forms.Form):
    """Whom to look for at the provider (contract 3.8)."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class UploadDocumentForm(SubmissionForm):
    """A document for a customer."""

    type = forms.ChoiceField(label=_("What it is"), choices=[("", "---------"), *Document.Type.choices])
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text=_("PDF, JPEG or PNG."),
    )

    def clean_file(self) -> "UploadedFile[Any]":
        """The file, recognised by its content; what it is stands in `recognised` afterwards."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        self.recognised = accept_file(upload)
        return upload
