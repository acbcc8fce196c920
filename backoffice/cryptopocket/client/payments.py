"""On-ramp: methods, quotes, payments; assets and prices (contract 2.2, 2.3, 4)."""

from datetime import date
from decimal import Decimal

from backoffice.cryptopocket.client.caller import Caller
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import (
    CreatedGuidedPayment,
    CreatedPayment,
    PaymentResource,
    Quote,
    TokenPrice,
    parse_created_guided_payment,
    parse_created_payment,
    parse_on_ramp_quote,
    parse_payment,
    parse_token_price,
)
from backoffice.cryptopocket.words import find_their_word


class PaymentCalls(Caller):
    """The calls about buying crypto."""

    def get_token_price(
        self, *, symbol: str, chain: str | None = None, fiat_symbol: str | None = None
    ) -> Item[TokenPrice]:
        """Return what one token costs (contract 2.2; everything inferred)."""
        return self._read("get_token_price", parse_token_price, symbol=symbol, chain=chain, fiat_symbol=fiat_symbol)

    def list_available_assets(self, *, page: int = 1, per_page: int | None = None) -> Page:
        """Return the coins and chains on offer (contract 2.3). One page, unless the override file says else."""
        return self._list("list_available_assets", page=page, per_page=per_page)

    def list_payment_methods(
        self, *, country_code: str | None = None, page: int = 1, per_page: int | None = None
    ) -> Page:
        """Return the ways to pay, those of LATAM included (contract 4.1). One page, as for assets."""
        return self._list("list_payment_methods", page=page, per_page=per_page, country_code=country_code)

    def get_on_ramp_quote(
        self, *, amount: Decimal, symbol: str, payment_type: str, chain: str | None = None
    ) -> Item[Quote]:
        """Return how many coins an amount of EUR buys, an estimate (contract 4.2).

        payment_type: `card`, `PSD2` or `TRANSFER`, in the guide's spelling.
        """
        return self._read(
            "get_on_ramp_quote",
            parse_on_ramp_quote,
            amount=amount,
            symbol=symbol,
            chain=chain,
            payment_type=payment_type,
        )

    def create_payment(
        self,
        *,
        user_id: str,
        fiat_symbol: str,
        fiat_amount: Decimal,
        coin_symbol: str,
        wallet: str,
        coin_chain: str | None = None,
        payment_type: str | None = None,
        external_id: str | None = None,
        callback_url: str | None = None,
    ) -> Item[CreatedPayment]:
        """Create a purchase; the answer is a page to pay on or the details of a transfer (contract 4.3).

        fiat_amount: whole units. Give an external_id: it is the only way to find the payment again after an
        unknown outcome.
        """
        return self._act(
            "create_payment",
            parse_created_payment,
            user_id=user_id,
            external_id=external_id,
            payment_type=payment_type,
            fiat_symbol=fiat_symbol,
            fiat_amount=fiat_amount,
            coin_symbol=coin_symbol,
            coin_chain=coin_chain,
            wallet=wallet,
            callback_url=callback_url,
        )

    def create_guided_payment(
        self,
        *,
        user_id: str,
        coin_symbol: str,
        coin_chain: str,
        fiat_amount: Decimal,
        fiat_symbol: str | None = None,
        payment_type: str | None = None,
        external_id: str | None = None,
    ) -> Item[CreatedGuidedPayment]:
        """Create a purchase that the customer finishes on a page of the provider's (contract 4.4).

        EUR only; fiat_amount in whole euros.
        """
        return self._act(
            "create_guided_payment",
            parse_created_guided_payment,
            user_id=user_id,
            coin_symbol=coin_symbol,
            coin_chain=coin_chain,
            fiat_amount=fiat_amount,
            fiat_symbol=fiat_symbol,
            payment_type=payment_type,
            external_id=external_id,
        )

    def get_payment(self, *, payment_id: str) -> Item[PaymentResource]:
        """Return one payment (contract 4.5). Its payload has cents, `parse()` gives whole units.

        Raises NotFound.
        """
        return self._read("get_payment", parse_payment, payment_id=payment_id)

    def list_payments(
        self,
        *,
        page: int = 1,
        per_page: int | None = None,
        status: str | None = None,
        user_id: str | None = None,
        external_id: str | None = None,
        date_from: date | None = None,
        date_to: date | None = None,
    ) -> Page:
        """Return one page of payments (contract 4.6; everything inferred).

        The provider may ignore a filter it does not know: check each item for what was asked.
        """
        return self._list(
            "list_payments",
            page=page,
            per_page=per_page,
            status=find_their_word(self.catalogue.words, "payment_status", status),
            user_id=user_id,
            external_id=external_id,
            date_from=date_from,
            date_to=date_to,
        )
