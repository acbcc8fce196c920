"""A line and a payment side by side."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from banking.comparison import compare, differences
from banking.matching.reasons import weigh
from payments.queries import payments_with_customers
from tests.banking.rows import a_customer, a_line, a_payment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lena() -> None:
    a_customer()


def differing(line: dict[str, Any], payment: dict[str, Any]) -> list[str]:
    a_payment(**payment)
    return [difference.label for difference in differences(a_line(**line), payments_with_customers().get())]


def test_lenas_transfer_differs_in_nothing() -> None:
    assert differing({}, {}) == []


@pytest.mark.parametrize(
    ("line", "payment", "labels"),
    [
        ({"amount": Decimal("125.49")}, {}, ["Amount"]),
        ({}, {"fiat_amount": None}, ["Amount"]),
        ({"currency": "USD"}, {}, ["Currency"]),
        ({"counterparty_name": "MARTA RUIZ"}, {}, ["Payer"]),
        ({"counterparty_name": "", "concept": "TRF 130042 LENA ORTEGA"}, {}, []),
        ({"counterparty_name": "", "concept": "TRF 130042"}, {}, []),
        ({"concept": "9130042"}, {}, ["Text and concept"]),
        ({"concept": "TRANSFERENCIA DE LENA ORTEGA"}, {}, []),
        ({"concept": ""}, {"transfer_concept": ""}, []),
        ({"booked_at": datetime(2026, 6, 28, tzinfo=UTC)}, {}, ["Date"]),
        ({"booked_at": None}, {}, []),
        ({"reconciled": True}, {}, ["State"]),
        ({}, {"status": "coins_sent"}, ["State"]),
        ({}, {"status": "held_for_review"}, ["State"]),
    ],
)
def test_each_difference_is_named(line: dict[str, Any], payment: dict[str, Any], labels: list[str]) -> None:
    assert differing(line, payment) == labels


@pytest.mark.parametrize(("booked_on", "agrees"), [(31, False), (1, True)])
def test_dates_are_compared_and_written_as_the_pages_show_them(settings: Any, booked_on: int, *, agrees: bool) -> None:
    settings.DISPLAY_TIME_ZONE = "Europe/Madrid"
    a_payment(created_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    booked_at = datetime(2026, 3 if booked_on == 31 else 4, booked_on, tzinfo=UTC)
    line, payment = a_line(booked_at=booked_at), payments_with_customers().get()
    row = next(row for row in compare(line, payment) if row.label == "Date")
    assert (row.of_line, row.of_payment) == (f"{booked_on} {booked_at:%b} 2026", "1 Apr 2026")
    assert row.agrees is agrees
    reasons = {reason.text for reason in weigh(line, payment)}
    assert ("Created on the same day" in reasons) is agrees


def test_what_nobody_knows_is_no_difference() -> None:
    a_payment(customer_id="9999", transfer_concept="", created_at=None)
    shown = {row.label: row.agrees for row in compare(a_line(), payments_with_customers().get())}
    assert shown["Payer"] is None
    assert shown["Text and concept"] is None
    assert shown["Date"] is None
