"""What a person should look at, on the front page."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import AttentionItem
from banking.queries import lines_waiting_long

TRANSFERS_NOT_RECONCILED = AttentionItem(
    name="transfers-not-reconciled",
    label=ngettext_lazy("incoming transfer not reconciled", "incoming transfers not reconciled"),
    rows=lines_waiting_long,
    url=lambda: f"{reverse('admin:banking_banktransaction_changelist')}?state=waiting_long",
    permission="banking.view_banktransaction",
    tone="warning",
    act_permission="banking.reconcile_payment",
    help=_("Open each one and choose the payment that it pays."),
)
