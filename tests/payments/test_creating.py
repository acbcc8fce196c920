"""Creating payments, guided payments and off-ramps on their pages, against the stand-in provider over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice import provider
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.services import perform
from backoffice.sandbox import Sandbox
from backoffice.sync.services import mirror_read, sync_resource
from customers.models import Customer
from payments.models import OffRamp, OffRampInstructions, Payment, PaymentInstructions
from tests.payments.creating import (
    CARD,
    GUIDED,
    GUIDED_ORDER,
    IBAN,
    OFF_RAMP,
    PAYMENT,
    SALE,
    SUBMISSION,
    TRANSFER,
    confirm,
    create,
    hidden_fields,
    look_again,
)

pytestmark = pytest.mark.django_db

EVERY_ERRAND = [(PAYMENT, TRANSFER), (GUIDED, GUIDED_ORDER), (OFF_RAMP, SALE)]


def page_of(client: Client, row: Any) -> str:
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


# A payment by transfer


def test_a_transfer_is_created_and_says_how_it_is_paid(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    operation = create(at_felixs, PAYMENT, lena, TRANSFER)
    assert operation.state == State.SUCCEEDED, operation.error_text
    (row,) = offers.control.payments()
    payment = Payment.objects.get()
    assert (payment.remote_id, payment.customer_id, payment.status) == (row["id"], lena.remote_id, "started")
    assert (payment.fiat_amount, payment.fiat_symbol) == (Decimal("125.50"), "EUR")
    assert payment.transfer_concept == str(row["concept"])
    assert payment.external_id == row["external_id"]
    page = page_of(at_felixs, payment)
    for told in (offers.control.bank_accounts()[0]["iban"], "XXXXESMMXXX", str(row["concept"]), "Example Payments"):
        assert f'data-copy="{told}' in page


def test_the_amount_is_sent_as_a_number_in_whole_units_and_the_external_id_is_made_by_us(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = create(at_felixs, PAYMENT, lena, TRANSFER)
    (request,) = offers.control.requests("createPayment")
    assert request.body["fiat_amount"] == Decimal("125.50")
    assert request.body["user_id"] == int(lena.remote_id)
    assert request.body["external_id"] == f"backoffice-{operation.submission}"
    assert set(request.body) == {
        "user_id",
        "external_id",
        "payment_type",
        "fiat_symbol",
        "fiat_amount",
        "coin_symbol",
        "coin_chain",
        "wallet",
    }


def test_the_sheet_for_the_customer_has_what_is_needed_to_pay_and_nothing_of_ours(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    create(at_felixs, PAYMENT, lena, TRANSFER)
    payment = Payment.objects.get()
    address = reverse("admin:payments_payment_transfer-sheet", args=[payment.pk])
    assert address in page_of(at_felixs, payment)
    answer = at_felixs.get(address)
    sheet = answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert payment.transfer_concept in sheet
    assert "125.50" in sheet
    for ours in ("Felix", "felix", "lena@example.org", "Ortega", "nav-sidebar"):
        assert ours not in sheet


def test_the_sheet_for_the_customer_bears_the_day_that_the_pages_show(
    at_felixs: Client, offers: Sandbox, lena: Customer, settings: Any
) -> None:
    settings.DISPLAY_TIME_ZONE = "Europe/Madrid"
    create(at_felixs, PAYMENT, lena, TRANSFER)
    PaymentInstructions.objects.update(created_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    address = reverse("admin:payments_payment_transfer-sheet", args=[Payment.objects.get().pk])
    assert "2026-04-01" in at_felixs.get(address).content.decode()


def test_a_sync_takes_the_concept_from_nobody(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    create(at_felixs, PAYMENT, lena, TRANSFER)
    concept = Payment.objects.get().transfer_concept
    offers.control.change_payment(Payment.objects.get().remote_id, concept=None, status="pending_bank")
    assert sync_resource(name="payments", mode="full").state == "succeeded"
    payment = Payment.objects.get()
    assert (payment.transfer_concept, payment.status) == (concept, "pending_bank")


def test_a_concept_is_kept_where_a_sync_read_the_payment_before_our_answer_was_written(
    at_felixs: Client, offers: Sandbox, lena: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from payments.operations import CreatePayment

    send = CreatePayment.send

    def send_and_be_overtaken(self: Any, operation: Any, client: Any) -> Any:
        answer = send(self, operation, client)
        offers.control.change_payment(answer.payment_id, concept=None)
        sync_resource(name="payments", mode="full")
        return answer

    monkeypatch.setattr(CreatePayment, "send", send_and_be_overtaken)
    assert create(at_felixs, PAYMENT, lena, TRANSFER).state == State.SUCCEEDED
    payment = Payment.objects.get()
    assert payment.transfer_concept == PaymentInstructions.objects.get().concept != ""


# Methods with a page to pay on


@pytest.mark.parametrize(
    ("address", "order"), [(PAYMENT, CARD), (PAYMENT, {**CARD, "method": "psd2/EUR"}), (GUIDED, GUIDED_ORDER)]
)
def test_the_link_to_pay_is_kept_encrypted_and_shown_to_those_who_create_payments(
    at_felixs: Client, lena: Customer, aurelio: User, address: str, order: Any
) -> None:
    assert create(at_felixs, address, lena, order).state == State.SUCCEEDED
    instructions = PaymentInstructions.objects.get()
    assert instructions.url.startswith("https://")
    assert f'data-copy="{instructions.url}"' in page_of(at_felixs, Payment.objects.get())
    assert instructions.url not in Payment.objects.get().payload
    auditors = Client()
    auditors.force_login(aurelio)
    assert instructions.url not in page_of(auditors, Payment.objects.get())
    sheet = reverse("admin:payments_payment_transfer-sheet", args=[Payment.objects.get().pk])
    assert at_felixs.get(sheet).status_code == 404


def test_an_address_to_pay_on_that_is_not_safe_is_not_shown(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    create(at_felixs, PAYMENT, lena, CARD)
    PaymentInstructions.objects.update(url="javascript:alert(1)")
    page = page_of(at_felixs, Payment.objects.get())
    assert "javascript:" not in page
    assert "not safe to open" in page


def test_a_guided_payment_is_made_in_euros_without_wallet_and_method(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    create(at_felixs, GUIDED, lena, {**GUIDED_ORDER, "external_id": "remit-9"})
    (request,) = offers.control.requests("createGuidedPayment")
    assert request.body["fiat_symbol"] == "EUR"
    assert request.body["external_id"] == "remit-9"
    assert not {"wallet", "payment_type"} & set(request.body)


@pytest.mark.parametrize("method", ["card", "paypal", "psd2"])
def test_a_payment_by_any_method_but_a_transfer_says_where_it_is_paid(
    at_felixs: Client, offers: Sandbox, lena: Customer, method: str
) -> None:
    operation = create(at_felixs, PAYMENT, lena, {**TRANSFER, "method": f"{method}/EUR"})
    assert operation.state == State.SUCCEEDED, operation.error_text
    (request,) = offers.control.requests("createPayment")
    assert request.body["payment_type"] == method
    instructions = PaymentInstructions.objects.get()
    assert f"/{method}?" in instructions.url
    assert f'data-copy="{instructions.url}"' in page_of(at_felixs, Payment.objects.get())


def test_a_latin_american_method_is_paid_in_its_own_currency(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    ApprovalPolicy.objects.update(active=False)
    operation = create(at_felixs, PAYMENT, lena, {**TRANSFER, "method": "KHIPU/CLP", "amount": "50000"})
    assert operation.state == State.SUCCEEDED, operation.error_text
    assert Payment.objects.get().fiat_symbol == "CLP"
    assert PaymentInstructions.objects.get().url.startswith("https://")


def test_without_a_price_in_pesos_it_goes_on_only_when_that_was_ticked(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    offers.control.fault("error_500", "getTokenPrice", count=None)
    order = {**TRANSFER, "method": "KHIPU/CLP", "amount": "50000"}
    assert confirm(at_felixs, PAYMENT, lena, order).status_code == 200
    assert not Operation.objects.exists()
    assert confirm(at_felixs, PAYMENT, lena, order, without_quote="yes").status_code == 302


# An off-ramp


def test_an_off_ramp_shows_the_wallet_with_a_code_the_chain_and_the_exact_amount(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    operation = create(at_felixs, OFF_RAMP, lena, SALE)
    assert operation.state == State.SUCCEEDED, operation.error_text
    off_ramp, instructions = OffRamp.objects.get(), OffRampInstructions.objects.get()
    (request,) = offers.control.requests("createOffRamp")
    assert request.body == {
        "user_id": int(lena.remote_id),
        "amount": Decimal("250.5"),
        "symbol": "USDT",
        "blockchain": "bsc",
        "iban": IBAN,
    }
    page = page_of(at_felixs, off_ramp)
    assert f'data-copy="{instructions.wallet}"' in page
    assert 'data-copy="250.5"' in page
    code = at_felixs.get(reverse("admin:payments_offramp_wallet-code", args=[off_ramp.pk]))
    assert (code["Content-Type"], code["X-Content-Type-Options"]) == ("image/svg+xml", "nosniff")
    assert "no-store" in code["Cache-Control"]
    assert "style" not in code.content.decode()


def test_an_off_ramp_is_worth_what_was_quoted(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    create(at_felixs, OFF_RAMP, lena, SALE)
    request = Operation.objects.get().request
    assert (request["quoted_amount"], request["quoted_currency"]) == ("232.36", "EUR")


def test_an_iban_whose_digits_do_not_fit_is_sent_only_when_it_was_ticked(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    wrong = {**SALE, "iban": "ES91 2100 0418 4502 0005 1333"}
    assert "The IBAN does not look right" in look_again(at_felixs, OFF_RAMP, lena, wrong)
    assert confirm(at_felixs, OFF_RAMP, lena, wrong).status_code == 200
    assert not Operation.objects.exists()
    assert confirm(at_felixs, OFF_RAMP, lena, wrong, confirmed="iban").status_code == 302


def test_in_latin_america_the_registered_account_is_paid_and_only_its_bank_is_named(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    order = {**SALE, "payout": "registered", "bank_name": "Banco Ejemplo"}
    assert create(at_felixs, OFF_RAMP, lena, order).state == State.SUCCEEDED
    (request,) = offers.control.requests("createOffRamp")
    assert "iban" not in request.body
    assert request.body["bank_name"] == "Banco Ejemplo"


# What stands in the way


@pytest.mark.parametrize(("address", "order"), EVERY_ERRAND)
def test_an_old_quote_is_never_acted_on(
    at_felixs: Client, offers: Sandbox, lena: Customer, address: str, order: Any
) -> None:
    fields = hidden_fields(look_again(at_felixs, address, lena, order))
    with time_machine.travel(timezone.now() + timedelta(seconds=75)):
        answer = at_felixs.post(f"{address}?customer={lena.pk}", {**fields, "confirm": "yes"})
        page = answer.content.decode()
        assert "older than a minute" in page
        assert not Operation.objects.exists()
        fresh = hidden_fields(page)
        assert fresh["quote"] != fields["quote"]
        again = at_felixs.post(f"{address}?customer={lena.pk}", {**fresh, "confirm": "yes"})
    assert again.status_code == 302


@pytest.mark.parametrize(("address", "order"), EVERY_ERRAND)
def test_a_quote_for_another_amount_is_not_taken(
    at_felixs: Client, offers: Sandbox, lena: Customer, address: str, order: Any
) -> None:
    fields = hidden_fields(look_again(at_felixs, address, lena, order))
    answer = at_felixs.post(f"{address}?customer={lena.pk}", {**fields, "amount": "99000", "confirm": "yes"})
    assert answer.status_code == 200
    assert not Operation.objects.exists()


@pytest.mark.parametrize(("address", "order"), EVERY_ERRAND)
def test_without_a_provider_there_is_no_quote_and_nothing_is_asked(
    at_felixs: Client, offers: Sandbox, lena: Customer, address: str, order: Any
) -> None:
    offers.control.fault("error_500", None, count=None)
    page = look_again(at_felixs, address, lena, order)
    assert "There is no quote." in page
    assert confirm(at_felixs, address, lena, order).status_code == 200
    assert not Operation.objects.exists()


@pytest.mark.parametrize("errand", EVERY_ERRAND)
@pytest.mark.parametrize("person", ["clara", "sofia", "aurelio"])
def test_only_finance_creates_payments_and_off_ramps(
    client: Client, lena: Customer, errand: Any, person: str, request: Any
) -> None:
    address, order = errand
    client.force_login(request.getfixturevalue(person))
    assert client.get(f"{address}?customer={lena.pk}").status_code == 403
    assert client.post(f"{address}?customer={lena.pk}", {**order, "confirm": "yes"}).status_code == 403
    assert address not in client.get(reverse("admin:customers_customer_change", args=[lena.pk])).content.decode()


def test_the_customers_page_leads_to_all_three(at_felixs: Client, lena: Customer) -> None:
    page = page_of(at_felixs, lena)
    for address in (PAYMENT, GUIDED, OFF_RAMP):
        assert f'href="{address}?customer={lena.pk}"' in page


def test_from_the_list_the_customer_is_chosen_first(at_felixs: Client, lena: Customer) -> None:
    assert f"?customer={lena.pk}" in at_felixs.get(PAYMENT, {"q": "ortega"}).content.decode()
    assert "Nobody in our list" in at_felixs.get(PAYMENT, {"q": "nobody"}).content.decode()
    assert at_felixs.get(PAYMENT, {"q": "Ortega\x00"}).status_code == 200
    assert at_felixs.get(f"{PAYMENT}?customer=999999").status_code == 404
    assert at_felixs.get(f"{PAYMENT}?customer=x").status_code == 200


def test_what_was_typed_is_kept_when_it_is_corrected(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    fields = hidden_fields(look_again(at_felixs, PAYMENT, lena, TRANSFER))
    page = at_felixs.post(f"{PAYMENT}?customer={lena.pk}", {**fields, "correct": "yes"}).content.decode()
    assert 'value="125,50"' in page
    assert 'value="transfer/EUR" selected' in page


def test_an_external_id_that_a_payment_has_is_refused_at_the_form(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    create(at_felixs, PAYMENT, lena, {**TRANSFER, "external_id": "remit-1"})
    page = look_again(at_felixs, PAYMENT, lena, {**TRANSFER, "external_id": "remit-1"})
    assert "has this external id" in page


def test_the_same_amount_again_is_asked_about(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    create(at_felixs, PAYMENT, lena, TRANSFER)
    assert "a short while ago" in look_again(at_felixs, PAYMENT, lena, TRANSFER)
    assert confirm(at_felixs, PAYMENT, lena, TRANSFER).status_code == 200
    assert confirm(at_felixs, PAYMENT, lena, TRANSFER, confirmed="repeated").status_code == 302
    assert Operation.objects.count() == 2


@pytest.mark.parametrize(("address", "order"), EVERY_ERRAND)
def test_the_same_amount_is_asked_about_however_it_is_written(
    at_felixs: Client, lena: Customer, address: str, order: Any
) -> None:
    assert confirm(at_felixs, address, lena, {**order, "amount": "125,5"}).status_code == 302
    assert "a short while ago" in look_again(at_felixs, address, lena, {**order, "amount": "125.50"})
    assert "a short while ago" not in look_again(at_felixs, address, lena, {**order, "amount": "125.05"})


@pytest.mark.parametrize(("once", "again"), [("250,5", "250.50"), ("1000", "1.000,00")])
def test_a_sale_that_felix_asks_for_again_in_another_spelling_leads_to_the_first_while_that_is_not_done(
    at_felixs: Client, offers: Sandbox, lena: Customer, once: str, again: str
) -> None:
    first = confirm(at_felixs, OFF_RAMP, lena, {**SALE, "amount": once})
    second = confirm(at_felixs, OFF_RAMP, lena, {**SALE, "amount": again}, confirmed="repeated")
    assert second.headers["Location"] == first.headers["Location"]
    assert perform(Operation.objects.get().pk).state == State.SUCCEEDED
    assert offers.control.calls("createOffRamp") == 1


@pytest.mark.parametrize("wallet", ["here", "0x123"])
def test_a_wallet_that_looks_wrong_is_asked_about_where_it_can_be_told(
    at_felixs: Client, offers: Sandbox, lena: Customer, wallet: str
) -> None:
    page = look_again(at_felixs, PAYMENT, lena, {**TRANSFER, "wallet": wallet})
    assert ("The wallet does not look right" in page) == wallet.startswith("0x")


# What the provider refuses


def test_a_customer_without_kyc_gets_the_link_that_came_with_the_refusal(
    at_felixs: Client, offers: Sandbox, a_buyer: Callable[..., Customer], clara: User
) -> None:
    marta = a_buyer(kyc_status="unused")
    operation = create(at_felixs, PAYMENT, marta, TRANSFER, confirmed="kyc")
    assert (operation.state, operation.error_code) == (State.REFUSED, "require_kyc")
    marta.refresh_from_db()
    assert marta.kyc_form_url.startswith("https://forms.kyc.example/")
    page = page_of(at_felixs, operation)
    assert "Compliance can see it" in page
    assert "Send the KYC link" not in page
    assert marta.kyc_form_url not in page
    assert not Payment.objects.exists()
    claras = Client()
    claras.force_login(clara)
    assert "Send the KYC link" in page_of(claras, operation)


def test_what_is_read_of_a_customers_kyc_while_a_refusal_is_settled_is_taken_over(
    at_felixs: Client, offers: Sandbox, a_buyer: Callable[..., Customer]
) -> None:
    marta = a_buyer(kyc_status="unused")
    offers.control.change_customer(marta.remote_id, kyc_status="valid")
    on_its_way = provider.get_client().get_kyc_status(user_id=marta.remote_id)
    offers.control.change_customer(marta.remote_id, kyc_status="unused")
    assert create(at_felixs, PAYMENT, marta, TRANSFER, confirmed="kyc").error_code == "require_kyc"
    refused = Customer.objects.get(pk=marta.pk)
    assert (bool(refused.kyc_form_url), refused.read_at) == (True, marta.read_at)
    assert mirror_read(name="customers", remote_id=marta.remote_id, item=on_its_way, source="webhook") == "changed"
    marta.refresh_from_db()
    assert (marta.kyc_status, marta.kyc_form_url) == ("valid", refused.kyc_form_url)


def test_where_more_verification_is_needed_compliance_issues_the_link_at_once(
    at_felixs: Client, offers: Sandbox, a_buyer: Callable[..., Customer], clara: User
) -> None:
    marta = a_buyer(_reinforced=True)
    operation = create(at_felixs, OFF_RAMP, marta, SALE)
    assert (operation.state, operation.error_code) == (State.REFUSED, "kyc_reinforced_required")
    issue = reverse("admin:customers_customer_enhanced-verification", args=[marta.pk])
    claras = Client()
    claras.force_login(clara)
    assert f'href="{issue}"' in page_of(claras, operation)
    assert f'href="{issue}"' not in page_of(at_felixs, operation)


@pytest.mark.parametrize(
    ("errand", "customer", "code"),
    [
        ((PAYMENT, {**TRANSFER, "amount": "5"}), {}, "min_purchase"),
        ((PAYMENT, {**CARD, "amount": "16000"}), {}, "limit_exceded"),
        ((PAYMENT, {**CARD, "wallet": "here"}), {}, "error_payment_creation"),
        ((PAYMENT, TRANSFER), {"_banned": True}, "user_banned"),
        ((GUIDED, {**GUIDED_ORDER, "amount": "5"}), {}, "min_purchase"),
        ((GUIDED, GUIDED_ORDER), {"_banned": True}, "user_banned"),
        ((OFF_RAMP, SALE), {"_banned": True}, "user_banned"),
    ],
)
def test_what_the_provider_refuses_is_refused_with_its_code_and_in_plain_words(
    at_felixs: Client, a_buyer: Callable[..., Customer], errand: Any, customer: Any, code: str
) -> None:
    ApprovalPolicy.objects.update(active=False)
    operation = create(at_felixs, errand[0], a_buyer(**customer), errand[1])
    assert (operation.state, operation.error_code) == (State.REFUSED, code), operation.error_text
    assert "The provider said no." in page_of(at_felixs, operation)
    assert not Payment.objects.exists()
    assert not OffRamp.objects.exists()


def test_the_minimum_is_said_in_the_providers_words(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    operation = create(at_felixs, PAYMENT, lena, {**TRANSFER, "amount": "5"})
    assert "The minimum is 20 EUR" in page_of(at_felixs, operation)


def test_an_external_id_that_came_from_elsewhere_meanwhile_stops_it_before_the_call(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    confirm(at_felixs, PAYMENT, lena, {**TRANSFER, "external_id": "remit-3"})
    offers.control.add_payment(user_id=lena.remote_id, external_id="remit-3")
    sync_resource(name="payments", mode="full")
    operation = perform(Operation.objects.get().pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, "cannot_be_sent")
    assert offers.control.calls("createPayment") == 0


def test_a_double_click_creates_one_payment(at_felixs: Client, offers: Sandbox, lena: Customer) -> None:
    fields = hidden_fields(look_again(at_felixs, PAYMENT, lena, TRANSFER))
    assert fields["submission"] != SUBMISSION
    answers = [at_felixs.post(f"{PAYMENT}?customer={lena.pk}", {**fields, "confirm": "yes"}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert Operation.objects.count() == 1


def test_a_payment_of_ten_thousand_and_an_off_ramp_of_three_thousand_wait_for_a_second_person(
    at_felixs: Client, offers: Sandbox, lena: Customer
) -> None:
    assert create(at_felixs, PAYMENT, lena, {**TRANSFER, "amount": "10000"}).state == State.AWAITING_APPROVAL
    assert create(at_felixs, GUIDED, lena, {**GUIDED_ORDER, "amount": "10000"}).state == State.AWAITING_APPROVAL
    assert create(at_felixs, OFF_RAMP, lena, {**SALE, "amount": "5000"}).state == State.AWAITING_APPROVAL
    assert create(at_felixs, PAYMENT, lena, {**TRANSFER, "amount": "9999.99"}).state == State.SUCCEEDED
    assert create(at_felixs, OFF_RAMP, lena, {**SALE, "amount": "3000"}).state == State.SUCCEEDED
    assert offers.control.calls("createGuidedPayment") == 0
