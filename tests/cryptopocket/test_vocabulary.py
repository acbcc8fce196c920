"""What a provider may call and lay out differently is data of the override file, each thing by itself (contract 1)."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backoffice.cryptopocket import InMemoryTokenStore, load_catalogue
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import ContractError, NotFound, Refused, UnreadableItem
from backoffice.cryptopocket.outgoing import build_request, make_data_uri
from backoffice.cryptopocket.resources import make_item, parse_bank_transaction, parse_customer, parse_payment
from backoffice.cryptopocket.words import KNOWN_WORDS
from banking.models import BankTransaction
from customers.models import Customer
from payments.models import OffRamp, Payment
from tests.cryptopocket.conftest import MakeClient, PatientClock
from tests.cryptopocket.scripted import TOKEN, ScriptedProvider

LINE = {"amount": "125.50", "direction": "H", "reconciled": "S"}


@pytest.fixture
def load(tmp_path: Path) -> Any:
    """Return a loader of a catalogue with this text as its override file."""

    def load_text(text: str) -> Catalogue:
        path = tmp_path / "contract.toml"
        path.write_text(text, encoding="utf-8")
        return load_catalogue(str(path))

    return load_text


def test_the_domains_know_the_same_words_as_the_contract() -> None:
    assert {kind: set(words) for kind, words in KNOWN_WORDS.items()} == {
        "payment_status": set(Payment.Status.values),
        "off_ramp_status": set(OffRamp.Status.values),
        "kyc_status": set(Customer.KycStatus.values),
        "direction": set(BankTransaction.Direction.values),
    }


@pytest.mark.parametrize(
    ("word", "read"),
    [("SETTLED", "coins_sent"), ("settled", "coins_sent"), (40, "coins_sent"), ("Coins_Sent", "coins_sent"),
     ("started", "started"), ("Under Review", "Under Review")],
)  # fmt: skip
def test_their_word_is_read_as_ours_and_an_unknown_one_stays_as_it_came(load: Any, word: Any, read: str) -> None:
    catalogue = load('[words.payment_status]\nSettled = "coins_sent"\n"40" = "coins_sent"\n')

    assert parse_payment({"id": "x", "status": word}, catalogue=catalogue).status == read


def test_a_word_that_would_mean_nothing_here_is_refused_with_its_line(load: Any) -> None:
    with pytest.raises(ContractError, match=r"line 2: .*'coins_send'"):
        load('[words.payment_status]\nsettled = "coins_send"\n')


def test_directions_and_flags_have_words_too(load: Any) -> None:
    catalogue = load('[words.direction]\nH = "credit"\n[words.flag]\nS = true\nN = false\n')

    line = parse_bank_transaction(LINE, catalogue=catalogue, account_iban="ES00")

    assert (line.direction, line.reconciled) == ("credit", True)


def test_a_flag_in_a_word_that_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(UnreadableItem, match="neither true nor false"):
        parse_bank_transaction(LINE, catalogue=load_catalogue(), account_iban="ES00")


@pytest.mark.parametrize(
    ("conventions", "written"),
    [
        ("", "2026-07-01T10:15:00.000000Z"),
        ('naive_timezone = "Europe/Madrid"', "2026-07-01 12:15:00"),
        ('date_formats = ["%d/%m/%Y %H:%M"]\nnaive_timezone = "America/Bogota"', "01/07/2026 05:15"),
        ('numeric_dates = "seconds"', 1782900900),
        ('numeric_dates = "milliseconds"', Decimal(1782900900000)),
    ],
)
def test_a_date_is_read_in_the_format_of_the_contract(load: Any, conventions: str, written: Any) -> None:
    catalogue = load(f"[conventions]\n{conventions}\n")

    payment = parse_payment({"id": "x", "created_at": written}, catalogue=catalogue)

    assert payment.created_at == datetime(2026, 7, 1, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("written", [1782900900, "01/07/2026 05:15", True, Decimal("1e30"), "1782900900"])
def test_a_date_in_another_format_is_not_guessed(load: Any, written: Any) -> None:
    catalogue = load('[conventions]\nnumeric_dates = "seconds"\n') if isinstance(written, Decimal) else load_catalogue()

    with pytest.raises(UnreadableItem, match="date"):
        parse_payment({"id": "x", "created_at": written}, catalogue=catalogue)


def test_a_field_may_stand_inside_another_object(load: Any) -> None:
    catalogue = load('[endpoints.list_customers.fields]\nid = ["ref.id"]\nemail = ["attributes.email", "email"]\n')

    customer = parse_customer({"ref": {"id": 7}, "attributes": {"email": "lena@example.org"}}, catalogue=catalogue)

    assert (customer.id, customer.email) == ("7", "lena@example.org")
    assert make_item(catalogue["list_customers"], {"id": "7", "no such": 1}) == {"ref": {"id": "7"}}


def test_pages_may_count_from_zero(provider: ScriptedProvider, make_client: MakeClient, load: Any) -> None:
    override = """
        [endpoints.list_customers.pagination]
        first_page = 0
        layouts = [{ items = "content", current_page = "number", page_count = "totalPages" }]
    """
    client = make_client(provider.base_url, catalogue=load(override))
    provider.answer({"status": "ok", "content": [{"id": 1}], "number": 1, "totalPages": 2})

    page = client.list_customers(page=2, per_page=10)

    assert provider.calls[0].path == "/api/customers/list?page=1&per_page=10"
    assert (page.number, page.last_page, page.is_last) == (2, 2, True)


@pytest.mark.parametrize(("more", "is_last"), [(True, False), (False, True), (0, True)])
def test_a_page_may_say_only_whether_another_follows(
    provider: ScriptedProvider, make_client: MakeClient, load: Any, more: Any, is_last: bool
) -> None:
    override = '[endpoints.list_customers.pagination]\nlayouts = [{ items = "rows", more = "more" }]\n'
    client = make_client(provider.base_url, catalogue=load(override))
    provider.answer({"status": "ok", "rows": [{"id": 1}], "more": more})

    page = client.list_customers(page=3)

    assert (page.number, page.is_last) == (3, is_last)


def test_the_items_of_a_list_without_pages_may_stand_elsewhere(
    provider: ScriptedProvider, make_client: MakeClient, load: Any
) -> None:
    override = '[endpoints.list_available_assets]\nobject_locations = ["result.coins"]\n'
    client = make_client(provider.base_url, catalogue=load(override))
    provider.answer({"status": "ok", "result": {"coins": [{"symbol": "BTC"}]}})

    assert client.list_available_assets().items == [{"symbol": "BTC"}]


def test_the_code_of_a_failure_may_stand_elsewhere_and_be_another(
    provider: ScriptedProvider, make_client: MakeClient, load: Any
) -> None:
    override = """
        [conventions]
        code_locations = ["error.code", "error.text", "error"]
        refusal_data_locations = ["data", "error.more"]
        [conventions.error_codes]
        EMAIL_TAKEN = "user_already_exists"
        [endpoints.find_user]
        not_found_codes = ["CLIENT_UNKNOWN"]
    """
    client = make_client(provider.base_url, catalogue=load(override))
    provider.answer(
        {"status": "error", "error": {"code": "EMAIL_TAKEN", "text": "Try another", "more": "https://x.example"}}
    )

    with pytest.raises(Refused) as refused:
        client.create_customer(name="Lena", email="lena@example.org")
    assert (refused.value.code, refused.value.text) == ("user_already_exists", "Try another")
    assert refused.value.data == "https://x.example"

    provider.answer({"status": "error", "error": {"code": "CLIENT_UNKNOWN"}})
    with pytest.raises(NotFound):
        client.find_user(email="lena@example.org")
    provider.answer({"status": "error", "error": "user_banned"})
    with pytest.raises(Refused) as banned:
        client.find_user(email="lena@example.org")
    assert banned.value.code == "user_banned"


@pytest.mark.parametrize(
    ("told", "kept_for"), [(None, 82_800), (7200, 3600), ("7200", 3600), (600, 300), (True, 82_800), ("soon", 82_800)]
)
def test_a_token_lives_as_long_as_its_answer_tells(
    provider: ScriptedProvider, make_client: MakeClient, told: Any, kept_for: int
) -> None:
    clock = PatientClock()
    store = InMemoryTokenStore(clock)
    client = make_client(provider.base_url, store=store)
    provider.answer_to_authenticate({"status": "ok", "data": {"token": TOKEN, "expires_in": told}})

    client.authenticate()

    clock.sleep(kept_for - 1)
    assert store.get() == TOKEN
    clock.sleep(2)
    assert store.get() is None


def test_a_request_may_nest_its_fields_and_send_bare_base64(load: Any) -> None:
    override = """
        [endpoints.create_customer_delegated_kyc]
        file_encoding = "base64"
        [endpoints.create_customer_delegated_kyc.request]
        document_front = "documents.front"
        face = "documents.face"
    """
    endpoint = load(override)["create_customer_delegated_kyc"]
    picture = make_data_uri(b"\xff\xd8\xffpicture", media_type="image/jpeg")

    request = build_request(endpoint, {"document_front": picture, "face": picture}, base_url="https://h.example/api")

    bare = base64.b64encode(b"\xff\xd8\xffpicture").decode()
    assert request.body == f'{{"documents":{{"front":"{bare}","face":"{bare}"}}}}'.encode()


def test_documents_may_travel_as_parts(load: Any) -> None:
    endpoint = load('[endpoints.create_customer_delegated_kyc]\nencoding = "multipart"\n')[
        "create_customer_delegated_kyc"
    ]
    picture = make_data_uri(b"\xff\xd8\xffpicture", media_type="image/jpeg")

    request = build_request(endpoint, {"name": "Lena", "face": picture}, base_url="https://h.example/api")

    assert request.content_type is not None
    assert request.content_type.startswith("multipart/form-data; boundary=")
    assert request.body is not None
    assert b'name="name"\r\n\r\nLena\r\n' in request.body
    assert b'name="face"; filename="face"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xffpicture\r\n' in request.body


def test_a_filter_by_status_and_by_date_speaks_as_the_provider_does(
    provider: ScriptedProvider, make_client: MakeClient, load: Any
) -> None:
    override = """
        [words.payment_status]
        SETTLED = "coins_sent"
        [endpoints.list_payments]
        date_format = "%d.%m.%Y"
    """
    client = make_client(provider.base_url, catalogue=load(override))
    provider.answer({"status": "ok", "data": []})

    client.list_payments(status="coins_sent", date_from=datetime(2026, 7, 1, tzinfo=UTC).date())

    assert provider.calls[0].path.startswith("/api/payments/list?status=SETTLED&date_from=01.07.2026&page=1")


def test_the_payer_may_be_an_object_with_other_names(load: Any) -> None:
    catalogue = load('[conventions]\nholder_fields = ["given", "family"]\n')

    payment = parse_payment({"id": "x", "holder": {"given": "Lena", "family": "Ortega"}}, catalogue=catalogue)

    assert payment.holder == "Lena Ortega"
