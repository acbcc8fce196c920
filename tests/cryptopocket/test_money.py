"""Money: cents, whole units and base units, exact to the last digit, and never a float."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import UNSET

from backoffice.cryptopocket import Catalogue, load_catalogue
from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.errors import UnitMismatch, UnreadableItem
from backoffice.cryptopocket.resources import (
    ensure_same_units,
    parse_bank_transaction,
    parse_off_ramp,
    parse_payment,
)

CATALOGUE = load_catalogue()
PAYMENT = {
    "id": "bT6mYw1RzQ8oJ4sHk0LxG9vFd",
    "external_id": "remit-2026-0042",
    "user_id": "4711",
    "status": "coins_sent",
    "fiat_amount": 12550,
    "fiat_symbol": "EUR",
    "coin_symbol": "USDC",
    "coin_amount": Decimal("133.07"),
    "created_at": "2026-07-01T10:15:00.000000Z",
    "holder": None,
    "txid": "0x7d1f",
}
OFF_RAMP = {
    "id": "cN8pWq5ZtE2yKd7RbX1uLh4Gs",
    "status": "finished",
    "blockchain": "bsc",
    "crypto": "USDT",
    "amount": "250000000000000000000",
    "decimals": 18,
    "fiat_amount": "231.90",
}
LINE = {
    "iban": "ES0000000000000000000000",
    "amount": "125.50",
    "currency": "EUR",
    "direction": "credit",
    "concept": "130042",
    "counterparty_name": "Lena Ortega",
    "booked_at": "2026-07-01T09:58:00.000000Z",
}
ACCOUNT = "ES0000000000000000000000"


def with_units(**units: str) -> Catalogue:
    """Return the contract with other units for the payment list and the off-ramp read."""
    endpoints = dict(CATALOGUE.endpoints)
    for name, unit in units.items():
        field = "crypto_unit" if name == "get_off_ramp" else "fiat_unit"
        endpoints[name] = msgspec.structs.replace(endpoints[name], **{field: unit})
    return msgspec.structs.replace(CATALOGUE, endpoints=endpoints)


def test_the_payment_list_can_be_in_whole_units_by_the_contract_alone() -> None:
    catalogue = with_units(list_payments="whole")

    assert parse_payment(PAYMENT, catalogue=catalogue, endpoint="list_payments").fiat_amount == 12550
    assert parse_payment(PAYMENT, catalogue=catalogue).fiat_amount == Decimal("125.50")


def test_a_list_in_other_units_than_the_single_read_is_noticed() -> None:
    read = parse_payment(PAYMENT, catalogue=CATALOGUE)
    wrong = parse_payment(PAYMENT, catalogue=with_units(list_payments="whole"), endpoint="list_payments")

    ensure_same_units(listed=read, read=read)
    with pytest.raises(UnitMismatch, match="fiat_unit of list_payments"):
        ensure_same_units(listed=wrong, read=read)


@pytest.mark.parametrize(
    ("received", "amount"),
    [
        (0, "0"),
        (-500, "-5"),
        ("15050", "150.50"),
        (Decimal("15050.0"), "150.50"),
        (Decimal("1E+3"), "10"),
        (10**20, str(10**18)),
    ],
)
def test_cents_become_whole_units_exactly(received: Any, amount: str) -> None:
    payment = parse_payment({"id": "x", "fiat_amount": received}, catalogue=CATALOGUE)

    assert payment.fiat_amount == Decimal(amount)
    assert "E" not in str(payment.fiat_amount)


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        ("abc", "is not a number"),
        ("", "is empty"),
        ("  ", "is empty"),
        ("NaN", "is not a number"),
        ("Infinity", "is not a number"),
        ("1_000", "is not a number"),
        ("1.234,50", "is not a number"),
        ("١٢", "is not a number"),
        ("0x10", "is not a number"),
        ("1 000", "is not a number"),
        ("12.50\n", "is not a number"),
        (True, "is true or false where an amount is expected"),
        ([1], "is a list where an amount is expected"),
        ({"value": 1}, "is an object where an amount is expected"),
        (Decimal("NaN"), "is a number where an amount is expected"),
        (Decimal("Infinity"), "is a number where an amount is expected"),
        ("150.505", "should be in cents but has a fraction"),
        (Decimal("150.5"), "should be in cents but has a fraction"),
        ("1e999", "has more than 20 digits before the point"),
        (10**40, "has more than 20 digits before the point"),
        (Decimal("1E+400"), "has more than 20 digits before the point"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_a_reason(received: Any, reason: str) -> None:
    with pytest.raises(UnreadableItem) as refused:
        parse_payment({"id": "x", "fiat_amount": received}, catalogue=CATALOGUE)

    assert (refused.value.field, refused.value.reason) == ("fiat_amount", reason)
    assert refused.value.payload == {"id": "x", "fiat_amount": received}


@pytest.mark.parametrize("received", ["0", "-5", "1E+3", "0.000000000000000001", "125.50", "99999999999999999999"])
def test_amounts_in_whole_units_are_exact(received: str) -> None:
    line = parse_bank_transaction({**LINE, "amount": received}, catalogue=CATALOGUE, account_iban=ACCOUNT)

    assert line.amount == Decimal(received)
    assert "E+" not in str(line.amount)


@pytest.mark.parametrize("received", ["1e-300", "0." + "1" * 19, Decimal("0." + "0" * 90 + "1")])
def test_more_decimals_than_money_has_are_refused(received: Any) -> None:
    with pytest.raises(UnreadableItem, match="after the point"):
        parse_bank_transaction({**LINE, "amount": received}, catalogue=CATALOGUE, account_iban=ACCOUNT)


def test_base_units_of_78_digits_are_kept_beside_their_exact_amount() -> None:
    digits = str(2**256 - 1)
    off_ramp = parse_off_ramp({**OFF_RAMP, "amount": digits}, catalogue=CATALOGUE)

    assert len(digits) == 78
    assert off_ramp.base_units == digits
    assert isinstance(off_ramp.amount, Decimal)
    assert off_ramp.amount.as_tuple().exponent == -18
    assert format(off_ramp.amount, "f").replace(".", "") == digits


def test_base_units_that_came_as_a_number_are_exact_too() -> None:
    document, _ = decode_body(b'{"id": "x", "amount": 123456789012345678901234567890, "decimals": "18"}')

    off_ramp = parse_off_ramp(document, catalogue=CATALOGUE)

    assert off_ramp.base_units == "123456789012345678901234567890"
    assert off_ramp.amount == Decimal("123456789012.345678901234567890")


@pytest.mark.parametrize("amount", ["-1", "1.5", "1e18", "", "9" * 101, Decimal("1.5"), True, "\uff11\uff12"])
def test_base_units_are_digits_and_nothing_else(amount: Any) -> None:
    with pytest.raises(UnreadableItem, match="amount is not a row of at most 100 digits"):
        parse_off_ramp({**OFF_RAMP, "amount": amount}, catalogue=CATALOGUE)


@pytest.mark.parametrize("decimals", [-1, 101, "x", Decimal(18), True, None])
def test_without_usable_decimals_no_amount_is_made_up(decimals: Any) -> None:
    item = {**OFF_RAMP, "decimals": decimals}
    if decimals is None:
        assert parse_off_ramp(item, catalogue=CATALOGUE).amount is UNSET
        return
    with pytest.raises(UnreadableItem, match="decimals"):
        parse_off_ramp(item, catalogue=CATALOGUE)


def test_an_off_ramp_in_whole_coins_is_a_matter_of_the_contract() -> None:
    catalogue = with_units(get_off_ramp="whole")

    off_ramp = parse_off_ramp({**OFF_RAMP, "amount": "250.5"}, catalogue=catalogue)

    assert (off_ramp.amount, off_ramp.base_units) == (Decimal("250.5"), "250500000000000000000")


@pytest.mark.parametrize(("amount", "decimals"), [("0.0001", 3), ("-1", 18), ("1", None)])
def test_whole_coins_that_are_no_number_of_base_units_have_none(amount: str, decimals: int | None) -> None:
    catalogue = with_units(get_off_ramp="whole")

    off_ramp = parse_off_ramp({**OFF_RAMP, "amount": amount, "decimals": decimals}, catalogue=catalogue)

    assert (off_ramp.amount, off_ramp.base_units) == (Decimal(amount), UNSET)


def test_the_symbol_of_an_off_ramp_may_be_called_crypto_or_symbol() -> None:
    assert parse_off_ramp(OFF_RAMP, catalogue=CATALOGUE).symbol == "USDT"
    assert parse_off_ramp({"id": "x", "symbol": "USDT"}, catalogue=CATALOGUE).symbol == "USDT"


@hypothesis_settings(deadline=None)
@given(cents=st.integers(min_value=-(10**20), max_value=10**20))
def test_cents_divided_and_multiplied_are_the_same_cents(cents: int) -> None:
    payment = parse_payment({"id": "x", "fiat_amount": cents}, catalogue=CATALOGUE)

    assert isinstance(payment.fiat_amount, Decimal)
    assert int(payment.fiat_amount.scaleb(2)) == cents


@hypothesis_settings(deadline=None)
@given(units=st.integers(min_value=0, max_value=10**100 - 1), decimals=st.integers(min_value=0, max_value=100))
def test_base_units_survive_the_round_trip_exactly(units: int, decimals: int) -> None:
    item = {"id": "x", "amount": str(units), "decimals": decimals}
    off_ramp = parse_off_ramp(item, catalogue=CATALOGUE)

    assert isinstance(off_ramp.amount, Decimal)
    numerator, denominator = off_ramp.amount.as_integer_ratio()
    assert numerator * 10**decimals == units * denominator
    assert off_ramp.base_units == str(units)
