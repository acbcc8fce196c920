"""Candidates for an incoming bank line: who is offered, in which order, and why."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banking.matching import find_candidates, find_lines
from banking.models import BankTransaction
from payments.models import Payment
from tests.banking.rows import a_customer, a_line, a_payment, an_account

pytestmark = pytest.mark.django_db


def offered(line: BankTransaction) -> list[str]:
    return [candidate.payment.remote_id for candidate in find_candidates(line).ranked]


def reasons(line: BankTransaction) -> list[str]:
    return [reason.text for reason in find_candidates(line).ranked[0].reasons]


def test_a_transfer_with_its_concept_names_every_reason() -> None:
    a_customer()
    a_payment()
    assert reasons(a_line(concept="TRF 130042 LENA ORTEGA", counterparty_name="ORTEGA, LENA")) == [
        "The text carries the concept 130042",
        "Same amount 125.50 EUR",
        "Payer's name Lena Ortega in another order",
        "Created 2 days before",
        "The customer says that the transfer is sent",
    ]


def test_the_concept_weighs_more_than_the_name() -> None:
    a_customer()
    a_customer("4712", name="Marta", last_name="Ruiz", email="marta@example.org")
    a_payment("by-name", transfer_concept="130050")
    a_payment("by-concept", customer_id="4712", transfer_concept="130042")
    assert offered(a_line()) == ["by-concept", "by-name"]


def test_a_line_without_text_still_offers_the_payments_of_its_amount() -> None:
    a_payment(customer_id=None)
    assert offered(a_line(concept="", counterparty_name="")) == ["aZ3kQ9tLm2Xw7VbN5cRy8UePd"]


def test_a_payment_of_a_customer_who_is_not_mirrored_yet_is_offered() -> None:
    a_payment(customer_id="9999")
    assert offered(a_line()) == ["aZ3kQ9tLm2Xw7VbN5cRy8UePd"]


@pytest.mark.parametrize(
    "fields",
    [
        {"fiat_amount": Decimal("125.51")},
        {"fiat_amount": None},
        {"fiat_symbol": "USD"},
        {"status": "coins_sent"},
        {"status": "payment_received"},
        {"status": "some_new_word"},
        {"created_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"created_at": datetime(2026, 7, 9, tzinfo=UTC)},
        {"missing_since": datetime(2026, 7, 1, tzinfo=UTC)},
    ],
)
def test_a_payment_that_cannot_be_it_is_not_offered(fields: dict[str, Any]) -> None:
    a_payment(transfer_concept="", **fields)
    assert offered(a_line()) == []


def test_a_payer_who_sent_half_a_euro_less_is_offered_with_the_difference_said() -> None:
    a_payment()
    assert "Another amount: 125.00 EUR arrived, 125.50 EUR asked" in reasons(a_line(amount=Decimal("125.00")))


def test_equal_candidates_are_said_to_be_equal() -> None:
    for number in range(3):
        a_payment(f"payment-{number}", customer_id=None, transfer_concept=f"1300{number}0")
    found = find_candidates(a_line(concept="", counterparty_name=""))
    assert [candidate.is_tied for candidate in found.ranked] == [True, True, True]


def test_the_one_with_a_reason_more_is_not_tied() -> None:
    a_payment("first", customer_id=None)
    a_payment("second", customer_id=None, transfer_concept="130043")
    found = find_candidates(a_line())
    assert [(candidate.payment.remote_id, candidate.is_tied) for candidate in found.ranked] == [
        ("first", False),
        ("second", False),
    ]


def test_a_card_payment_of_the_same_amount_comes_last_and_says_why() -> None:
    a_payment("card", payment_type="card", transfer_concept="", customer_id=None)
    a_payment("transfer", transfer_concept="130050", customer_id=None)
    found = find_candidates(a_line(concept="", counterparty_name=""))
    assert [candidate.payment.remote_id for candidate in found.ranked] == ["transfer", "card"]
    assert found.ranked[1].reasons[-1].text == "Not to be paid by transfer: its method is card"


def test_a_bank_that_gives_no_hour_is_not_earlier_than_the_payment_of_that_day() -> None:
    a_payment(created_at=datetime(2026, 7, 1, 10, 15, tzinfo=UTC))
    assert "Created on the same day" in reasons(a_line(booked_at=datetime(2026, 7, 1, tzinfo=UTC)))


def test_a_thousand_payments_of_one_amount_take_two_queries_and_say_that_they_were_cut() -> None:
    created_at = datetime(2026, 6, 30, tzinfo=UTC)
    example = a_payment("example", customer_id=None, transfer_concept="")
    fields = {
        field.attname: getattr(example, field.attname) for field in Payment._meta.concrete_fields if field.name != "id"
    }
    Payment.objects.bulk_create(
        Payment(**{**fields, "remote_id": f"p{number}", "created_at": created_at - timedelta(seconds=number)})
        for number in range(1000)
    )
    line = a_line()
    with CaptureQueriesContext(connection) as queries:
        found = find_candidates(line)
    assert len(queries) == 2
    assert found.is_cut
    assert len(found.ranked) == 200


def test_from_the_payments_side_the_lines_that_could_pay_it_are_offered() -> None:
    an_account()
    a_customer()
    payment = a_payment()
    a_line("debit", direction="debit")
    a_line("done", reconciled=True)
    a_line("other", amount=Decimal("12.00"), concept="")
    a_line("broken", concept="TRANSFERENCIA DE LENA ORTEGA....130 042")
    a_line("alone")
    found = find_lines(payment)
    assert [candidate.transaction.remote_id for candidate in found.ranked] == ["alone", "broken"]
