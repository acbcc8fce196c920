"""Creating a payment: with a method chosen here, or on the provider's own page."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.resources import make_item
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import Done, Label, ReadBack, Worth
from backoffice.operations.models import Operation
from backoffice.provider import get_catalogue
from backoffice.sync.models import SyncRun
from backoffice.sync.services import mirror_columns, mirror_item, request_sync
from payments.models import Payment, PaymentInstructions
from payments.money import write_money

from .reading_back import Sighting, find_payment
from .shared import SOURCE, AboutCustomer, text_of

RESOURCE = "payments"


class CreatedPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that was created: what the provider said of how to pay it, or the item of the list it was found in.

    `listed` is None unless it was found by reading back.
    """

    payment_id: str
    read_at: datetime
    iban: str = ""
    bic: str = ""
    concept: str = ""
    beneficiary: str = ""
    url: str = ""
    listed: dict[str, Any] | None = None

    def __repr__(self) -> str:
        """Only which payment it is: the rest is personal data and links."""
        return f"<CreatedPurchase {self.payment_id}>"


class Purchase(AboutCustomer):
    """What both kinds share. The external id is ours where the person gave none: by it a lost answer is read back."""

    can_read_back = True
    answer_type = CreatedPurchase

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The external id."""
        return str(request["external_id"])

    def value(self, request: Mapping[str, Any]) -> Worth:
        """What the customer pays."""
        return Worth(amount=Decimal(request["fiat_amount"]), currency=request["fiat_symbol"])

    def prepare(self, operation: Operation) -> None:
        """See that no payment has the external id yet: two would not be told apart. Raises CannotBeSent."""
        taken = Payment.objects.filter(external_id=operation.request["external_id"]).first()
        if taken is not None:
            raise CannotBeSent(
                gettext("There is a payment with this external id already: %(id)s.") % {"id": taken.remote_id}
            )

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the payment by its external id (contract 4.6)."""
        found = find_payment(operation, client)
        return Done(answer=_from_list(found.answer)) if isinstance(found, Done) else found

    def apply(self, operation: Operation, answer: CreatedPurchase) -> dict[str, Any]:
        """Mirror the payment at once, and keep how it is paid: the provider may not say it again."""
        _mirror(operation, answer)
        payment = Payment.objects.get(remote_id=answer.payment_id)
        concept = answer.concept or payment.transfer_concept
        if concept and not payment.transfer_concept:
            # A sync can have read the payment after we asked: its list then counts as newer, with or without a concept.
            Payment.objects.filter(pk=payment.pk).update(transfer_concept=concept)
        PaymentInstructions.objects.create(
            operation=operation,
            payment=payment,
            amount=Decimal(operation.request["fiat_amount"]),
            currency=operation.request["fiat_symbol"],
            iban=answer.iban,
            bic=answer.bic,
            concept=concept,
            beneficiary=answer.beneficiary,
            url=answer.url,
        )
        request_sync(name=RESOURCE, mode=SyncRun.Mode.HEAD)
        return {"payment_id": payment.remote_id, "payment": payment.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who buys what, how it is paid, and the quote that was shown."""
        request = operation.request
        shown: list[tuple[Label, Any]] = [
            (_("Customer"), request["customer"]),
            (_("Amount"), write_money(Decimal(request["fiat_amount"]), request["fiat_symbol"])),
            (_("Coin and chain"), f"{request['coin_symbol']} ({request['coin_chain']})"),
            (_("Way to pay"), request.get("payment_type", "")),
            (_("Wallet"), request.get("wallet", "")),
            (_("Return address"), request.get("callback_url", "")),
            (_("External id"), request["external_id"]),
            (_("Quote shown"), request["quote"] or _("none")),
        ]
        return [(label, value) for label, value in shown if value]

    def advise_when_done(self, operation: Operation) -> str:
        """That the customer knows nothing of it yet."""
        return gettext("Give the customer what they need to pay: it is on the payment's page.")

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, and the payment with how it is paid."""
        payment = (operation.answer or {}).get("payment")
        page = [(_("The payment"), reverse("admin:payments_payment_change", args=[payment]))] if payment else []
        return [*page, *super().links(operation)]


class CreatePayment(Purchase):
    """Creates a payment by a method chosen here (contract 4.3).

    request: `user_id`, `customer` (the name, for people), `external_id`, `payment_type`, `fiat_symbol`,
    `fiat_amount` (decimal text, whole units), `coin_symbol`, `coin_chain`, `wallet`, perhaps `callback_url`, `quote`
    (as it was shown) and `submission`.
    """

    name = "create_payment"
    label = _("Create a payment")
    permission = "payments.create_payment"

    def send(self, operation: Operation, client: CryptoPocketClient) -> CreatedPurchase:
        """Create the payment."""
        request = operation.request
        item = client.create_payment(
            user_id=request["user_id"],
            external_id=request["external_id"],
            payment_type=request["payment_type"],
            fiat_symbol=request["fiat_symbol"],
            fiat_amount=Decimal(request["fiat_amount"]),
            coin_symbol=request["coin_symbol"],
            coin_chain=request["coin_chain"] or None,
            wallet=request["wallet"],
            callback_url=request.get("callback_url") or None,
        )
        created = item.parse()
        return CreatedPurchase(
            payment_id=created.id,
            read_at=item.read_at,
            iban=text_of(created.iban),
            bic=text_of(created.bic),
            concept=text_of(created.concept),
            beneficiary=text_of(created.destination_name),
            url=text_of(created.payment_url),
        )


class CreateGuidedPayment(Purchase):
    """Creates a payment that the customer finishes on a page of the provider's (contract 4.4): EUR only.

    request: as for `CreatePayment`, without wallet, method and return address: the customer gives them there.
    """

    name = "create_guided_payment"
    label = _("Create a guided payment")
    permission = "payments.create_guided_payment"

    def send(self, operation: Operation, client: CryptoPocketClient) -> CreatedPurchase:
        """Create the payment."""
        request = operation.request
        item = client.create_guided_payment(
            user_id=request["user_id"],
            external_id=request["external_id"],
            fiat_symbol=request["fiat_symbol"],
            fiat_amount=Decimal(request["fiat_amount"]),
            coin_symbol=request["coin_symbol"],
            coin_chain=request["coin_chain"],
        )
        created = item.parse()
        return CreatedPurchase(payment_id=created.id, read_at=item.read_at, url=text_of(created.gateway_url))


def _from_list(sighting: Sighting) -> CreatedPurchase:
    return CreatedPurchase(payment_id=sighting.remote_id, read_at=sighting.read_at, listed=sighting.payload)


def _mirror(operation: Operation, answer: CreatedPurchase) -> None:
    """The row as the list shows it, or what is known of a payment that was created a moment ago."""
    if answer.listed is not None:
        mirror_item(name=RESOURCE, payload=answer.listed, read_at=answer.read_at, source=SOURCE)
        return
    values = {"id": answer.payment_id, **({"transfer_concept": answer.concept} if answer.concept else {})}
    known = make_item(get_catalogue()["list_payments"], values)
    mirror_item(name=RESOURCE, payload=known, read_at=answer.read_at, source=SOURCE)
    request = operation.request
    columns: dict[str, Any] = {
        "external_id": request["external_id"],
        "customer_id": request["user_id"],
        "status": Payment.Status.STARTED.value,
        "payment_type": request.get("payment_type", ""),
        "fiat_amount": Decimal(request["fiat_amount"]),
        "fiat_symbol": request["fiat_symbol"],
        "coin_symbol": request["coin_symbol"],
    }
    mirror_columns(name=RESOURCE, remote_id=answer.payment_id, columns=columns, read_at=answer.read_at, source=SOURCE)
