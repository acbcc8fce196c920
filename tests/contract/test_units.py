"""A unit of money is written down only where something shows it: a hundredfold mistake is for a person to exclude."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from backoffice.cryptopocket import load_catalogue
from backoffice.cryptopocket.probing.asking import Asker, ReadOnlyTransport
from backoffice.cryptopocket.probing.notebook import Finding, Notebook
from backoffice.cryptopocket.probing.recording import Player
from backoffice.cryptopocket.probing.session import Session
from backoffice.cryptopocket.probing.units import probe_bank_units, probe_off_ramp_units, probe_payment_units


@pytest.fixture
def session(tmp_path: Any) -> Session:
    """Return a probe that has seen nothing yet."""
    transport = ReadOnlyTransport(Player(tmp_path), token_url="", maximum=0)
    return Session(Asker(transport, base_url="https://provider.example/api"), Notebook(load_catalogue("")))


def unit_of(session: Session, call: str, subject: str = "unit of money") -> Finding:
    """Return what was found of a unit."""
    return next(told for told in session.notebook.findings if (told.call, told.subject) == (call, subject))


def lines_of(amounts: Sequence[Any]) -> list[dict[str, Any]]:
    """Return bank lines of these amounts, none of which belongs to a payment."""
    return [{"id": number, "amount": amount} for number, amount in enumerate(amounts)]


@pytest.mark.parametrize(
    "amounts",
    [
        (150, 275, 60, 99, 1250),
        ("150", "275", "60", "99", "1250"),
        (Decimal("150.0"), Decimal("27500.00"), 9_999, 12_345, 101, 77_003),
        ("150.00", "275.00", "60.00", "99.00", "1250.00"),
        (10_000, 5_000),
    ],
)
def test_whole_amounts_of_bank_lines_leave_the_unit_to_a_person(session: Session, amounts: Sequence[Any]) -> None:
    session.items["list_bank_transactions"] = lines_of(amounts)
    session.items["list_bank_accounts"] = [{"id": "ES1", "balance": Decimal("150000.0")}]

    probe_bank_units(session)

    assert unit_of(session, "list_bank_transactions").verdict == "ambiguous"
    assert "fiat_unit" in unit_of(session, "list_bank_transactions").reason
    assert unit_of(session, "list_bank_accounts").verdict == "ambiguous"
    for call in ("list_bank_transactions", "list_bank_accounts"):
        assert session.notebook.catalogue[call] == session.notebook.assumed[call]


@pytest.mark.parametrize("amount", ["150.25", Decimal("150.5"), Decimal("-0.01")])
def test_an_amount_with_a_fraction_is_in_whole_units(session: Session, amount: Any) -> None:
    session.items["list_bank_transactions"] = lines_of((100, amount, 2_000))

    probe_bank_units(session)

    assert (unit_of(session, "list_bank_transactions").verdict, unit_of(session, "list_bank_transactions").found) == (
        "confirmed",
        "whole",
    )


@pytest.mark.parametrize(("amount", "unit"), [(Decimal("150000.0"), "cents"), ("1500.00", "whole")])
def test_the_payment_that_a_bank_line_belongs_to_tells_the_unit(session: Session, amount: Any, unit: str) -> None:
    session.items["list_payments"] = [{"id": "p1", "fiat_amount": 150_000}]
    session.items["list_bank_transactions"] = [{"id": 1, "amount": amount, "payment_id": "p1"}]

    probe_bank_units(session)

    assert unit_of(session, "list_bank_transactions").found == unit


def test_a_payment_whose_cents_are_written_with_a_point_is_not_taken_for_whole_euros(session: Session) -> None:
    payment = {"id": "p1", "fiat_amount": Decimal("150000.0"), "coin_amount": "1500.5", "coin_symbol": "USDC"}
    session.items["get_payment"] = session.items["list_payments"] = [payment]

    probe_payment_units(session, {"USDC": Decimal("0.92")})

    assert unit_of(session, "get_payment").found == "cents"
    assert unit_of(session, "list_payments").found == "cents"


def test_base_units_that_are_written_with_a_point_are_not_taken_for_whole_coins(session: Session) -> None:
    sale = {"id": "s1", "amount": Decimal("250000000.0"), "decimals": 6, "symbol": "USDC", "fiat_amount": "231.40"}
    session.items["get_off_ramp"] = [sale]

    probe_off_ramp_units(session, {"USDC": Decimal("0.92")})

    assert unit_of(session, "get_off_ramp", "unit of coins").found == "base_units"
