"""Items as they come, read into typed structs: ids as text, money exact, absent apart from null."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import UNSET

from backoffice.cryptopocket import load_catalogue
from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.cryptopocket.resources import (
    parse_asset,
    parse_bank_account,
    parse_bank_transaction,
    parse_created_payment,
    parse_customer,
    parse_enhanced_verification,
    parse_kyc_status,
    parse_off_ramp,
    parse_payment,
    parse_payment_method,
    parse_registered_company,
    parse_registered_customer,
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


def test_a_payment_is_read_with_cents_divided_and_its_ids_as_text() -> None:
    payment = parse_payment(PAYMENT, catalogue=CATALOGUE)

    assert payment.fiat_amount == Decimal("125.50")
    assert str(payment.fiat_amount) == "125.50"
    assert payment.coin_amount == Decimal("133.07")
    assert payment.customer_id == "4711"
    assert payment.created_at == datetime(2026, 7, 1, 10, 15, tzinfo=UTC)


def test_the_same_customer_has_the_same_id_as_number_and_as_text() -> None:
    as_number = parse_payment({"id": "x", "user_id": 4711}, catalogue=CATALOGUE)
    as_text = parse_payment({"id": "x", "user_id": "4711"}, catalogue=CATALOGUE)

    assert as_number.customer_id == as_text.customer_id == "4711"


def test_what_is_absent_is_not_null() -> None:
    absent = parse_payment({"id": "x"}, catalogue=CATALOGUE)
    null = parse_payment({"id": "x", "txid": None, "fiat_amount": None}, catalogue=CATALOGUE)

    assert (absent.txid, absent.fiat_amount) == (UNSET, UNSET)
    assert (null.txid, null.fiat_amount) == (None, None)
    assert absent.mentioned() == {"id": "x"}
    assert null.mentioned() == {"id": "x", "txid": None, "fiat_amount": None}


def test_of_several_names_the_first_that_holds_something_counts() -> None:
    payment = parse_payment({"id": None, "payment_id": "x", "concept": None}, catalogue=CATALOGUE)

    assert (payment.id, payment.transfer_concept) == ("x", None)


def test_an_unknown_status_and_unknown_fields_are_taken_as_they_come() -> None:
    payment = parse_payment({"id": "x", "status": "payment_abandoned", "brand_new": {}}, catalogue=CATALOGUE)

    assert payment.status == "payment_abandoned"


@pytest.mark.parametrize(
    ("received", "moment"),
    [
        ("2026-07-01T10:15:00.123456Z", datetime(2026, 7, 1, 10, 15, 0, 123456, tzinfo=UTC)),
        ("2026-07-01T10:15:00+02:00", datetime(2026, 7, 1, 8, 15, tzinfo=UTC)),
        ("2026-07-01 10:15:00", datetime(2026, 7, 1, 10, 15, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_dates_become_aware_and_utc(received: str, moment: datetime) -> None:
    assert parse_payment({"id": "x", "created_at": received}, catalogue=CATALOGUE).created_at == moment


def test_the_zone_of_dates_without_one_comes_from_the_contract() -> None:
    conventions = msgspec.structs.replace(CATALOGUE.conventions, naive_timezone="Europe/Madrid")
    catalogue = msgspec.structs.replace(CATALOGUE, conventions=conventions)

    payment = parse_payment({"id": "x", "created_at": "2026-07-01 10:15:00"}, catalogue=catalogue)

    assert payment.created_at == datetime(2026, 7, 1, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "received",
    [
        "",
        "yesterday",
        "2026-13-01",
        "0000-00-00 00:00:00",
        "2026-07-01T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        5,
        True,
    ],
)
def test_a_date_that_is_none_is_refused(received: Any) -> None:
    with pytest.raises(UnreadableItem, match="created_at"):
        parse_payment({"id": "x", "created_at": received}, catalogue=CATALOGUE)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({}, "payment: id is missing"),
        ({"id": None}, "payment: id is missing"),
        ({"id": ""}, "payment: id is empty"),
        ({"id": True}, "payment: id is true or false where an id is expected"),
        ({"id": Decimal("1.5")}, "payment: id is a number where an id is expected"),
        ({"id": {}}, "payment: id is an object where an id is expected"),
        ({"id": "x" * 256}, "payment: id is longer than 255 characters"),
        ({"id": "a\x00b"}, "payment: id contains a NUL character"),
        ({"id": 10**5000}, "payment: id is a number with too many digits"),
        ("abc", "payment: item is not an object"),
        (None, "payment: item is not an object"),
        ([], "payment: item is not an object"),
    ],
)
def test_an_item_without_a_usable_id_is_refused_in_words(item: Any, text: str) -> None:
    with pytest.raises(UnreadableItem) as refused:
        parse_payment(item, catalogue=CATALOGUE)

    assert str(refused.value) == text


def test_the_reason_never_repeats_a_personal_value() -> None:
    with pytest.raises(UnreadableItem) as refused:
        parse_customer({"id": 1, "email": ["lena@example.org"]}, catalogue=CATALOGUE)

    assert "lena" not in f"{refused.value!s} {refused.value!r}"


def test_a_form_link_without_a_scheme_gets_one() -> None:
    def link(received: Any) -> Any:
        return parse_registered_customer({"id": 1, "kyc_form_url": received}, catalogue=CATALOGUE).kyc_form_url

    assert link("forms.example-kyc.com/0f3c9a7e5b") == "https://forms.example-kyc.com/0f3c9a7e5b"
    assert link("//forms.example-kyc.com/0f3c9a7e5b") == "https://forms.example-kyc.com/0f3c9a7e5b"
    assert link("https://forms.example-kyc.com/0") == "https://forms.example-kyc.com/0"
    assert link("http://forms.example-kyc.com/0") == "http://forms.example-kyc.com/0"
    assert link(None) is None


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ({"type": "company"}, "company"),
        ({"user_type": "Legal"}, "company"),
        ({"is_company": True}, "company"),
        ({"is_company": False}, "person"),
        ({"company_name": "Example Trading S.L."}, "company"),
        ({"identification_type": "CIF"}, "company"),
        ({"type": "person", "company_name": ""}, "person"),
        ({"last_name": "Ortega"}, "person"),
        ({"identification_type": "DNI"}, "person"),
        ({"type": "alien", "last_name": "Ortega"}, "person"),
        ({"type": 7}, UNSET),
        ({}, UNSET),
        ({"type": None}, UNSET),
    ],
)
def test_persons_and_companies_are_told_apart_by_whatever_there_is(marks: Any, kind: Any) -> None:
    assert parse_customer({"id": 1, **marks}, catalogue=CATALOGUE).kind == kind


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀" * 255, "مرحبا", "", " "])
def test_hostile_names_are_kept_as_they_are(name: str) -> None:
    assert parse_customer({"id": 1, "name": name}, catalogue=CATALOGUE).name == name


@pytest.mark.parametrize(("received", "flag"), [(True, True), (0, False), ("1", True), (None, None)])
def test_flags_are_read_as_php_writes_them(received: Any, flag: Any) -> None:
    assert parse_customer({"id": 1, "kyc_valid": received}, catalogue=CATALOGUE).kyc_valid is flag


@pytest.mark.parametrize("received", ["yes", 2, [], {}, Decimal("sNaN"), Decimal(1)])
def test_a_flag_that_is_none_is_refused(received: Any) -> None:
    with pytest.raises(UnreadableItem, match="kyc_valid is neither true nor false"):
        parse_customer({"id": 1, "kyc_valid": received}, catalogue=CATALOGUE)


@pytest.mark.parametrize(
    ("received", "holder"),
    [
        ("Lena Ortega", "Lena Ortega"),
        ({"name": "Lena", "last_name": "Ortega"}, "Lena Ortega"),
        ({"iban": "ES00"}, '{"iban":"ES00"}'),
        (None, None),
    ],
)
def test_the_holder_of_a_payment_may_be_text_or_an_object(received: Any, holder: Any) -> None:
    assert parse_payment({"id": "x", "holder": received}, catalogue=CATALOGUE).holder == holder


def test_the_concept_of_a_transfer_is_text_whatever_it_came_as() -> None:
    created = parse_created_payment({"payment_id": "x", "concept": 130042}, catalogue=CATALOGUE)

    assert (created.id, created.concept) == ("x", "130042")


def test_a_bank_line_with_an_id_keeps_it() -> None:
    line = parse_bank_transaction({**LINE, "id": 90001}, catalogue=CATALOGUE, account_iban=ACCOUNT)

    assert (line.id, line.has_fallback_id) == ("90001", False)


def test_a_bank_line_without_an_id_gets_the_same_fallback_every_time() -> None:
    first = parse_bank_transaction(LINE, catalogue=CATALOGUE, account_iban=ACCOUNT)
    again = parse_bank_transaction(
        {**LINE, "amount": "125.5", "reconciled": True}, catalogue=CATALOGUE, account_iban=ACCOUNT
    )

    assert first.id.startswith("fp-")
    assert first.has_fallback_id
    assert first.id == again.id


@pytest.mark.parametrize(
    "change",
    [
        {"iban": "ES11"},
        {"amount": "125.51"},
        {"concept": "130043"},
        {"counterparty_name": "Marta Ruiz"},
        {"booked_at": "2026-07-02T09:58:00Z"},
    ],
)
def test_bank_lines_that_differ_have_different_fallbacks(change: dict[str, str]) -> None:
    one = parse_bank_transaction(LINE, catalogue=CATALOGUE, account_iban=ACCOUNT)
    other = parse_bank_transaction({**LINE, **change}, catalogue=CATALOGUE, account_iban=ACCOUNT)

    assert one.id != other.id


def test_equal_bank_lines_are_told_apart_by_their_occurrence() -> None:
    ids = [
        parse_bank_transaction(LINE, catalogue=CATALOGUE, account_iban=ACCOUNT, occurrence=occurrence).id
        for occurrence in range(3)
    ]

    assert len(set(ids)) == 3


def test_the_direction_of_a_bank_line_follows_its_sign_where_it_is_not_told() -> None:
    def direction(**line: Any) -> str:
        return parse_bank_transaction(line, catalogue=CATALOGUE, account_iban=ACCOUNT).direction

    assert direction(amount="-5") == "debit"
    assert direction(amount="5") == "credit"
    assert direction(amount="-5", direction="credit") == "credit"


def test_a_bank_line_that_does_not_name_its_account_belongs_to_the_one_asked_for() -> None:
    line = parse_bank_transaction({"amount": "5"}, catalogue=CATALOGUE, account_iban=ACCOUNT)

    assert line.account_iban == ACCOUNT


def test_the_other_objects_are_read() -> None:
    account = parse_bank_account({"iban": ACCOUNT, "balance": "10250.75"}, catalogue=CATALOGUE)
    company = parse_registered_company({"id": 5120, "kyb_link": "b2b.example.com/k"}, catalogue=CATALOGUE)
    status = parse_kyc_status({"user_id": 4711, "kyc_status": "processing"}, catalogue=CATALOGUE)
    link = parse_enhanced_verification(
        {"id": 7, "form_id": "1c9f", "onboarding_link": "https://b2b.example.com/o"}, catalogue=CATALOGUE
    )

    assert (account.id, account.balance) == (ACCOUNT, Decimal("10250.75"))
    assert (company.id, company.kyb_link) == ("5120", "https://b2b.example.com/k")
    assert (status.customer_id, status.kyc_status) == ("4711", "processing")
    assert (link.id, link.form_id, link.link) == ("7", "1c9f", "https://b2b.example.com/o")
    assert parse_asset({"symbol": "USDC", "chain": "polygon"}, catalogue=CATALOGUE).id == "USDC/polygon"
    assert parse_payment_method({"code": "card", "fiat_symbol": "EUR"}, catalogue=CATALOGUE).id == "card/EUR"


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.text(max_size=30)
    | st.lists(st.none(), max_size=1)
    | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=1)
)


@pytest.mark.parametrize(
    ("parse", "endpoint"),
    [
        (parse_payment, "get_payment"),
        (parse_off_ramp, "get_off_ramp"),
        (parse_customer, "list_customers"),
    ],
)
@hypothesis_settings(deadline=None)
@given(data=st.data())
def test_any_item_is_a_struct_or_an_unreadable_item(parse: Any, endpoint: str, data: st.DataObject) -> None:
    names = [name for candidates in CATALOGUE[endpoint].fields.values() for name in candidates]
    item = data.draw(st.dictionaries(st.sampled_from(names), scalars, max_size=8))
    outcome: Any
    try:
        outcome = parse(item, catalogue=CATALOGUE)
    except UnreadableItem as refused:
        outcome = refused

    assert isinstance(outcome, UnreadableItem) or outcome.id
    assert "Decimal('NaN')" not in repr(getattr(outcome, "fiat_amount", None))
