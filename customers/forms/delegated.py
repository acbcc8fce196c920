"""Delegated KYC in steps: data, document, captures, and the second look."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.security.uploads import JPEG, PNG, RecognisedFile, accept_file
from customers.identification import find_type
from customers.models import Customer, IdentityCapture

from .registering import KEY_SEPARATOR, CreateCustomerForm, identification_choices
from .shared import SubmissionForm, text_field


class DelegatedDetailsForm(CreateCustomerForm):
    """The data of a person or a company whose identity we have checked (contract 3.3).

    There is no form for the customer to return from, so no return address either.
    """

    kind = forms.ChoiceField(label=_("Person or company"), choices=Customer.Kind.choices, initial=Customer.Kind.PERSON)
    company_name = text_field(_("Company name"), help_text=_("Of a company: legal or trade name."))
    identification_type = forms.ChoiceField(
        label=_("Identification type"), required=False, choices=lambda: identification_choices(with_companies=True)
    )
    callback_url = None  # type: ignore[assignment]  # Django's way to leave out a field of the parent

    GROUPS = (
        (_("Customer"), ("kind", "company_name", "name", "last_name", "last_name2", "email", "phone", "dob")),
        *CreateCustomerForm.GROUPS[1:3],
        (_("More"), ("professional_activity", "iban")),
    )

    def clean(self) -> dict[str, Any]:
        """On top of what holds for persons: a company has its name, and an identification of its own kind."""
        cleaned = super().clean()
        is_company = cleaned.get("kind") == Customer.Kind.COMPANY
        if is_company and not cleaned.get("company_name") and "company_name" not in self.errors:
            self.add_error("company_name", _("Give the name of the company."))
        if not is_company:
            cleaned["company_name"] = ""
        chosen = cleaned.get("identification_type", "").partition(KEY_SEPARATOR)[2]
        kind = find_type(country_code=cleaned.get("country", ""), name=chosen)
        if kind is not None and kind.is_company and not is_company:
            self.add_error("identification_type", _("This type is for companies. Choose another, or “company” above."))
        return cleaned

    def to_request(self) -> dict[str, Any]:
        """The fields to send, only those that were filled in; all JSON."""
        company = self.cleaned_data["company_name"]
        return super().to_request() | ({"company_name": company} if company else {})

    def typed(self) -> dict[str, Any]:
        """What was filled in, as it was typed, to be shown in the form again."""
        return {name: self.data.get(name, "") for name in self.fields if name != "submission"}

    def _in_words(self, name: str) -> Any:
        if name == "kind":
            return Customer.Kind(self.cleaned_data["kind"]).label
        return super()._in_words(name)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture that was handed in, and what it is by its content."""

    file: "UploadedFile[Any]"
    recognised: RecognisedFile


class PictureField(forms.FileField):
    """A JPEG or PNG, recognised by its content; its clean value is a `Picture`, None where none was chosen."""

    def __init__(self, **options: Any) -> None:
        widget = forms.FileInput(attrs={"accept": f"{JPEG},{PNG}"})
        super().__init__(widget=widget, allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The picture. Raises ValidationError for what is none."""
        upload = super().clean(data, initial)
        if not upload:
            return None
        recognised = accept_file(upload)
        if recognised.media_type not in {JPEG, PNG}:
            raise ValidationError(_("This is a PDF. Hand in a picture: JPEG or PNG. Nothing was kept."))
        return Picture(file=upload, recognised=recognised)


class PicturesForm(forms.Form):
    """Some of the pictures: those that are there already need not be chosen again."""

    def __init__(
        self,
        *args: Any,
        kinds: Collection[IdentityCapture.Kind],
        needed: Collection[IdentityCapture.Kind],
        there: Collection[str],
        **options: Any,
    ) -> None:
        """kinds: all that are asked for. needed: those without which it does not go on. there: kinds handed in."""
        super().__init__(*args, **options)
        for kind in kinds:
            label = capfirst(str(kind.label))
            self.fields[kind.value] = PictureField(label=label, required=kind in needed, help_text=_("JPEG or PNG."))
            if kind in there:
                self.note_handed_in(kind)

    def note_handed_in(self, kind: str) -> None:
        """Say at its field that the picture is kept: it need not be chosen again."""
        self.fields[kind].required = False
        # Of the bound field: it has copied its field's text by the time the form was checked.
        self[kind].help_text = _("Handed in. Choose another one to replace it.")

    def pictures(self) -> dict[str, Picture]:
        """The pictures that are right, by kind, also where others are not."""
        return {kind: picture for kind, picture in self.cleaned_data.items() if picture}


class ConfirmDelegatedForm(SubmissionForm):
    """That what was looked at is asked for: `seal` says what it was."""

    seal = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(r"^[0-9a-f]{64}$")])
