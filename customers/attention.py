"""What about customers needs a person now."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.attention import AttentionItem

from . import queries


def _customers_with(query: str) -> str:
    return f"{reverse('admin:customers_customer_changelist')}?{query}"


ITEMS = (
    AttentionItem(
        name="customers-kyc-failed",
        label=_("customers whose verification failed"),
        rows=queries.customers_with_failed_kyc,
        url=lambda: _customers_with("kyc_status=fail"),
        permission="customers.view_customer",
        help=_("Look at why, ask for other documents, or send an enhanced verification link."),
    ),
    AttentionItem(
        name="customers-kyc-waiting",
        label=_("customers under check for more than three days"),
        rows=queries.customers_waiting_for_kyc,
        url=lambda: _customers_with("waiting=yes"),
        permission="customers.view_customer",
        help=_("Ask the provider what is missing."),
    ),
    AttentionItem(
        name="customers-links-ending",
        label=_("verification links that end within seven days"),
        rows=queries.links_ending_soon,
        url=lambda: f"{reverse('admin:customers_enhancedverification_changelist')}?state=ends_soon",
        permission="customers.view_enhancedverification",
        tone="info",
        help=_("Remind the customer, or issue a new link."),
    ),
)
