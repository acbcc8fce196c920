"""The data of a new person."""

from datetime import date
from typing import Any, ClassVar

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from backoffice.face.ibans import in_groups
from customers.identification import COUNTRIES, IdentificationType, find_type, person_types

from .shared import Choices, SubmissionForm, text_field

OTHER_COUNTRY = "other"
EARLIEST_BIRTH = date(1900, 1, 1)
KEY_SEPARATOR = ":"


def _country_choices() -> Choices:
    named: Choices = [(country.code, country.label) for country in COUNTRIES.values()]
    return [("", _("not said")), *named, (OTHER_COUNTRY, _("another country"))]


def identification_choices(*, with_companies: bool = False) -> Choices:
    """One group of options a country, so that the form is right without JavaScript as well."""
    groups: Choices = [
        (
            country.label,
            [
                (f"{country.code}{KEY_SEPARATOR}{kind.name}", _label_of(kind))
                for kind in (country.types if with_companies else person_types(country))
            ],
        )
        for country in COUNTRIES.values()
    ]
    return [("", _("not said")), *groups]


def _label_of(kind: IdentificationType) -> str | Promise:
    return format_lazy("{} ({})", kind.label, _("company")) if kind.is_company else kind.label


class CreateCustomerForm(SubmissionForm):
    """The data of a new person (contract 3.2): name and e-mail are enough.

    The contract's `password` is left out: what is asked of the provider is written down before it is sent, and a
    password must not be.
    """

    name = text_field(_("Name"), required=True)
    last_name = text_field(_("Last name"))
    last_name2 = text_field(_("Second last name"))
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = text_field(
        _("Phone"), longest=40, help_text=_("With + and country code, or as dialled in the chosen country.")
    )
    dob = forms.DateField(
        label=_("Date of birth"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    country = forms.ChoiceField(label=_("Country"), required=False, choices=_country_choices)
    other_country_name = text_field(_("Name of the country"), longest=100, help_text=_("In English, such as France."))
    other_country_code = forms.CharField(
        label=_("Code of the country"),
        required=False,
        max_length=3,
        validators=[RegexValidator(r"^[A-Za-z]{3}$", _("Three letters (ISO 3166 alpha-3), such as FRA."))],
        help_text=_("Three letters (ISO 3166 alpha-3), such as FRA."),
    )
    identification_type = forms.ChoiceField(
        label=_("Identification type"), required=False, choices=identification_choices
    )
    identification_number = text_field(_("Identification number"), longest=100)
    address = text_field(_("Address"))
    city = text_field(_("City"))
    address_state = text_field(_("State or province"))
    zipcode = text_field(_("Postal code"), longest=20)
    professional_activity = text_field(_("Professional activity"))
    iban = text_field(_("IBAN"), longest=50)
    callback_url = forms.URLField(
        label=_("Return address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where the customer returns after the KYC form. Starts with https://."),
    )

    GROUPS: ClassVar[tuple[tuple[Any, tuple[str, ...]], ...]] = (
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
        return in_groups(value) if name == "iban" else value

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
            **{name: cleaned.get(name, "") for name in _SENT_AS_TYPED},
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
