"""Issuing an enhanced verification link."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.resources import EnhancedVerificationResource
from backoffice.operations.kinds import Label, OperationKind
from backoffice.operations.models import Operation
from customers.models import Customer, EnhancedVerification

from .shared import link_to_subject


class CreateEnhancedVerificationLink(OperationKind):
    """Issues an enhanced verification link (contract 3.6), which nothing reads back: after a lost answer people decide.

    request: `user_id` (the customer's id at the provider), `customer` (the name, for people), `days`, `submission`.
    """

    name = "create_enhanced_verification_link"
    label = _("Issue an enhanced verification link")
    permission = "customers.issue_enhanced_verification"
    answer_type = EnhancedVerificationResource

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """One link at a time for a customer."""
        return str(request["user_id"])

    def reference(self, request: Mapping[str, Any]) -> str:
        """The customer's id at the provider."""
        return str(request["user_id"])

    def send(self, operation: Operation, client: CryptoPocketClient) -> EnhancedVerificationResource:
        """Ask for the link."""
        item = client.create_enhanced_verification_link(
            user_id=operation.request["user_id"], expires_in_days=operation.request["days"]
        )
        return item.parse()

    def apply(self, operation: Operation, answer: EnhancedVerificationResource) -> dict[str, Any]:
        """Keep the link, encrypted: the provider shows it only this once."""
        issued = EnhancedVerification.objects.create(
            customer=Customer.objects.get(remote_id=operation.request["user_id"]),
            operation=operation,
            form_id=answer.form_id,
            status=answer.status or "",
            link=answer.link,
            expires_at=answer.expires_at or None,
        )
        return {"enhanced_verification": issued.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """For whom, and for how long."""
        days = operation.request["days"]
        length = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        return [(_("Customer"), operation.request["customer"]), (_("Valid for"), length)]

    def advise_when_done(self, operation: Operation) -> str:
        """That it does not reach the customer by itself."""
        return gettext("Send the customer the link: it is on the page of the verification link.")

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, and the link once there is one."""
        found: list[tuple[Label, str]] = link_to_subject(operation)
        issued = (operation.answer or {}).get("enhanced_verification")
        if issued:
            address = reverse("admin:customers_enhancedverification_change", args=[issued])
            found.append((_("The verification link"), address))
        return found
