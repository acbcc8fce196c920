"""The probe: every call that reads, in the order in which one gives what the next is asked with."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import NotSent, OutcomeUnknown, RateLimited
from backoffice.cryptopocket.probing.asking import Asker, NothingLeftError
from backoffice.cryptopocket.probing.by_method import probe_writing_paths
from backoffice.cryptopocket.probing.entering import NoEntryError, enter
from backoffice.cryptopocket.probing.listing import probe_list
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.people import probe_holders, probe_kinds
from backoffice.cryptopocket.probing.recording import record
from backoffice.cryptopocket.probing.refusals import probe_refusals
from backoffice.cryptopocket.probing.session import Session
from backoffice.cryptopocket.probing.settling import settle_words, settle_zone
from backoffice.cryptopocket.probing.singles import probe_single
from backoffice.cryptopocket.probing.units import (
    note_unit,
    probe_bank_units,
    probe_off_ramp_units,
    probe_payment_units,
    read_number,
)
from backoffice.cryptopocket.probing.widening import share_largest_page, share_names, widen_answers

OnProgress = Callable[[int, int], None]
_MOST_SINGLES = 8
_MOST_COINS = 4
_QUOTED_AMOUNT = Decimal(100)


class Prober:
    """One probe of one provider. After `run`, or after it was broken off, `notebook` holds what was found."""

    def __init__(
        self,
        asker: Asker,
        catalogue: Catalogue,
        *,
        known_codes: Collection[str] = (),
        on_progress: OnProgress | None = None,
    ) -> None:
        """Make a probe; nothing is asked yet. known_codes: codes that the contract knows, beside the catalogue's."""
        self.notebook = Notebook(catalogue)
        self._session = Session(asker, self.notebook, known_codes=known_codes)
        self._on_progress = on_progress or (lambda _done, _total: None)

    def run(self, *, api_key: str, api_secret: str) -> str:
        """Probe everything; return "" or a text that says why it was broken off."""
        self.notebook.found_at = datetime.now(UTC)
        try:
            enter(self._session, api_key=api_key, api_secret=api_secret)
            self._run_stages()
        except NoEntryError as problem:
            return str(problem)
        except NothingLeftError:
            return "The number of requests that were allowed is used up: what was found so far stands above."
        except RateLimited as problem:
            asked = f" It asks to wait {problem.retry_after:.0f} s." if problem.retry_after else ""
            return f"The provider turned a request away with HTTP 429: use a lower --requests-per-second.{asked}"
        except (NotSent, OutcomeUnknown) as problem:
            return f"The provider cannot be reached: {problem.reason}."
        finally:
            self._note_what_is_left()
        return ""

    def record(self, directory: Path) -> int:
        """Keep answers with look-alikes for personal data; return how many. Raises what asking raises."""
        return record(self._session, directory)

    def _run_stages(self) -> None:
        stages = self._stages()
        for done, stage in enumerate(stages):
            self._on_progress(done, len(stages))
            stage()
        self._on_progress(len(stages), len(stages))

    def _stages(self) -> list[Callable[[], Any]]:
        session = self._session
        return [
            lambda: probe_list(session, "list_available_assets"),
            lambda: probe_list(session, "list_payment_methods"),
            lambda: probe_list(session, "list_customers"),
            lambda: probe_list(session, "list_payments"),
            lambda: probe_list(session, "list_off_ramps"),
            lambda: probe_list(session, "list_bank_accounts"),
            self._probe_bank_lines,
            self._probe_customers,
            lambda: probe_single(session, "get_payment", self._different("list_payments", "payment_id")),
            lambda: probe_single(session, "get_off_ramp", self._different("list_off_ramps", "off_ramp_id")),
            self._settle,
            self._probe_prices,
            self._probe_units,
            lambda: probe_writing_paths(session),
            lambda: probe_refusals(session),
            lambda: widen_answers(self.notebook),
        ]

    def _probe_bank_lines(self) -> None:
        """Probe the lines of the account that has any."""
        session = self._session
        for iban in session.values("list_bank_accounts", "iban"):
            if probe_list(session, "list_bank_transactions", {"iban": iban}):
                return

    def _probe_customers(self) -> None:
        session = self._session
        emails = [{"email": email} for email in session.values("list_customers", "email")[:1]]
        probe_single(session, "find_user", emails)
        probe_single(session, "get_kyc_status", self._different("list_customers", "user_id", by="kyc_status"))

    def _different(self, name: str, argument: str, *, by: str = "status") -> list[dict[str, Any]]:
        """Return the ids of a few objects of a list: one of each status, the first and the last."""
        firsts: dict[Any, dict[str, Any]] = {}
        for item in self._session.items.get(name, []):
            firsts.setdefault(item.get(by), item)
        items = self._session.items.get(name, [])
        chosen = [*firsts.values(), *items[:1], *items[-1:]]
        ids = dict.fromkeys(str(item["id"]) for item in chosen if item.get("id") is not None)
        return [{argument: identifier} for identifier in list(ids)[:_MOST_SINGLES]]

    def _settle(self) -> None:
        """Settle what lists leave open by what single reads showed."""
        settle_words(self._session)
        settle_zone(self._session)
        share_names(self.notebook)
        share_largest_page(self.notebook)
        probe_kinds(self._session)
        probe_holders(self._session)

    def _probe_prices(self) -> None:
        """Probe prices and quotes with coins that are on offer, first of all those that were traded."""
        session = self._session
        pairs = self._pairs()
        prices = [{"symbol": symbol, "chain": chain, "fiat_symbol": "EUR"} for symbol, chain in pairs]
        probe_single(session, "get_token_price", prices)
        methods = [str(code) for code in session.values("list_payment_methods", "code")]
        method = "card" if "card" in methods else next(iter(methods), "card")
        quotes = [{"amount": _QUOTED_AMOUNT, "symbol": symbol, "chain": chain} for symbol, chain in pairs[:1]]
        probe_single(session, "get_on_ramp_quote", [{**quote, "payment_type": method} for quote in quotes])
        sales = [{"amount": _QUOTED_AMOUNT, "symbol": symbol, "blockchain": chain} for symbol, chain in pairs[:1]]
        probe_single(session, "get_off_ramp_quote", sales)

    def _pairs(self) -> list[tuple[str, str | None]]:
        """Return coins on offer with a chain each, those that were traded first."""
        traded = {
            *self._session.values("list_payments", "coin_symbol"),
            *self._session.values("list_off_ramps", "symbol"),
        }
        chains: dict[str, str | None] = {}
        for asset in self._session.items.get("list_available_assets", []):
            chains.setdefault(str(asset["symbol"]), asset.get("chain"))
        ordered = sorted(chains, key=lambda symbol: (symbol not in traded, symbol != "USDC"))
        return [(symbol, chains[symbol]) for symbol in ordered[:_MOST_COINS]]

    def _probe_units(self) -> None:
        prices = self._prices()
        self._probe_quote_units(prices)
        probe_payment_units(self._session, prices)
        probe_off_ramp_units(self._session, prices)
        probe_bank_units(self._session)

    def _prices(self) -> dict[str, Decimal]:
        """Return the price of each coin in whole euros: of a quote, else as the call for prices has it."""
        prices = {
            str(item.get("symbol")): price
            for item in self._session.items.get("get_token_price", [])
            if (price := read_number(item.get("price")))
        }
        pairs = self._pairs()
        tokens = read_number(self._session.first("get_on_ramp_quote", "amount"))
        if pairs and tokens:
            quoted = _QUOTED_AMOUNT / tokens
            prices = _in_whole_units(prices, symbol=pairs[0][0], quoted=quoted)
            prices[pairs[0][0]] = quoted
        return prices

    def _probe_quote_units(self, prices: Mapping[str, Decimal]) -> None:
        """Compare the call for prices, and a sale's quote, with what a purchase's quote makes of 100 EUR."""
        session, pairs = self._session, self._pairs()
        told = {
            str(item.get("symbol")): read_number(item.get("price")) for item in session.items.get("get_token_price", [])
        }
        if pairs and (price := prices.get(pairs[0][0])):
            payout = read_number(session.first("get_off_ramp_quote", "amount"))
            for name, amount, whole in (
                ("get_token_price", told.get(pairs[0][0]), price),
                ("get_off_ramp_quote", payout, price * _QUOTED_AMOUNT),
            ):
                if amount:
                    unit = "whole" if amount / whole < 10 else "cents"
                    note_unit(session, name, "fiat_unit", unit, how="compared with the quote of a purchase")

    def _note_what_is_left(self) -> None:
        """Say of every call that reads and of which nothing was learned that it was not tried."""
        seen = {finding.call for finding in self.notebook.findings}
        for name, endpoint in self.notebook.assumed.endpoints.items():
            if name not in seen:
                reason = "nothing to ask it with" if endpoint.only_reads else "it writes: see the checklist"
                self.notebook.note(name, "path", "not tried", assumed=endpoint.path, reason=reason)


def _in_whole_units(prices: dict[str, Decimal], *, symbol: str, quoted: Decimal) -> dict[str, Decimal]:
    """Return all prices in whole units: those in cents are a hundred times the quoted one."""
    told = prices.get(symbol)
    in_cents = bool(told) and told / quoted > 10 if told else False
    return {name: price / 100 if in_cents else price for name, price in prices.items()}
