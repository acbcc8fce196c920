"""What whoever approves an operation must know of the customer it is about."""

from django.utils.translation import gettext_lazy as _

from backoffice.face.badges import moment, status_badge
from backoffice.face.sensitive import is_hidden, unless_hidden
from backoffice.operations.subjects import Facts
from backoffice.security.masking import MASK

from .models import Customer


def facts_of_customer(customer: Customer) -> Facts:
    """Who it is, and how far the verification is; no identification number, no contact data."""
    return [
        (_("Name"), customer.display_name),
        (_("Kind"), status_badge(customer.kind, choices=Customer.Kind)),
        (_("Country"), unless_hidden(customer, "country")),
        (_("KYC"), status_badge(customer.kyc_status, choices=Customer.KycStatus)),
        (_("Registered"), MASK if is_hidden(customer, "registered_at") else moment(customer.registered_at)),
    ]
