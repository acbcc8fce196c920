"""The page of prices and assets, and quotes that are never old."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.sandbox import Sandbox
from payments.models import Asset, PaymentMethod
from payments.quoting import Question, ask, coins_for, open_seal, seal

pytestmark = pytest.mark.django_db

PRICES = "/admin/payments/payment/prices/"
BUY = {"ask": "buy", "amount": "100", "method": "transfer/EUR", "asset": "USDC/polygon"}
HUNDRED_EUROS = Question(side="buy", amount=Decimal(100), symbol="USDC", chain="polygon", method="transfer")


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_what_the_provider_offers_stands_on_the_page_with_the_country_of_each_way_to_pay(
    at_felixs: Client, offers: Sandbox
) -> None:
    page = text(at_felixs.get(PRICES))
    assert "polygon" in page
    assert "SPEI" in page
    assert "MXN, Mexico" in page
    assert offers.control.calls("getOnRampQuote") == 0


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (BUY, "107.353731"),
        ({"ask": "buy", "amount": "2.000,00", "method": "SPEI/MXN", "asset": "USDC/polygon"}, "Worked out from"),
        ({"ask": "sell", "amount": "250.5", "asset": "USDT/bsc"}, "232.36"),
        ({"ask": "price", "asset": "BTC/bitcoin", "currency": "EUR"}, "58,240.10"),
    ],
    ids=["purchase", "purchase in pesos", "sale", "price"],
)
def test_each_question_is_answered_with_its_time(
    at_felixs: Client, offers: Sandbox, question: dict[str, str], answer: str
) -> None:
    response = at_felixs.get(PRICES, question)
    assert answer in text(response)
    assert "Asked <time" in text(response)
    assert "no-store" in response["Cache-Control"]


def test_a_method_is_spelled_as_the_call_for_quotes_wants_it(at_felixs: Client, offers: Sandbox) -> None:
    at_felixs.get(PRICES, BUY)
    (request,) = offers.control.requests("getOnRampQuote")
    assert request.query["payment_type"] == "TRANSFER"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1.000", "can be read in two ways. Write 1000 or 1.0000."),
        ("0", "above zero"),
        ("-5", "in digits"),
        ("1e3", "in digits"),
        ("NaN", "in digits"),
        ("1234567890", "more than can be asked"),
        ("1.005,123", "in digits"),
        ("10.1234", "at most 2 digits"),
        ("", "required"),
    ],
)
def test_an_amount_that_is_not_clear_is_refused_with_what_to_write(
    at_felixs: Client, offers: Sandbox, typed: str, said: str
) -> None:
    assert said in text(at_felixs.get(PRICES, {**BUY, "amount": typed}))
    assert offers.control.calls("getOnRampQuote") == 0


@pytest.mark.parametrize("typed", ["1.000,50", "1,000.50", "1000,50", "1000.5", " 1 000,50 "])
def test_an_amount_is_read_as_people_write_it_here_and_there(at_felixs: Client, offers: Sandbox, typed: str) -> None:
    at_felixs.get(PRICES, {**BUY, "amount": typed})
    (request,) = offers.control.requests("getOnRampQuote")
    assert Decimal(request.query["amount"]) == Decimal("1000.50")


@pytest.mark.parametrize("fault", ["error_500", "drop_before", "html_body", "nonsense"])
def test_a_provider_that_is_down_takes_only_the_quote_away(at_felixs: Client, offers: Sandbox, fault: str) -> None:
    offers.control.fault(fault, None, count=None)
    page = text(at_felixs.get(PRICES, BUY))
    assert "There is no quote." in page
    assert "everything else works" in page
    assert "polygon" in page


def test_what_is_not_traded_is_said_in_plain_words(at_felixs: Client, offers: Sandbox) -> None:
    parameters = {"side": "buy", "amount": "100", "symbol": "DOGE", "chain": "", "currency": "EUR", "method": "card"}
    page = text(at_felixs.get(reverse("admin:payments_payment_quote"), parameters))
    assert "This coin on this chain is not active" in page


@pytest.mark.parametrize(
    "change",
    [
        {"side": "steal"},
        {"amount": "Infinity"},
        {"amount": "-1"},
        {"amount": "1e999999999"},
        {"amount": "1e-999999999"},
        {"amount": "1e25", "currency": "MXN"},
        {"amount": "1e15"},
        {"symbol": ""},
        {"symbol": "\x00"},
        {"chain": "x" * 101},
    ],
)
def test_a_question_that_nobody_wrote_is_not_asked(at_felixs: Client, offers: Sandbox, change: dict[str, str]) -> None:
    parameters = {**HUNDRED_EUROS.to_parameters(), **change}
    assert at_felixs.get(reverse("admin:payments_payment_quote"), parameters).status_code == 404


def test_the_largest_amount_that_a_form_takes_is_worked_out_in_pesos(at_felixs: Client, offers: Sandbox) -> None:
    parameters = {**HUNDRED_EUROS.to_parameters(), "amount": "9" * 15, "currency": "MXN"}
    assert "Worked out from" in text(at_felixs.get(reverse("admin:payments_payment_quote"), parameters))


@pytest.mark.parametrize(
    ("amount", "price", "coins"),
    [
        ("100", "3", "33.33333333"),
        ("200", "3", "66.66666666"),
        ("999999999.99", "0.0000000000000000001", "9999999999900000000000000000.00000000"),
        ("100", "0", "0"),
    ],
)
def test_coins_are_worked_out_rounded_down_however_little_one_costs(amount: str, price: str, coins: str) -> None:
    assert coins_for(Decimal(amount), Decimal(price)) == Decimal(coins)


def test_a_quote_counts_for_a_minute_and_for_its_own_question_only(offers: Sandbox) -> None:
    sealed = seal(ask(HUNDRED_EUROS))
    assert open_seal(sealed, HUNDRED_EUROS) is not None
    other = Question(side="buy", amount=Decimal(1000), symbol="USDC", chain="polygon", method="transfer")
    assert open_seal(sealed, other) is None
    assert open_seal(sealed[:-1], HUNDRED_EUROS) is None
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert open_seal(sealed, HUNDRED_EUROS) is None


def test_an_asset_that_is_offered_no_more_is_no_choice_any_more(at_felixs: Client, offers: Sandbox) -> None:
    Asset.objects.filter(remote_id="USDC/polygon").update(missing_since=timezone.now())
    assert "Select a valid choice" in text(at_felixs.get(PRICES, BUY))


def test_before_the_first_sync_the_page_says_that_nothing_was_read(at_felixs: Client, sandbox: Sandbox) -> None:
    page = text(at_felixs.get(PRICES))
    assert "not read from the provider yet" in page
    assert not PaymentMethod.objects.exists()


def test_administrators_do_not_see_the_page(client: Client, sandbox: Sandbox, db: None) -> None:
    from django.contrib.auth.models import Group

    person = User.objects.create_user(username="admira", password="x", is_staff=True)
    person.groups.add(Group.objects.get(name="Administrator"))
    client.force_login(person)
    assert client.get(PRICES).status_code == 403
    assert "Prices and assets" not in text(client.get(reverse("admin:index")))


def test_the_page_is_in_the_navigation(at_felixs: Client, sandbox: Sandbox) -> None:
    assert f'href="{PRICES}"' in text(at_felixs.get(reverse("admin:index")))
