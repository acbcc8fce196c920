"""What about operations needs a person now."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import AttentionItem
from backoffice.operations import queries
from backoffice.operations.services.permissions import APPROVE, SEE_EVERY


def _list_of(need: str) -> str:
    return f"{reverse('admin:operations_operation_changelist')}?needs={need}"


ITEMS = (
    AttentionItem(
        name="operations-unknown",
        label=ngettext_lazy(
            "act of which nobody knows whether it was done", "acts of which nobody knows whether they were done"
        ),
        rows=queries.needing_a_person,
        url=lambda: _list_of("decision"),
        permission=SEE_EVERY,
        tone="critical",
        help=_("Each page says what is known, and what can be chosen."),
    ),
    AttentionItem(
        name="operations-not-authorised",
        label=ngettext_lazy(
            "act that the provider does not let through", "acts that the provider does not let through"
        ),
        rows=queries.waiting_for_an_administrator,
        url=lambda: _list_of("administrator"),
        permission=SEE_EVERY,
        tone="critical",
        help=_("The provider has done nothing. An administrator must check the API key, the clock and the IP list."),
    ),
    AttentionItem(
        name="operations-awaiting-approval",
        label=ngettext_lazy("act that waits for a second person", "acts that wait for a second person"),
        rows=queries.awaiting_approval,
        url=lambda: reverse("admin:operations_operation_approvals"),
        permission=SEE_EVERY,
        act_permission=APPROVE,
        help=_("Look at each one, and approve it or not."),
    ),
    AttentionItem(
        name="operations-refused",
        label=ngettext_lazy(
            "act that was refused in the last three days",
            "acts that were refused in the last three days",
        ),
        rows=queries.refused_lately,
        url=lambda: _list_of("refused"),
        permission=SEE_EVERY,
        tone="warning",
        help=_("Each page says why, in plain words."),
    ),
)
