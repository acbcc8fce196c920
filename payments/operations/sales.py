"""Creating an off-ramp: the customer sends coins to a wallet of the provider's and is paid out."""

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
from backoffice.face.numbers import significant_digits
from backoffice.operations.kinds import Done, Label, ReadBack, Worth
from backoffice.operations.models import Operation
from backoffice.provider import get_catalogue
from backoffice.security.masking import Kind, Sensitive
from backoffice.sync.models import SyncRun
from backoffice.sync.services import mirror_columns, mirror_item, request_sync
from payments.models import OffRamp, OffRampInstructions
from payments.money import write_money

from .reading_back import Sighting, find_off_ramp
from .shared import SOURCE, AboutCustomer, text_of

RESOURCE = "offramps"


class CreatedSale(msgspec.Struct, frozen=True, kw_only=True):
    """An off-ramp that was created, with the wallet to send to; or the item of the list it was found in."""

    off_ramp_id: str
    read_at: datetime
    wallet: str = ""
    listed: dict[str, Any] | None = None

    def __repr__(self) -> str:
        """Only which off-ramp it is."""
        return f"<CreatedSale {self.off_ramp_id}>"


class CreateOffRamp(AboutCustomer):
    """Creates an off-ramp (contract 5.2).

    request: `user_id`, `customer` (the name, for people), `amount` (decimal text, whole coins), `symbol`,
    `blockchain`, either `iban` or `bank_name` (for Latin America, where the registered account is paid to), the
    quote that was shown as `quoted_amount` (decimal text, whole units) and `quoted_currency`, and `submission`.
    """

    name = "create_off_ramp"
    label = _("Create an off-ramp")
    permission = "payments.create_off_ramp"
    can_read_back = True
    answer_type = CreatedSale
    personal = {
        "payout_iban": Sensitive(kind=Kind.IBAN, permission="payments.reveal_payout_iban", label=_("Payout IBAN"))
    }

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The customer, the coin and the amount: by these an off-ramp is found again, so one alike at a time.

        However the amount is written: 250.5 and 250.50 are the same to the provider.
        """
        amount = significant_digits(Decimal(request["amount"]))
        return f"{request['user_id']} {request['symbol']} {request['blockchain']} {amount}"

    def value(self, request: Mapping[str, Any]) -> Worth:
        """What the provider quoted to whoever asked for it."""
        return Worth(amount=Decimal(request["quoted_amount"]), currency=request["quoted_currency"])

    def send(self, operation: Operation, client: CryptoPocketClient) -> CreatedSale:
        """Create the off-ramp."""
        request = operation.request
        item = client.create_off_ramp(
            user_id=request["user_id"],
            amount=Decimal(request["amount"]),
            symbol=request["symbol"],
            blockchain=request["blockchain"] or None,
            iban=request.get("iban") or None,
            bank_name=request.get("bank_name") or None,
        )
        created = item.parse()
        return CreatedSale(off_ramp_id=created.id, read_at=item.read_at, wallet=text_of(created.wallet))

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the off-ramp among the customer's newest (contract 5.4)."""
        found = find_off_ramp(operation, client)
        return Done(answer=_from_list(found.answer)) if isinstance(found, Done) else found

    def apply(self, operation: Operation, answer: CreatedSale) -> dict[str, Any]:
        """Mirror the off-ramp at once, and keep the wallet: the provider shows it only this once."""
        _mirror(operation, answer)
        off_ramp = OffRamp.objects.get(remote_id=answer.off_ramp_id)
        request = operation.request
        OffRampInstructions.objects.create(
            operation=operation,
            off_ramp=off_ramp,
            wallet=answer.wallet,
            amount=request["amount"],
            symbol=request["symbol"],
            chain=request["blockchain"],
            quoted_amount=Decimal(request["quoted_amount"]),
            quoted_currency=request["quoted_currency"],
        )
        request_sync(name=RESOURCE, mode=SyncRun.Mode.HEAD)
        return {"off_ramp_id": off_ramp.remote_id, "off_ramp": off_ramp.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who sells what, where it is paid out, and the quote that was shown."""
        request = operation.request
        coins = f"{request['amount']} {request['symbol']}"
        shown: list[tuple[Label, Any]] = [
            (_("Customer"), request["customer"]),
            (_("Coins"), f"{coins} ({request['blockchain']})" if request["blockchain"] else coins),
            (_("Quote shown"), write_money(Decimal(request["quoted_amount"]), request["quoted_currency"])),
            *self.personal_facts(),
            (_("Bank of the registered account"), request.get("bank_name", "")),
        ]
        return [(label, value) for label, value in shown if value]

    def personal_values(self, operation: Operation) -> Mapping[str, Any]:
        """Where it is paid out."""
        return {"payout_iban": operation.request.get("iban", "")}

    def advise_when_done(self, operation: Operation) -> str:
        """That the customer knows nothing of it yet."""
        return gettext("Show the customer the wallet to send to: it is on the off-ramp's page.")

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, and the off-ramp with the wallet to send to."""
        off_ramp = (operation.answer or {}).get("off_ramp")
        page = [(_("The off-ramp"), reverse("admin:payments_offramp_change", args=[off_ramp]))] if off_ramp else []
        return [*page, *super().links(operation)]


def _from_list(sighting: Sighting) -> CreatedSale:
    return CreatedSale(off_ramp_id=sighting.remote_id, read_at=sighting.read_at, listed=sighting.payload)


def _mirror(operation: Operation, answer: CreatedSale) -> None:
    """The row as the list shows it, or what is known of an off-ramp that was created a moment ago."""
    if answer.listed is not None:
        mirror_item(name=RESOURCE, payload=answer.listed, read_at=answer.read_at, source=SOURCE)
        return
    known = make_item(get_catalogue()["list_off_ramps"], {"id": answer.off_ramp_id})
    mirror_item(name=RESOURCE, payload=known, read_at=answer.read_at, source=SOURCE)
    columns = {
        "customer_id": operation.request["user_id"],
        "status": OffRamp.Status.PENDING.value,
        "symbol": operation.request["symbol"],
        "blockchain": operation.request["blockchain"],
    }
    mirror_columns(name=RESOURCE, remote_id=answer.off_ramp_id, columns=columns, read_at=answer.read_at, source=SOURCE)
