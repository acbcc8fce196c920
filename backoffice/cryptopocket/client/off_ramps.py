"""Off-ramp: quotes and sales (contract 5)."""

from decimal import Decimal

from backoffice.cryptopocket.client.caller import Caller
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import (
    CreatedOffRamp,
    OffRampResource,
    Quote,
    parse_created_off_ramp,
    parse_off_ramp,
    parse_off_ramp_quote,
)
from backoffice.cryptopocket.words import find_their_word


class OffRampCalls(Caller):
    """The calls about selling crypto."""

    def get_off_ramp_quote(self, *, amount: Decimal, symbol: str, blockchain: str | None = None) -> Item[Quote]:
        """Return how much fiat an amount of whole tokens yields (contract 5.1; everything inferred)."""
        return self._read(
            "get_off_ramp_quote", parse_off_ramp_quote, amount=amount, symbol=symbol, blockchain=blockchain
        )

    def create_off_ramp(
        self,
        *,
        user_id: str,
        amount: Decimal,
        symbol: str,
        blockchain: str | None = None,
        iban: str | None = None,
        bank_name: str | None = None,
    ) -> Item[CreatedOffRamp]:
        """Create a sale; the answer has the wallet to send the tokens to (contract 5.2).

        amount: whole tokens. blockchain and iban: not for LATAM; bank_name: for LATAM only.
        """
        return self._act(
            "create_off_ramp",
            parse_created_off_ramp,
            user_id=user_id,
            amount=amount,
            symbol=symbol,
            blockchain=blockchain,
            iban=iban,
            bank_name=bank_name,
        )

    def get_off_ramp(self, *, off_ramp_id: str) -> Item[OffRampResource]:
        """Return one sale (contract 5.3). Raises NotFound."""
        return self._read("get_off_ramp", parse_off_ramp, off_ramp_id=off_ramp_id)

    def list_off_ramps(
        self,
        *,
        page: int = 1,
        per_page: int | None = None,
        status: str | None = None,
        user_id: str | None = None,
    ) -> Page:
        """Return one page of sales (contract 5.4; everything inferred)."""
        word = find_their_word(self.catalogue.words, "off_ramp_status", status)
        return self._list("list_off_ramps", page=page, per_page=per_page, status=word, user_id=user_id)
