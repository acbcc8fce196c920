"""What is kept of requests and answers: enough to understand a call, and nothing that is secret or anybody's."""

import json
import time
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.calls.kept import CUT, MOST_BYTES, kept_of
from backoffice.calls.recording import as_row
from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.envelope import read_envelope
from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.cryptopocket.outgoing import build_request, make_data_uri
from backoffice.cryptopocket.redaction import is_personal, is_secret, mask

CATALOGUE = load_catalogue()
HARMLESS = {
    "amount", "balance", "bank_name", "bank_transaction_id", "bic", "blockchain", "booked_at", "chain", "changed_at",
    "code",
    "coin_amount", "coin_chain", "coin_symbol", "country", "country_code", "created_at", "currency", "customer_id",
    "date_from", "date_to", "decimals", "direction", "expires_at", "expires_in_days", "external_id", "fiat_amount",
    "fiat_symbol", "id", "identification_type", "kind", "kyc_status", "kyc_valid", "off_ramp_id",
    "payment_id", "payment_type", "price", "reconciled", "status", "symbol", "txid", "type", "updated_at", "url",
    "user_id", "uuid", "wallet",
}  # fmt: skip
"""Logical names under which nothing secret and nothing about a person stands."""


def _logical_names(endpoint: Endpoint) -> set[str]:
    return {*endpoint.request, *endpoint.fields}


def _value_for(name: str) -> Any:
    """A value that would be known again."""
    if name == "document":
        return make_data_uri(b"canary-document", media_type="image/jpeg")
    return f"canary-{name.replace('_', '-')}"


def _observe(endpoint: Endpoint, *, given: dict[str, Any], body: Any, status: int = 200) -> ObservedCall:
    request = build_request(endpoint, given, base_url="https://provider.invalid/api")
    request = msgspec.structs.replace(request, token="canary-token-1")
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(http_status=status, body=raw, retry_after=None, began_at=datetime.now(UTC), seconds=0.1)
    outcome: dict[str, Any] = {}
    try:
        outcome["document"] = read_envelope(answer, endpoint=endpoint, conventions=CATALOGUE.conventions)
    except CryptoPocketError as error:
        outcome["error"] = error
    return ObservedCall(request=request, began_at=datetime.now(UTC), seconds=0.1, answer=answer, **outcome)


def _content(call: ObservedCall) -> tuple[Any, Any]:
    request, answer = kept_of(call)
    return json.loads(request), json.loads(answer or "null")


def _kept(call: ObservedCall) -> str:
    row = as_row(call)
    return " ".join(str(row[name]) for name in ("request", "answer", "code", "reason"))


@pytest.mark.parametrize("name", sorted(CATALOGUE.endpoints))
def test_each_field_of_the_catalogue_is_harmless_or_kept_back(name: str) -> None:
    names = _logical_names(CATALOGUE[name])
    assert {field for field in names if not is_secret(field) and not is_personal(field)} <= HARMLESS


@pytest.mark.parametrize("shape", ["success", "refusal", "validation", "in a list"])
@pytest.mark.parametrize("name", sorted(CATALOGUE.endpoints))
def test_no_call_leaves_anything_secret_or_personal(name: str, shape: str) -> None:
    endpoint = CATALOGUE[name]
    kept_back = {field for field in _logical_names(endpoint) if is_secret(field) or is_personal(field)}
    given = {field: _value_for(field) for field in endpoint.request}
    item = {wire: _value_for(field) for field, wires in endpoint.fields.items() for wire in wires}
    item |= {wire: _value_for(field) for field, wire in endpoint.request.items()}
    text = " ".join(str(value) for value in given.values())
    body: Any = {
        "success": {"status": "ok", "data": item, "token": "canary-token-2"},
        "refusal": {"status": "error", "error": f"Duplicate entry {text}", "data": item},
        "validation": {"message": text, "errors": {field: [f"{value} is taken"] for field, value in given.items()}},
        "in a list": {"status": "ok", "data": [item] * 500},
    }[shape]
    kept = _kept(_observe(endpoint, given=given, body=body))
    found = {field for field in kept_back if _value_for(field) in kept}
    assert found == set()
    assert "canary-token" not in kept
    assert name == "authenticate" or endpoint.path in kept


def test_names_are_read_as_the_catalogue_means_them() -> None:
    """Another provider calls the e-mail address `correo`, and keeps it inside of `persona`."""
    usual = CATALOGUE["create_customer"]
    endpoint = msgspec.structs.replace(
        usual,
        request={**usual.request, "email": "correo", "identification_number": "persona.numero"},
        fields={**usual.fields, "email": ("persona.correo",)},
    )
    given = {"email": "lena-at-example", "identification_number": "48213907L", "name": "Lena"}
    body = {"status": "ok", "data": {"id": 1, "persona": {"correo": "lena-at-example", "numero": "48213907L"}}}
    kept = _kept(_observe(endpoint, given=given, body=body))
    assert "lena-at-example" not in kept
    assert "48213907L" not in kept


@pytest.mark.parametrize(
    "name", ["Zoë Ñandú", 'Lena "Leni" Brandt', "C:\\Lena", "Lena\t\x00Brandt", "莉娜布兰特", "Lena 😀 Brandt"]
)
def test_a_name_is_masked_where_a_refusal_repeats_it_whatever_it_is_written_with(name: str) -> None:
    body = {"status": "error", "error": f"Duplicate entry '{name}' for key", name: {"why": [name]}}
    call = _observe(CATALOGUE["create_customer"], given={"name": name, "email": "lena@example.org"}, body=body)
    request, answer = _content(call)
    assert name not in str((request, answer))
    assert str(answer).count(mask(name)) == 3


def test_the_token_leaves_nothing_wherever_it_stands() -> None:
    endpoint = CATALOGUE["authenticate"]
    given = {"api_key": "canary-key", "api_secret": "canary-secret"}
    for body in ({"status": "ok", "data": "canary-t"}, {"canary": "canary-t"}, {"data": {"token": ["canary-t"]}}):
        kept = _kept(_observe(endpoint, given=given, body=body))
        assert "canary-" not in kept


def test_a_document_leaves_nothing_but_that_there_was_one() -> None:
    document = make_data_uri(b"x" * 5_000_000, media_type="image/jpeg")
    for encoding in ("json", "multipart", "form"):
        endpoint = msgspec.structs.replace(CATALOGUE["upload_customer_document"], encoding=encoding)
        call = _observe(
            endpoint,
            given={"user_id": "7", "type": "payslip", "file": document},
            body={"status": "ok", "echo": document},
        )
        request, answer = _content(call)
        assert request["sent"] == {"user_id": "7", "type": "payslip", "file": "[hidden]"}
        assert len(json.dumps(answer)) < 200


def test_of_a_page_of_customers_the_shape_is_kept_and_how_many_there_were() -> None:
    page = {"status": "ok", "data": [{"id": 1, "email": "lena@example.org"}] * 500, "pagination": {"current_page": 1}}
    _request, answer = _content(_observe(CATALOGUE["list_customers"], given={"page": 1, "per_page": 500}, body=page))
    assert answer["data"] == [{"id": "number", "email": "text"}, "[and 499 more]"]
    assert answer["pagination"] == {"current_page": 1}


def test_amounts_and_dates_are_kept_as_they_were_sent() -> None:
    given = {
        "user_id": "7",
        "amount": Decimal("125.50"),
        "symbol": "USDC",
        "blockchain": "polygon",
        "iban": "ES9121000418450200051332",
    }
    request, _answer = _content(
        _observe(CATALOGUE["create_off_ramp"], given=given, body={"status": "ok", "data": {"id": 3}})
    )
    assert request["sent"]["amount"] == "125.50"
    assert "0418" not in request["sent"]["iban"]
    lines = {"iban": "ES9121000418450200051332", "date_from": date(2026, 7, 1)}
    request, _answer = _content(_observe(CATALOGUE["list_bank_transactions"], given=lines, body=b"<html>"))
    assert request["sent"]["date_from"] == "2026-07-01"


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 900 + b"]" * 900,
        b"<html>lena@example.org</html>",
        b"",
        b"\xff\xfe",
        json.dumps({"status": "ok", **{f"name{number}": "x" * 50 for number in range(50_000)}}).encode(),
        json.dumps({"status": "ok", "text": "a" * 5_000_000}).encode(),
        json.dumps({"status": "ok", "text": "a@" * 2_000_000}).encode(),
        json.dumps({"status": "ok", "k" * 2_000_000: 1}).encode(),
        json.dumps({"lena@example.org": {"lena@example.org": ["lena@example.org"]}}).encode(),
        b'{"status": "ok", "number": ' + b"9" * 10_000 + b"}",
        b'{"status": "ok", "number": 1e999999, "zero": "\\u0000\\ud800"}',
        json.dumps({"status": "ok", "data": [[[["lena@example.org"] * 9] * 9] * 9] * 900}).encode(),
    ],
    ids=range(13),
)
def test_a_hostile_or_huge_answer_costs_little_and_leaves_little(body: bytes) -> None:
    call = _observe(CATALOGUE["get_payment"], given={"payment_id": "p1"}, body=body)
    began = time.perf_counter()
    kept = _kept(call)
    assert time.perf_counter() - began < 1
    assert len(kept) < 2 * MOST_BYTES
    assert "lena@" not in kept


def test_names_without_end_are_not_remembered() -> None:
    tracemalloc.start()
    for number in range(300):
        body = {"status": "ok", f"field_{number}_{'x' * 20_000}": "text", "data": [{f"{number}{'y' * 20_000}": 1}]}
        _kept(_observe(CATALOGUE["get_payment"], given={"payment_id": "p1"}, body=body))
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2_000_000


def test_what_is_too_large_even_when_cut_is_not_kept() -> None:
    body = {"status": "ok", **{f"field_{number}": "long text " * 40 for number in range(200)}}
    _request, answer = _content(_observe(CATALOGUE["get_payment"], given={"payment_id": "p1"}, body=body))
    assert list(answer) == [CUT]
