"""The data of a new company."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .shared import SubmissionForm, text_field


class RegisterCompanyForm(SubmissionForm):
    """What the provider takes of a company (contract 3.4); the company itself fills in the rest."""

    company_name = text_field(_("Company name"), required=True, help_text=_("Legal or trade name."))
    email = forms.EmailField(label=_("E-mail"), max_length=254)

    def summary(self) -> list[tuple[Any, Any]]:
        """What was filled in, for people: pairs of label and value."""
        return [(self.fields[name].label, self.cleaned_data[name]) for name in ("company_name", "email")]

    def to_request(self) -> dict[str, Any]:
        """The fields to send, all JSON."""
        return {name: self.cleaned_data[name] for name in ("company_name", "email")}
