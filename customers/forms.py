"""What people fill in: a new customer, a verification link, a document."""

import uuid
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.security.uploads import recognise_file

from .identification import COUNTRIES, find_type, person_types
from .models import Document

OTHER_COUNTRY = "other"
LONGEST_TEXT = 255
EARLIEST_BIRTH = date(1900, 1, 1)
KEY_SEPARATOR = ":"

Choices = list[tuple[Any, Any]]


def _country_choices() -> Choices:
    named: Choices = [(country.code, country.label) for country in COUNTRIES.values()]
    return [("", _("not said")), *named, (OTHER_COUNTRY, _("another country"))]


def _identification_choices() -> Choices:
    """One group of options a country, so that the form is right without JavaScript as well."""
    groups: Choices = [
        (
            country.label,
            [(f"{country.code}{KEY_SEPARATOR}{kind.name}", kind.label) for kind in person_types(country)],
        )
        for country in COUNTRIES.values()
    ]
    return [("", _("not said")), *groups]


def _text(label: Any, *, required: bool = False, longest: int = LONGEST_TEXT, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=longest, **options)


def new_submission() -> str:
    """A mark for one showing of a form, by which a second sending of it is known."""
    return uuid.uuid4().hex


class SubmissionForm(forms.Form):
    """A form that is recognised when it is sent a second time."""

    submission = forms.CharField(
        widget=forms.HiddenInput, initial=new_submission, validators=[RegexValidator(r"^[0-9a-f]{32}$")]
    )


class CreateCustomerForm(SubmissionForm):
    """The data of a new person (contract 3.2): name and e-mail are enough.

    The contract's `password` is left out: what is asked of the provider is written down before it is sent, and a
    password must not be.
    """

    name = _text(_("Name"), required=True)
    last_name = _text(_("Last name"))
    last_name2 = _text(_("Second last name"))
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = _text(_("Phone"), longest=40, help_text=_("With + and country code, or as dialled in the chosen country."))
    dob = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    country = forms.ChoiceField(label=_("Country"), required=False, choices=_country_choices)
    other_country_name = _text(_("Name of the country"), longest=100, help_text=_("In English, such as France."))
    other_country_code = forms.CharField(
        label=_("Code of the country"),
        required=False,
        max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", _("Three letters (ISO 3166 alpha-3), such as FRA."))],
        help_text=_("Three letters (ISO 3166 alpha-3), such as FRA."),
    )
    identification_type = forms.ChoiceField(
        label=_("Identification type"), required=False, choices=_identification_choices
    )
    identification_number = _text(_("Identification number"), longest=100)
    address = _text(_("Address"))
    city = _text(_("City"))
    address_state = _text(_("State or province"))
    zipcode = _text(_("Postal code"), longest=20)
    professional_activity = _text(_("Professional activity"))
    iban = _text(_("IBAN"), longest=50)
    callback_url = forms.URLField(
        label=_("Return address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where the customer returns after the KYC form. Starts with https://."),
    )

    GROUPS = (
        (_("Person"), ("name", "last_name", "last_name2", "email", "phone", "dob", "professional_activity")),
        (
            _("Identification"),
            (
                "country",
                "other_country_name",
                "other_country_code",
                "identification_type",
                "identification_number",
            ),
        ),
        (_("Address"), ("address", "city", "address_state", "zipcode")),
        (_("Bank and return"), ("iban", "callback_url")),
    )

    def fieldsets(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in their groups, as the page shows them."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def summary(self) -> list[tuple[Any, Any]]:
        """What was filled in, for people: pairs of label and value."""
        names = [name for _title, group in self.GROUPS for name in group]
        return [(self.fields[name].label, self._in_words(name)) for name in names if self.cleaned_data.get(name)]

    def _in_words(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if name == "country":
            return dict(_country_choices())[value]
        if name == "identification_type":
            kind = find_type(country_code=self.cleaned_data["country"], name=value.partition(KEY_SEPARATOR)[2])
            return kind.label if kind else value
        return value

    def clean_dob(self) -> date | None:
        """A date of birth that has been, and not in another age."""
        born: date | None = self.cleaned_data["dob"]
        if born is not None and not EARLIEST_BIRTH <= born < timezone.localdate():
            raise ValidationError(_("Give a date in the past, after 1900."))
        return born

    def clean_callback_url(self) -> str:
        """An address that a browser may be sent to."""
        address: str = self.cleaned_data["callback_url"]
        if address and not address.lower().startswith("https://"):
            raise ValidationError(_("Give an address that starts with https://."))
        return address

    def clean(self) -> dict[str, Any]:
        """What only holds between fields: country, identification, phone."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_country(cleaned)
        self._check_identification(cleaned)
        self._check_phone(cleaned)
        return cleaned

    def _check_country(self, cleaned: dict[str, Any]) -> None:
        name, code = cleaned.get("other_country_name", ""), cleaned.get("other_country_code", "").upper()
        if cleaned.get("country") != OTHER_COUNTRY:
            cleaned["other_country_name"] = cleaned["other_country_code"] = ""
        elif code in COUNTRIES:
            self.add_error("country", _("Choose this country by its name in the list."))
        elif not (name and code) and not {"other_country_name", "other_country_code"} & set(self.errors):
            self.add_error("country", _("Give the name and the code of the country."))

    def _check_identification(self, cleaned: dict[str, Any]) -> None:
        chosen, number = cleaned.get("identification_type", ""), cleaned.get("identification_number", "")
        if chosen and chosen.partition(KEY_SEPARATOR)[0] != cleaned.get("country"):
            self.add_error("identification_type", _("This type is not used in the chosen country."))
        elif chosen and not number and "identification_number" not in self.errors:
            self.add_error("identification_number", _("Give the number."))
        elif number and not chosen and cleaned.get("country") in COUNTRIES:
            self.add_error("identification_type", _("Say what kind of number this is."))

    def _check_phone(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("phone"):
            return
        country = COUNTRIES.get(cleaned.get("country", ""))
        try:
            number = phonenumbers.parse(cleaned["phone"], country.region if country else None)
        except phonenumbers.NumberParseException:
            self.add_error("phone", _("This is not a phone number. Write it with + and the country code."))
            return
        cleaned["phone"] = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def to_request(self) -> dict[str, Any]:
        """The fields to send (contract 3.2), only those that were filled in; all JSON."""
        cleaned = self.cleaned_data
        country = COUNTRIES.get(cleaned["country"])
        kind = find_type(
            country_code=cleaned["country"], name=cleaned["identification_type"].partition(KEY_SEPARATOR)[2]
        )
        fields = {
            **{name: cleaned[name] for name in _SENT_AS_TYPED},
            "iban": "".join(cleaned["iban"].split()).upper(),
            "dob": cleaned["dob"].isoformat() if cleaned["dob"] else "",
            "country": country.name if country else cleaned["other_country_name"],
            "country_code": country.code if country else cleaned["other_country_code"].upper(),
            "identification_type": kind.value if kind else "",
        }
        return {name: value for name, value in fields.items() if value}


_SENT_AS_TYPED = (
    "name",
    "last_name",
    "last_name2",
    "email",
    "phone",
    "city",
    "address",
    "address_state",
    "zipcode",
    "identification_number",
    "professional_activity",
    "callback_url",
)


class EnhancedVerificationForm(SubmissionForm):
    """For how many days the link is good (contract 3.6)."""

    days = forms.IntegerField(
        label=_("Days valid"),
        initial=90,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        widget=forms.NumberInput(attrs={"min": 1, "max": 365}),
        help_text=_("1 to 365."),
    )


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
        self.recognised = recognise_file(upload)
        return upload
