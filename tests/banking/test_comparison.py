"""A line and a payment side by side."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from banking.comparison import compare, differences
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


def test_what_nobody_knows_is_no_difference() -> None:
    a_payment(customer_id="9999", transfer_concept="", created_at=None)
    shown = {row.label: row.agrees for row in compare(a_line(), payments_with_customers().get())}
    assert shown["Payer"] is None
    assert shown["Text and concept"] is None
    assert shown["Date"] is None
