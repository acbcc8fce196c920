"""What the kinds share: the customer, and what follows from a refusal (contract 4.3, 5.2)."""

import re
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.operations.kinds import Label, NextAct, OperationKind
from backoffice.operations.models import Operation, State
from backoffice.security.links import is_safe_address
from backoffice.sync.errors import NotMirroredError
from backoffice.sync.services import mirror_columns

SOURCE = "operation"
REQUIRE_KYC = "require_kyc"
REQUIRE_ENHANCED_VERIFICATION = "kyc_reinforced_required"
LONGEST_LINK = 2000

_WITHOUT_SCHEME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+/\S*", re.ASCII | re.IGNORECASE)


class AboutCustomer(OperationKind):
    """An act about one customer, who is the operation's subject; the provider may ask for a verification first."""

    def note_refusal(self, operation: Operation, code: str, data: Any) -> None:
        """Keep the link to the KYC form that can come with `require_kyc`, on the customer."""
        link = find_link(data) if code == REQUIRE_KYC else ""
        if not link:
            return
        try:
            mirror_columns(
                name="customers",
                remote_id=operation.request["user_id"],
                columns={"kyc_form_url": link},
                read_at=None,
                source=SOURCE,
            )
        except (NotMirroredError, UnreadableItem):
            # The customer is not here any more: the refusal is still to be written down.
            return

    def next_acts(self, operation: Operation) -> list[NextAct]:
        """The verification that the provider asks for."""
        if operation.state != State.REFUSED or not operation.subject_id:
            return []
        if operation.error_code == REQUIRE_KYC:
            # The link is masked to everybody else: to them the button would be a way to nowhere.
            return [
                NextAct(label=_("Send the KYC link"), url=_page(operation), permission="customers.reveal_personal_data")
            ]
        if operation.error_code == REQUIRE_ENHANCED_VERIFICATION:
            return [
                NextAct(
                    label=_("Issue an enhanced verification link"),
                    url=reverse("admin:customers_customer_enhanced-verification", args=[operation.subject_id]),
                    permission="customers.issue_enhanced_verification",
                )
            ]
        return []

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer."""
        return [(_("The customer"), _page(operation))] if operation.subject_id else []

    def reference(self, request: Mapping[str, Any]) -> str:
        """The customer's id at the provider."""
        return str(request["user_id"])


def find_link(data: Any) -> str:
    """The first https address in what came with a refusal, which is a text or an object; empty where there is none."""
    candidates = data.values() if isinstance(data, Mapping) else [data]
    texts = (_with_scheme(value.strip()) for value in candidates if isinstance(value, str))
    return next((text for text in texts if is_safe_address(text) and len(text) <= LONGEST_LINK), "")


def text_of(value: Any) -> str:
    """A field of an answer as text; one that was absent or null is empty."""
    return value if isinstance(value, str) else ""


def _with_scheme(text: str) -> str:
    """The address as a browser needs it: the provider leaves https:// out at times (contract 3.2)."""
    return f"https://{text}" if _WITHOUT_SCHEME.fullmatch(text) else text


def _page(operation: Operation) -> str:
    return reverse("admin:customers_customer_change", args=[operation.subject_id])
