"""The pages of payments, off-ramps and reference data."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.attention import attention_for
from payments.models import Asset, OffRamp, Payment, PaymentMethod
from tests.banking.rows import a_customer, a_payment, mirrored

pytestmark = pytest.mark.django_db

PAYMENTS = "admin:payments_payment_changelist"
OFF_RAMPS = "admin:payments_offramp_changelist"
DIGITS_78 = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
MOST_QUERIES = 15


def an_off_ramp(remote_id: str = "cN8pWq5ZtE2yKd7RbX1uLh4Gs", **fields: Any) -> OffRamp:
    usual = {
        "customer_id": "4711",
        "status": "pending",
        "symbol": "USDT",
        "blockchain": "bsc",
        "base_units": "250000000000000000000",
        "decimals": 18,
        "fiat_amount": Decimal("231.90"),
        "created_at": datetime(2026, 6, 29, 9, 30, tzinfo=UTC),
    }
    return OffRamp.objects.create(remote_id=remote_id, **mirrored(**{**usual, **fields}))


def text(response: Any) -> str:
    return str(response.content.decode())


def shown(response: Any) -> set[str]:
    return {row.remote_id for row in response.context["cl"].result_list}


def three_payments() -> None:
    a_customer()
    a_customer("4712", name="Marta", last_name="Ruiz", email="marta@example.org")
    a_payment("lena", external_id="remit-1")
    a_payment(
        "marta",
        customer_id="4712",
        status="coins_sent",
        txid="0xabc",
        payment_type="card",
        fiat_amount=Decimal("50.00"),
        transfer_concept="",
        created_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    a_payment(
        "pesos",
        customer_id="9999",
        status="held_for_review",
        fiat_symbol="MXN",
        fiat_amount=Decimal(2000),
        transfer_concept="",
        missing_since=datetime(2026, 7, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"lena", "marta", "pesos"}),
        ({"status": "coins_sent"}, {"marta"}),
        ({"status": "other"}, {"pesos"}),
        ({"payment_type": "CARD"}, {"marta"}),
        ({"fiat_symbol": "mxn"}, {"pesos"}),
        ({"fiat_amount_min": "100", "fiat_amount_max": "200"}, {"lena"}),
        ({"created_at_before": "2026-05-31"}, {"marta"}),
        ({"customer": "4712"}, {"marta"}),
        ({"has_txid": "yes"}, {"marta"}),
        ({"has_txid": "no"}, {"lena", "pesos"}),
        ({"missing": "yes"}, {"pesos"}),
        ({"missing": "no"}, {"lena", "marta"}),
        ({"waiting": "yes"}, {"lena"}),
        ({"q": "remit-1"}, {"lena"}),
        ({"q": "130042"}, {"lena"}),
        ({"q": "0xabc"}, {"marta"}),
        ({"q": "marta@example.org"}, set()),  # finance sees no e-mail, so finds by none
        ({"q": "MARTA ruiz"}, {"marta"}),
        ({"q": "125.50"}, {"lena"}),
        ({"q": "9999"}, {"pesos"}),
        ({"q": "nobody"}, set()),
        ({"fiat_amount_min": "a lot"}, set()),
        ({"has_txid": "perhaps"}, set()),
        ({"no_such_filter": "1"}, set()),
    ],
)
def test_the_list_is_narrowed_as_asked(at_felixs: Client, query: dict[str, str], expected: set[str]) -> None:
    three_payments()
    assert shown(at_felixs.get(reverse(PAYMENTS), query)) == expected


def test_a_payments_page_shows_its_customer_and_its_amounts(at_felixs: Client) -> None:
    lena = a_customer()
    payment = a_payment(coin_amount=Decimal("0.123456789012345678"), coin_symbol="USDC", txid="0x" + "ab" * 32)
    page = text(at_felixs.get(reverse("admin:payments_payment_change", args=[payment.pk])))
    assert reverse("admin:customers_customer_change", args=[lena.pk]) in page
    assert "Lena Ortega" in page
    assert "125.50" in page
    assert "0.123456789012345678" in page
    assert "transfer announced" in page


def test_a_payment_of_a_customer_who_is_not_mirrored_yet_shows_the_bare_id(at_felixs: Client) -> None:
    payment = a_payment(customer_id="9999")
    assert "9999" in text(at_felixs.get(reverse("admin:payments_payment_change", args=[payment.pk])))
    assert "9999" in text(at_felixs.get(reverse(PAYMENTS)))


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal("-3.50"), Decimal("99999999999.9999")])
def test_any_amount_can_be_shown(at_felixs: Client, amount: Decimal | None) -> None:
    payment = a_payment(fiat_amount=amount)
    assert at_felixs.get(reverse("admin:payments_payment_change", args=[payment.pk])).status_code == 200
    assert at_felixs.get(reverse(PAYMENTS)).status_code == 200


def test_an_off_ramp_of_78_digits_is_shown_to_the_last_one(at_felixs: Client) -> None:
    off_ramp = an_off_ramp(base_units=DIGITS_78)
    page = text(at_felixs.get(reverse("admin:payments_offramp_change", args=[off_ramp.pk])))
    assert DIGITS_78 in page
    assert "584,007,913,129,639,935" not in page
    assert ".584007913129639935" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "pending"}, {"first"}),
        ({"symbol": "usdc"}, {"second"}),
        ({"fiat_amount_min": "500"}, {"second"}),
        ({"q": "lena@example.org"}, set()),  # finance sees no e-mail, so finds by none
        ({"q": "Lena"}, {"first"}),
        ({"q": "second"}, {"second"}),
    ],
)
def test_the_list_of_off_ramps_is_narrowed_as_asked(
    at_felixs: Client, query: dict[str, str], expected: set[str]
) -> None:
    a_customer()
    an_off_ramp("first")
    an_off_ramp("second", symbol="USDC", status="finished", customer_id="1", fiat_amount=Decimal(1000))
    assert shown(at_felixs.get(reverse(OFF_RAMPS), query)) == expected


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_mirrored_can_be_changed_not_even_by_ada(client: Client, ada: User, method: str) -> None:
    payment = a_payment()
    client.force_login(ada)
    for address in (
        reverse("admin:payments_payment_change", args=[payment.pk]),
        reverse("admin:payments_payment_delete", args=[payment.pk]),
        reverse("admin:payments_payment_add"),
    ):
        assert getattr(client, method)(address, {"status": "coins_sent", "post": "yes"}).status_code in {403, 405}
    assert Payment.objects.get().status == "pending_bank"


def test_an_administrator_does_not_see_payments(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("adam", is_staff=True))
    assert client.get(reverse(PAYMENTS)).status_code == 403


def test_payments_that_stand_still_are_counted_on_the_front_page(at_felixs: Client, felix: User, rf: Any) -> None:
    three_payments()
    request = rf.get("/")
    request.user = felix
    (found,) = [item for item in attention_for(request) if item.item.name == "payments-standing-still"]
    assert found.count == 1
    assert shown(at_felixs.get(found.url)) == {"lena"}


def test_a_customers_page_shows_payments_and_off_ramps(at_felixs: Client) -> None:
    lena = a_customer()
    a_payment("lenas-payment")
    an_off_ramp("lenas-off-ramp")
    page = text(at_felixs.get(reverse("admin:customers_customer_change", args=[lena.pk])))
    assert "lenas-payment" in page
    assert "lenas-off-ramp" in page


@pytest.mark.parametrize("count", [2, 60])
def test_no_page_makes_more_than_15_queries_whatever_the_number_of_rows(at_felixs: Client, count: int) -> None:
    for number in range(count):
        a_customer(f"c{number}")
        a_payment(f"p{number}", customer_id=f"c{number}")
        an_off_ramp(f"o{number}", customer_id=f"c{number}")
        Asset.objects.create(remote_id=f"A{number}/x", symbol=f"A{number}", chain="x", **mirrored())
        PaymentMethod.objects.create(remote_id=f"m{number}", code=f"m{number}", **mirrored())
    addresses = [
        reverse(PAYMENTS),
        reverse(OFF_RAMPS),
        reverse("admin:payments_asset_changelist"),
        reverse("admin:payments_paymentmethod_changelist"),
        reverse("admin:payments_payment_change", args=[Payment.objects.earliest("pk").pk]),
        reverse("admin:payments_offramp_change", args=[OffRamp.objects.earliest("pk").pk]),
        reverse("admin:payments_asset_change", args=[Asset.objects.earliest("pk").pk]),
        reverse("admin:payments_paymentmethod_change", args=[PaymentMethod.objects.earliest("pk").pk]),
    ]
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert at_felixs.get(address).status_code == 200, address
        assert len(queries) <= MOST_QUERIES, (address, len(queries))
