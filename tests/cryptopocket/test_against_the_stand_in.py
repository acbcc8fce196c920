"""Client and stand-in provider, written apart from the same contract, understand each other on every call."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from backoffice.cryptopocket import (
    Configuration,
    CryptoPocketClient,
    InMemoryTokenStore,
    iterate_pages,
    load_catalogue,
    make_data_uri,
)
from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    NotAuthorised,
    NotFound,
    NotSent,
    OutcomeUnknown,
    PaginationError,
    RateLimited,
    Refused,
    UnitMismatch,
    UnreadableItem,
)
from backoffice.cryptopocket.resources import (
    ensure_same_units,
    parse_asset,
    parse_bank_account,
    parse_bank_transaction,
    parse_customer,
    parse_off_ramp,
    parse_payment,
    parse_payment_method,
)
from backoffice.sandbox import Sandbox, start_sandbox

CATALOGUE = load_catalogue()
IMAGE = make_data_uri(b"\xff\xd8\xff\xe0 not much of a face \xff\xd9", media_type="image/jpeg")
PDF = make_data_uri(b"%PDF-1.7\n%%EOF\n", media_type="application/pdf")


@pytest.fixture
def stand_in() -> Iterator[Sandbox]:
    """Return a stand-in with Lena and Marta, and some payments, off-ramps and bank lines."""
    with start_sandbox(customers=30, payments=40, offramps=12, bank_transactions=30) as running:
        running.control.add_customer(
            id=4711, name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="valid", kyc_valid=True
        )
        yield running


@pytest.fixture
def lena_calls(stand_in: Sandbox) -> Iterator[CryptoPocketClient]:
    """Return a client of that stand-in, with pages of 7."""
    configuration = Configuration(
        base_url=stand_in.base_url,
        api_key=stand_in.options.api_key,
        api_secret=stand_in.options.api_secret,
        page_size=7,
        requests_per_second=1000.0,
        read_timeout=2.0,
    )
    with CryptoPocketClient(configuration, CATALOGUE, InMemoryTokenStore()) as client:
        yield client


def read_all(fetch: Callable[..., Any]) -> list[Any]:
    """Return the items of all pages."""
    return [item for page in iterate_pages(lambda number: fetch(page=number)) for item in page.items]


def create_transfer(client: CryptoPocketClient, **changes: Any) -> Any:
    """Create Lena's payment by transfer."""
    arguments = {
        "user_id": "4711",
        "external_id": "remit-2026-0041",
        "payment_type": "transfer",
        "fiat_symbol": "EUR",
        "fiat_amount": Decimal("125.50"),
        "coin_symbol": "USDC",
        "coin_chain": "polygon",
        "wallet": "0x00000000000000000000000000000000000000A1",
    }
    return client.create_payment(**{**arguments, **changes})


def test_the_client_has_a_method_for_every_call_of_the_contract() -> None:
    assert [name for name in CATALOGUE.endpoints if not callable(getattr(CryptoPocketClient, name, None))] == []


def test_every_list_is_read_to_its_end_and_every_item_parses(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    customers = [parse_customer(item, catalogue=CATALOGUE) for item in read_all(lena_calls.list_customers)]
    payments = [
        parse_payment(item, catalogue=CATALOGUE, endpoint="list_payments")
        for item in read_all(lena_calls.list_payments)
    ]
    off_ramps = [
        parse_off_ramp(item, catalogue=CATALOGUE, endpoint="list_off_ramps")
        for item in read_all(lena_calls.list_off_ramps)
    ]
    accounts = [parse_bank_account(item, catalogue=CATALOGUE) for item in lena_calls.list_bank_accounts().items]
    lines = [
        parse_bank_transaction(item, catalogue=CATALOGUE, account_iban=account.iban)
        for account in accounts
        for item in read_all(partial(lena_calls.list_bank_transactions, iban=account.iban))
    ]

    assert {customer.id for customer in customers} == {str(row["id"]) for row in stand_in.control.customers()}
    assert (len(payments), len(off_ramps), len(accounts), len(lines)) == (40, 12, 2, 30)
    assert len({line.id for line in lines}) == 30
    assert {customer.kind for customer in customers} <= {"person", "company"}


def test_reference_data_and_quotes_are_read(lena_calls: CryptoPocketClient) -> None:
    assets = [parse_asset(item, catalogue=CATALOGUE) for item in lena_calls.list_available_assets().items]
    methods = [parse_payment_method(item, catalogue=CATALOGUE) for item in lena_calls.list_payment_methods().items]
    quote = lena_calls.get_on_ramp_quote(amount=Decimal(100), symbol="USDC", payment_type="card").parse()
    off_quote = lena_calls.get_off_ramp_quote(amount=Decimal(250), symbol="USDT", blockchain="bsc").parse()
    price = lena_calls.get_token_price(symbol="USDC").parse()

    assert "USDC/polygon" in {asset.id for asset in assets}
    assert {"card", "transfer"} <= {method.code for method in methods}
    assert all(type(amount) is Decimal for amount in (quote.amount, off_quote.amount, price.price))
    assert quote.amount > 0


def test_lena_is_found_by_her_address_and_nobody_by_another(lena_calls: CryptoPocketClient) -> None:
    assert lena_calls.find_user(email="lena@example.org").parse().id == "4711"
    assert lena_calls.get_kyc_status(user_id="4711").parse().kyc_status == "valid"
    with pytest.raises(NotFound):
        lena_calls.find_user(email="nobody@example.org")


def test_a_person_is_registered_once(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    registered = lena_calls.create_customer(
        name="Marta", last_name="Ruiz", email="marta@example.org", country="Spain", dob=date(1990, 2, 3)
    ).parse()

    with pytest.raises(Refused) as refused:
        lena_calls.create_customer(name="Marta", email="marta@example.org")

    assert isinstance(registered.kyc_form_url, str)
    assert registered.kyc_form_url.startswith("https://")
    assert refused.value.code == "user_already_exists"
    assert len(stand_in.control.customers_with_email("marta@example.org")) == 1


def test_a_company_is_registered_and_its_secrets_come_back(lena_calls: CryptoPocketClient) -> None:
    company = lena_calls.create_company_customer(email="office@example.org", company_name="Example S.L.").parse()

    assert isinstance(company.password, str)
    assert len(company.password) == 12
    assert isinstance(company.kyb_link, str)


def test_a_person_with_delegated_kyc_is_valid_at_once(lena_calls: CryptoPocketClient) -> None:
    registered = lena_calls.create_customer_delegated_kyc(
        name="Marta",
        last_name="Ruiz",
        email="marta@example.org",
        document_front=IMAGE,
        document_back=IMAGE,
        face=IMAGE,
        liveness=IMAGE,
    ).parse()

    assert registered.kyc_valid is True


def test_a_validation_names_the_fields_at_fault(lena_calls: CryptoPocketClient) -> None:
    with pytest.raises(Refused) as refused:
        lena_calls.create_company_customer(email="", company_name="")

    assert set(refused.value.field_errors) == {"email", "company_name"}


def test_a_link_and_a_document_reach_lena(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    link = lena_calls.create_enhanced_verification_link(user_id="4711", expires_in_days=14).parse()
    lena_calls.upload_customer_document(user_id="4711", document_type="payslip", file=PDF)

    assert link.customer_id == "4711"
    assert [document["type"] for document in stand_in.control.documents()] == ["payslip"]
    with pytest.raises(NotFound):
        lena_calls.upload_customer_document(user_id="1", document_type="payslip", file=PDF)


def test_a_payment_is_created_read_and_found_again(lena_calls: CryptoPocketClient) -> None:
    created = create_transfer(lena_calls).parse()
    payment = lena_calls.get_payment(payment_id=created.id).parse()
    found = lena_calls.list_payments(external_id="remit-2026-0041").items

    assert isinstance(created.concept, str)
    assert created.concept.isdigit()
    assert (payment.fiat_amount, payment.customer_id) == (Decimal("125.50"), "4711")
    assert [item["id"] for item in found] == [created.id]
    with pytest.raises(NotFound):
        lena_calls.get_payment(payment_id="zzzzzzzzzzzzzzzzzzzzzzzzz")


def test_a_guided_payment_and_an_off_ramp_are_created(lena_calls: CryptoPocketClient) -> None:
    guided = lena_calls.create_guided_payment(
        user_id="4711",
        fiat_amount=Decimal(240),
        coin_symbol="USDC",
        coin_chain="polygon",
        external_id="remit-2026-0042",
    ).parse()
    sale = lena_calls.create_off_ramp(
        user_id="4711", amount=Decimal(250), symbol="USDT", blockchain="bsc", iban="ES7921000813610123456789"
    ).parse()
    off_ramp = lena_calls.get_off_ramp(off_ramp_id=sale.id).parse()

    assert guided.external_id == "remit-2026-0042"
    assert off_ramp.amount == 250
    assert off_ramp.base_units == "250" + "0" * 18


def test_a_payment_is_reconciled_once(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    payment_id = create_transfer(lena_calls).parse().id
    line = stand_in.control.add_bank_transaction(amount="125.50", direction="credit", concept="130042")

    lena_calls.reconcile_payment(payment_id=payment_id, bank_transaction_id=str(line["id"]))
    with pytest.raises(Refused) as refused:
        lena_calls.reconcile_payment(payment_id=payment_id, bank_transaction_id=str(line["id"]))

    assert refused.value.code == "already_reconciled"
    assert len(stand_in.control.reconciliations()) == 1


def test_webhooks_are_subscribed_and_moved(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    lena_calls.subscribe_webhook(url="https://app.example.org/hooks", event_type="COINS_SENT")
    lena_calls.update_webhook(url="https://app.example.org/hooks-2", event_type="COINS_SENT")

    assert stand_in.control.subscriptions() == {"COINS_SENT": "https://app.example.org/hooks-2"}


def test_a_token_that_ends_in_the_middle_is_renewed(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    lena_calls.list_customers()
    stand_in.control.expire_tokens()

    lena_calls.create_customer(name="Marta", email="marta@example.org")

    assert stand_in.control.tokens_issued() == 2
    assert len(stand_in.control.customers_with_email("marta@example.org")) == 1


def test_an_address_that_is_not_listed_is_not_authorised(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    stand_in.control.fault("refuse_address", "listCustomers", count=None)

    with pytest.raises(NotAuthorised, match="IP list"):
        lena_calls.list_customers()


@pytest.mark.parametrize(
    ("kind", "error", "done"),
    [
        ("drop_before", OutcomeUnknown, 0),
        ("error_500", OutcomeUnknown, 0),
        ("too_many_requests", RateLimited, 0),
        ("error_code", Refused, 0),
        ("drop_after", OutcomeUnknown, 1),
        ("error_500_after", OutcomeUnknown, 1),
        ("cut_body", OutcomeUnknown, 1),
        ("html_body", OutcomeUnknown, 1),
        ("nonsense", OutcomeUnknown, 1),
    ],
)
def test_what_is_said_of_an_act_is_true_of_it(
    stand_in: Sandbox, lena_calls: CryptoPocketClient, kind: str, error: type[CryptoPocketError], done: int
) -> None:
    stand_in.control.fault(kind, "createCustomer")

    with pytest.raises(error):
        lena_calls.create_customer(name="Marta", email="marta@example.org")

    assert len(stand_in.control.customers_with_email("marta@example.org")) == done
    assert stand_in.control.calls("createCustomer") == 1


def test_a_provider_that_is_gone_is_proven_not_to_have_got_anything(
    stand_in: Sandbox, lena_calls: CryptoPocketClient
) -> None:
    lena_calls.list_customers()
    stand_in.stop()

    with pytest.raises(NotSent):
        lena_calls.create_customer(name="Marta", email="marta@example.org")


@pytest.mark.parametrize("kind", ["repeat_page", "stuck_page"])
def test_pages_that_go_in_circles_end_with_an_error(
    stand_in: Sandbox, lena_calls: CryptoPocketClient, kind: str
) -> None:
    stand_in.control.fault(kind, "listCustomers", count=None)

    with pytest.raises(PaginationError):
        read_all(lena_calls.list_customers)


def test_a_bad_item_is_the_only_one_that_does_not_parse(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    stand_in.control.fault("bad_item", "listOnRampTransactions", field="fiat_amount", value="abc", item=3)
    bad: list[UnreadableItem] = []
    for item in lena_calls.list_payments().items:
        try:
            parse_payment(item, catalogue=CATALOGUE, endpoint="list_payments")
        except UnreadableItem as refused:
            bad.append(refused)

    assert [(item.field, item.reason) for item in bad] == [("fiat_amount", "is not a number")]


def test_a_payment_list_in_the_wrong_unit_is_noticed(stand_in: Sandbox, lena_calls: CryptoPocketClient) -> None:
    payment_id = create_transfer(lena_calls, fiat_amount=Decimal(126)).parse().id
    read = lena_calls.get_payment(payment_id=payment_id).parse()
    stand_in.control.fault("wrong_unit", "listOnRampTransactions")
    items = {item["id"]: item for item in lena_calls.list_payments().items}

    listed = parse_payment(items[payment_id], catalogue=CATALOGUE, endpoint="list_payments")

    with pytest.raises(UnitMismatch):
        ensure_same_units(listed=listed, read=read)
