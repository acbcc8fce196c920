"""The probe: every call that reads, in the order in which one gives what the next is asked with."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import InvalidRequest, NotSent, OutcomeUnknown, RateLimited
from backoffice.cryptopocket.probing.asking import Asker, NothingLeftError, WriteRefusedError
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
_LISTS = {"get_payment": "list_payments", "get_off_ramp": "list_off_ramps"}
"""A call that reads one object, and the list that shows which there are."""


class _Step(msgspec.Struct, frozen=True):
    """A part of the probe. call: the call that it is about, or `conventions`."""

    call: str
    name: str
    take: Callable[[], object]


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
            self._run_steps()
        except NoEntryError as problem:
            return str(problem)
        except NothingLeftError:
            return "The number of requests that were allowed is used up: what was found so far stands above."
        except RateLimited as problem:
            asked = f" It asks to wait {problem.retry_after:.0f} s." if problem.retry_after else ""
            return f"The provider turned a request away with HTTP 429: use a lower --requests-per-second.{asked}"
        except (NotSent, OutcomeUnknown) as problem:
            return f"The provider cannot be reached: {problem.reason}."
        except InvalidRequest as problem:
            return f"No token could be asked for: {problem}."
        finally:
            self._note_what_is_left()
        return ""

    def record(self, directory: Path) -> int:
        """Keep answers with look-alikes for personal data; return how many. Raises what asking raises."""
        return record(self._session, directory)

    def _run_steps(self) -> None:
        steps = self._steps()
        for done, step in enumerate(steps):
            self._on_progress(done, len(steps))
            self._take(step)
        self._on_progress(len(steps), len(steps))

    def _take(self, step: _Step) -> None:
        """Take a step. What nobody foresaw is noted by its kind, since its text can hold values; the others go on."""
        try:
            step.take()
        except (NothingLeftError, NotSent, OutcomeUnknown, WriteRefusedError):
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other steps can be taken
            reason = f"it ended with an error of ours, {type(problem).__name__}: report it"
            self.notebook.note(step.call, f"step {step.name}", "not tried", reason=reason)

    def _steps(self) -> list[_Step]:
        session = self._session
        lists = ("list_available_assets", "list_payment_methods", "list_customers", "list_payments", "list_off_ramps")
        return [
            *(_Step(name, "list", partial(probe_list, session, name)) for name in (*lists, "list_bank_accounts")),
            _Step("list_bank_transactions", "list", self._probe_bank_lines),
            _Step("find_user", "customers", self._probe_customers),
            _Step("get_payment", "single reads", partial(self._probe_singles, "get_payment", "payment_id")),
            _Step("get_off_ramp", "single reads", partial(self._probe_singles, "get_off_ramp", "off_ramp_id")),
            _Step("conventions", "words and dates", self._settle),
            _Step("get_token_price", "prices", self._probe_prices),
            _Step("conventions", "units of money", self._probe_units),
            _Step("conventions", "paths of calls that write", partial(probe_writing_paths, session)),
            _Step("conventions", "refusals", partial(probe_refusals, session)),
            _Step("conventions", "answers of calls that write", partial(widen_answers, self.notebook)),
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

    def _probe_singles(self, name: str, argument: str) -> None:
        """Probe a call with a few objects of the list that shows them."""
        probe_single(self._session, name, self._different(_LISTS[name], argument))

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
