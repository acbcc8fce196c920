"""What a person should look at, on the front page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import AttentionItem
from payments.queries import payments_waiting_long

PAYMENTS_STANDING_STILL = AttentionItem(
    name="payments-standing-still",
    label=ngettext_lazy("payment standing still for days", "payments standing still for days"),
    rows=payments_waiting_long,
    url=lambda: f"{reverse('admin:payments_payment_changelist')}?waiting=yes",
    permission="payments.view_payment",
    tone="info",
    act_permission="banking.reconcile_payment",
    help=_("Look for the transfer among the bank transactions, or ask the provider."),
)
