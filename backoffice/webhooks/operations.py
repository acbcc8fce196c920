"""What we ask of the provider about its events: subscribe to a type, and change the address of a subscription.

Nothing lists subscriptions, so a lost answer cannot be read back: a person decides, told what is known here.
"""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.face.moments import exact_time
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import Label, NextAct, OperationKind
from backoffice.operations.models import LIVE_STATES, Operation
from backoffice.provider import get_catalogue
from backoffice.webhooks.live_checks import PERMISSION, result_of
from backoffice.webhooks.models import LiveCheck, WebhookSubscription
from backoffice.webhooks.public_address import AddressNotUsable, check_address


class _AboutSubscription(OperationKind):
    """What both kinds share. request: `event_type`, `url`, `submission`."""

    permission = PERMISSION

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """One wish a type at a time, whatever its address: the last one to arrive would win."""
        return str(request["event_type"])

    def reference(self, request: Mapping[str, Any]) -> str:
        """The type of event."""
        return str(request["event_type"])

    def prepare(self, operation: Operation) -> None:
        """Check the address once more, looked up anew, and that the other kind is not about the same type just now."""
        try:
            check_address(operation.request["url"])
        except AddressNotUsable as problem:
            raise CannotBeSent(str(problem)) from None
        earlier = Operation.objects.filter(
            kind__in=KIND_NAMES, dedupe_key=operation.dedupe_key, state__in=LIVE_STATES, pk__lt=operation.pk
        ).first()
        if earlier is not None:
            raise CannotBeSent(
                _("Operation #%(number)s about the same type has not ended: settle that one first.")
                % {"number": earlier.pk}
            )

    def apply(self, operation: Operation, answer: Any) -> dict[str, Any]:
        """Write down what the provider sends where from now on: nothing else will ever say so."""
        request = operation.request
        subscription, _is_new = WebhookSubscription.objects.update_or_create(
            event_type=request["event_type"],
            defaults={
                "url": request["url"],
                "since": timezone.now(),
                "by_id": operation.requested_by_id,
                "operation": operation,
                "lost_at": None,
            },
        )
        operation.set_subject(subscription)
        return {"subscription": subscription.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Which type, and where to."""
        request = operation.request
        return [(gettext_lazy("Event type"), request["event_type"]), (gettext_lazy("Address"), request["url"])]

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The page of all subscriptions."""
        return [(gettext_lazy("Subscriptions"), reverse("admin:webhooks_webhooksubscription_changelist"))]

    def advise_when_done(self, operation: Operation) -> str:
        """That it is worth a try whether anything arrives."""
        return _("Run a live check on the page of the subscriptions: it says whether events arrive here.")

    def advise_when_unknown(self, operation: Operation) -> str:
        """What is known: whether such an event came since, and whether our address works at all."""
        return " ".join(
            [
                _("The provider cannot be asked which subscriptions there are."),
                _evidence_of_events(operation),
                _evidence_of_live_check(operation.request["url"]),
                _(
                    "“Do again” sends it once more and brings a clear answer; if it was done after all, it is then "
                    "done twice: at worst every event comes twice, which does no harm. “Leave” closes it, and our "
                    "record stays as it is."
                ),
            ]
        )

    def next_acts(self, operation: Operation) -> list[NextAct]:
        """Back to all of them."""
        address = reverse("admin:webhooks_webhooksubscription_changelist")
        return [NextAct(label=_("See all subscriptions"), url=address, permission="webhooks.view_webhooksubscription")]


class SubscribeWebhook(_AboutSubscription):
    """Subscribes our address to one type of event (contract 7.1)."""

    name = "subscribe_webhook"
    label = gettext_lazy("Subscribe to an event type")

    def prepare(self, operation: Operation) -> None:
        """What a second subscription does at the provider is not known: where there is one, its address is changed."""
        super().prepare(operation)
        known = WebhookSubscription.objects.filter(event_type=operation.request["event_type"]).first()
        if known is not None and known.is_subscribed:
            raise CannotBeSent(_("This type was subscribed meanwhile. Use “Change URL” to give it another address."))

    def send(self, operation: Operation, client: CryptoPocketClient) -> Any:
        """Subscribe."""
        client.subscribe_webhook(**_arguments(operation))
        return {}


class ChangeWebhookUrl(_AboutSubscription):
    """Changes the address to which one type of event is sent (contract 7.2)."""

    name = "change_webhook_url"
    label = gettext_lazy("Change the address of a subscription")

    def send(self, operation: Operation, client: CryptoPocketClient) -> Any:
        """Change it."""
        client.update_webhook(**_arguments(operation))
        return {}

    def note_refusal(self, operation: Operation, code: str, data: Any) -> None:
        """Where the provider knows no such subscription, it can be made anew."""
        if _means_lost(code):
            known = WebhookSubscription.objects.filter(event_type=operation.request["event_type"])
            known.update(lost_at=timezone.now())

    def explain_refusal(self, code: str, text: str) -> str:
        """A subscription that is not there is subscribed anew."""
        if _means_lost(code):
            return _("The provider knows no subscription to this type. Subscribe to it again.")
        return super().explain_refusal(code, text)


def _arguments(operation: Operation) -> dict[str, str]:
    return {"url": operation.request["url"], "event_type": operation.request["event_type"]}


def _means_lost(code: str) -> bool:
    return code in get_catalogue()["update_webhook"].not_found_codes


def _evidence_of_events(operation: Operation) -> str:
    known = WebhookSubscription.objects.filter(event_type=operation.request["event_type"]).first()
    at = known.last_event_at if known else None
    if at is None:
        return _("No event of this type has ever arrived.")
    if operation.sent_at is not None and at > operation.sent_at:
        return _("An event of this type arrived at %(at)s, after it was sent: most likely it was done.") % {
            "at": exact_time(at)
        }
    return _("The last event of this type arrived at %(at)s, before it was sent.") % {"at": exact_time(at)}


def _evidence_of_live_check(url: str) -> str:
    check = LiveCheck.objects.filter(url=url).first()
    if check is None:
        return _("The address was never checked: a live check says whether events can arrive at all.")
    return _("The live check of %(at)s: %(word)s.") % {"at": exact_time(check.asked_at), "word": result_of(check).word}


KINDS: tuple[OperationKind, ...] = (SubscribeWebhook(), ChangeWebhookUrl())
KIND_NAMES = tuple(kind.name for kind in KINDS)
