"""What is masked of the people who are registered, and who may reveal it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from backoffice.security.masking import Kind, Sensitive

REVEAL_PERMISSION = "customers.reveal_personal_data"
"""Who may reveal what is masked of a customer."""

PERSONAL: Mapping[str, Sensitive] = {
    name: Sensitive(kind=kind, permission=REVEAL_PERMISSION, label=label)
    for name, kind, label in (
        ("identification_number", Kind.IDENTIFICATION, _("Identification number")),
        ("dob", Kind.BIRTH_DATE, _("Date of birth")),
        ("phone", Kind.PHONE, _("Phone")),
        ("address", Kind.ADDRESS, _("Address")),
        ("city", Kind.ADDRESS, _("City")),
        ("address_state", Kind.ADDRESS, _("State or province")),
        ("zipcode", Kind.ADDRESS, _("Postal code")),
        ("iban", Kind.IBAN, _("IBAN")),
    )
}
"""What is personal in the data of somebody to be registered, by the names of the contract (3.2, 3.3)."""
