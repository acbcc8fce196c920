"""What should make a person think again before a customer is registered: each is confirmed by a tick, none forbids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.exceptions import ValidationError

from . import queries
from .forms import KEY_SEPARATOR
from .identification import explain_doubt, find_type
from .models import Customer


@dataclass(frozen=True, kw_only=True)
class Caution:
    """One reason to think again: `name` is unique among those of a form, `customer` is the one it is about, if any."""

    name: str
    text: str | Promise
    customer: Customer | None = None


def registration_cautions(cleaned: Mapping[str, Any]) -> list[Caution]:
    """What speaks against registering the customer of that form (`CreateCustomerForm.cleaned_data`)."""
    return [
        *_doubt_about_number(cleaned),
        *_doubt_about_phone(cleaned),
        *_doubt_about_iban(cleaned),
        *_customers_already_there(cleaned),
    ]


def company_cautions(cleaned: Mapping[str, Any]) -> list[Caution]:
    """What speaks against registering the company of that form (`RegisterCompanyForm.cleaned_data`)."""
    same_name = _("A company of this name is registered already.")
    return [
        *_customers_already_there({**cleaned, "identification_number": ""}),
        *(
            Caution(name=f"name-{customer.pk}", text=same_name, customer=customer)
            for customer in queries.companies_called(cleaned["company_name"])
        ),
    ]


def _doubt_about_number(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    name = cleaned["identification_type"].partition(KEY_SEPARATOR)[2]
    kind = find_type(country_code=cleaned["country"], name=name)
    reason = explain_doubt(cleaned["identification_number"], kind) if kind else None
    if kind and reason:
        text = _("The %(kind)s does not look right: %(reason)s.") % {"kind": kind.label, "reason": reason}
        yield Caution(name="identification_number", text=text)


def _doubt_about_phone(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    if cleaned["phone"] and not phonenumbers.is_valid_number(phonenumbers.parse(cleaned["phone"])):
        text = _("The phone number %(phone)s is not in use anywhere.") % {"phone": cleaned["phone"]}
        yield Caution(name="phone", text=text)


def _doubt_about_iban(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    try:
        if cleaned["iban"]:
            iban.validate(cleaned["iban"])
    except ValidationError:
        yield Caution(
            name="iban", text=_("The IBAN does not look right: its check digits, length or country do not fit.")
        )


def _customers_already_there(cleaned: Mapping[str, Any]) -> Iterable[Caution]:
    texts = {
        "email": _("A customer with this e-mail is registered already: the provider will refuse a second one."),
        "number": _("A customer with this identification number is registered already."),
    }
    found = queries.customers_alike(email=cleaned["email"], identification_number=cleaned["identification_number"])
    for customer, sameness in found:
        yield Caution(name=f"{sameness}-{customer.pk}", text=texts[sameness], customer=customer)
