"""Cents or whole units, base units or whole coins: a list item against its single read, and amounts against prices."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from backoffice.cryptopocket.probing.session import Session

FiatUnit = Literal["cents", "whole"]
_UNDECIDED = "no amount has a fraction: look at one that you know, and set fiat_unit"
_FACTOR = {"whole": Decimal(1), "cents": Decimal(100)}


_MOST_DIGITS = 40
_MOST_DECIMALS = 36


def read_number(value: Any) -> Decimal | None:
    """Return a number that is a number or a decimal text, else None; so is what no amount of money can be."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= _MOST_DIGITS else None


def _read_decimals(value: Any) -> int | None:
    """Return how many decimals a coin has, None for what cannot be that."""
    number = read_number(value)
    return int(number) if number is not None and 0 <= number <= _MOST_DECIMALS else None


def has_fraction(value: Any) -> bool:
    """Whether an amount has a fraction that is not zero: then it is in whole units. 150000.0 can be cents."""
    number = read_number(value)
    return number is not None and number % 1 != 0


def note_unit(session: Session, name: str, key: str, unit: str | None, *, how: str) -> None:
    """Note the unit of a call's money (`fiat_unit` or `crypto_unit`) and believe it."""
    notebook = session.notebook
    assumed = getattr(notebook.assumed[name], key)
    subject = "unit of money" if key == "fiat_unit" else "unit of coins"
    if unit is None:
        notebook.note(name, subject, "ambiguous", assumed=str(assumed), found="-", reason=how)
        return
    notebook.compare(name, subject, assumed=assumed, found=unit, reason=how)
    notebook.change(name, **{key: unit})


def probe_payment_units(session: Session, price_of_coin: Mapping[str, Decimal]) -> None:
    """Find the unit of single payments by fractions and prices, and that of the list by comparing the two."""
    singles = session.items.get("get_payment", [])
    unit, how = _find_fiat_unit(singles, price_of_coin, coins="coin_amount", symbol="coin_symbol")
    if singles:
        note_unit(session, "get_payment", "fiat_unit", unit, how=how)
    listed_unit, how = _compare_with_single(session, "list_payments", singles, unit)
    if listed_unit is None:
        listed = session.items.get("list_payments", [])
        listed_unit, how = _find_fiat_unit(listed, price_of_coin, coins="coin_amount", symbol="coin_symbol")
    if session.items.get("list_payments"):
        note_unit(session, "list_payments", "fiat_unit", listed_unit, how=how)


def probe_off_ramp_units(session: Session, price_of_coin: Mapping[str, Decimal]) -> None:
    """Find the units of off-ramps: of their coins, then of their money."""
    for name in ("get_off_ramp", "list_off_ramps"):
        items = session.items.get(name, [])
        if not items:
            continue
        crypto, how = _find_crypto_unit(items)
        note_unit(session, name, "crypto_unit", crypto, how=how)
        whole = [_with_whole_coins(item, crypto) for item in items]
        unit, how = _find_fiat_unit(whole, price_of_coin, coins="coins", symbol="symbol")
        if unit is None and name == "list_off_ramps":
            unit, how = _compare_with_single(
                session,
                name,
                session.items.get("get_off_ramp", []),
                session.notebook.endpoint("get_off_ramp").fiat_unit,
            )
        note_unit(session, name, "fiat_unit", unit, how=how)


def _with_whole_coins(item: Mapping[str, Any], unit: str | None) -> dict[str, Any]:
    amount, decimals = read_number(item.get("amount")), _read_decimals(item.get("decimals"))
    if amount is not None and unit == "base_units" and decimals is not None:
        return {**item, "coins": amount.scaleb(-decimals)}
    return {**item, "coins": amount if unit == "whole" else None}


def _find_crypto_unit(items: Iterable[Mapping[str, Any]]) -> tuple[str | None, str]:
    """Whole coins have a point now and then; base units are long rows of digits beside their decimals."""
    amounts = [(item.get("amount"), _read_decimals(item.get("decimals"))) for item in items]
    if any(has_fraction(amount) for amount, _ in amounts):
        return "whole", "some amounts have a fraction"
    pairs = [(read_number(amount), decimals) for amount, decimals in amounts]
    known = [(amount, decimals) for amount, decimals in pairs if amount is not None and decimals is not None]
    if known and all(amount >= Decimal(10) ** (decimals - 3) for amount, decimals in known if decimals >= 4):
        return "base_units", "digits without a point, as long as their decimals say"
    return None, "too few amounts to tell"


def _find_fiat_unit(
    items: Iterable[Mapping[str, Any]], price_of_coin: Mapping[str, Decimal], *, coins: str, symbol: str
) -> tuple[FiatUnit | None, str]:
    amounts = list(items)
    if any(has_fraction(item.get("fiat_amount")) for item in amounts):
        return "whole", "some amounts have a fraction"
    votes = [_vote(item, price_of_coin, coins=coins, symbol=symbol) for item in amounts]
    counted = {unit: votes.count(unit) for unit in ("cents", "whole")}
    if counted["cents"] > 3 * counted["whole"]:
        return "cents", "the amount of coins at today's price is a hundredth of it"
    if counted["whole"] > 3 * counted["cents"]:
        return "whole", "the amount of coins at today's price comes to it"
    return None, f"no price tells, and {_UNDECIDED}"


def _vote(item: Mapping[str, Any], prices: Mapping[str, Decimal], *, coins: str, symbol: str) -> FiatUnit | None:
    """Return the unit in which an amount is near the worth of its coins; prices may have moved a few times over."""
    fiat, amount, price = (
        read_number(item.get("fiat_amount")),
        read_number(item.get(coins)),
        prices.get(str(item.get(symbol))),
    )
    if not fiat or not amount or not price:
        return None
    ratio = fiat / (amount * price)
    if Decimal("0.2") < ratio < Decimal(5):
        return "whole"
    return "cents" if Decimal(20) < ratio < Decimal(500) else None


def _compare_with_single(
    session: Session, name: str, singles: Iterable[Mapping[str, Any]], single_unit: str | None
) -> tuple[FiatUnit | None, str]:
    """Return the list's unit from the unit of the single read and the ratio of the two amounts."""
    listed = {str(item.get("id")): item for item in session.items.get(name, [])}
    for single in singles:
        one, other = (
            read_number(single.get("fiat_amount")),
            read_number(listed.get(str(single.get("id")), {}).get("fiat_amount")),
        )
        if not one or not other or single_unit not in _FACTOR:
            continue
        in_whole = one / _FACTOR[single_unit]
        for unit, factor in _FACTOR.items():
            if other / factor == in_whole:
                return unit, "the same object's single read has the same amount"  # type: ignore[return-value]  # a key of _FACTOR
        return None, "the single read of the same object has another amount altogether"
    return None, "no object was read both in the list and alone"


def probe_bank_units(session: Session) -> None:
    """Find the unit of bank lines and balances: by decimals, else by the payment that a line belongs to."""
    lines = session.items.get("list_bank_transactions", [])
    line_unit: FiatUnit | None = None
    if lines:
        line_unit, how = _find_bank_unit(session, lines)
        note_unit(session, "list_bank_transactions", "fiat_unit", line_unit, how=how)
    accounts = session.items.get("list_bank_accounts", [])
    if accounts:
        fraction = any(has_fraction(account.get("balance")) for account in accounts)
        unit = "whole" if fraction else line_unit
        how = "balances have a fraction" if fraction else "as its lines" if line_unit else _UNDECIDED
        note_unit(session, "list_bank_accounts", "fiat_unit", unit, how=how)


def _find_bank_unit(session: Session, lines: list[dict[str, Any]]) -> tuple[FiatUnit | None, str]:
    if any(has_fraction(line.get("amount")) for line in lines):
        return "whole", "some amounts have a fraction"
    payments = {str(payment.get("id")): payment for payment in session.items.get("list_payments", [])}
    unit = session.notebook.endpoint("list_payments").fiat_unit or "cents"
    for line in lines:
        amount = read_number(line.get("amount"))
        payment = read_number(payments.get(str(line.get("payment_id")), {}).get("fiat_amount"))
        if amount and payment:
            ratio = abs(amount) / (payment / _FACTOR[unit])
            if ratio in {Decimal(1), Decimal(100)}:
                return ("whole" if ratio == 1 else "cents"), "compared with the payments that lines belong to"
    return None, f"no line belongs to a payment that tells, and {_UNDECIDED}"
