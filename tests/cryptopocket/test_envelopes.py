"""Every shape of answer the contract knows (1.3), over real HTTP, and what is made of it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backoffice.cryptopocket import CryptoPocketClient, load_catalogue
from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.envelope import read_envelope
from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    NotFound,
    OutcomeUnknown,
    Refused,
    UnreadableAnswer,
)
from tests.cryptopocket.scripted import Reply, ScriptedProvider

PAYMENT_ID = "aZ3kQ9tLm2Xw7VbN5cRy8UePd"


def register_lena(client: CryptoPocketClient) -> Any:
    """Register Lena Ortega."""
    return client.create_customer(name="Lena", last_name="Ortega", email="lena@example.org")


def pay_for_lena(client: CryptoPocketClient) -> Any:
    """Create a payment for Lena, who is customer 4711."""
    return client.create_guided_payment(
        user_id="4711", coin_symbol="USDC", coin_chain="polygon", fiat_amount=Decimal(20)
    )


def test_ok_with_an_object_is_a_success(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok", "data": {"id": 4711, "email": "lena@example.org", "kyc_valid": False}})

    assert register_lena(client).parse().id == "4711"


def test_ok_with_a_text_is_a_success(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok", "data": "subscription_created"})

    item = client.subscribe_webhook(url="https://app.example.org/hooks", event_type="PAY_IN")

    assert item.parse() is None
    assert provider.calls[0].body == b"url=https%3A%2F%2Fapp.example.org%2Fhooks&type=PAY_IN"


def test_ok_without_data_is_a_success(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok"})

    item = client.upload_customer_document(user_id="4711", document_type="payslip", file="data:,")

    assert item.payload == {}


@pytest.mark.parametrize("word", ["ok", "success", "sucess", "OK"])
def test_the_three_words_for_success_are_read_alike(
    provider: ScriptedProvider, client: CryptoPocketClient, word: str
) -> None:
    provider.answer({"status": word, "message": "payment_created", "data": {"payment_id": PAYMENT_ID}})

    assert pay_for_lena(client).parse().id == PAYMENT_ID


@pytest.mark.parametrize("word", ["pending", "", None, True, 1, ["ok"]])
def test_an_unknown_status_word_fails_loudly(provider: ScriptedProvider, client: CryptoPocketClient, word: Any) -> None:
    provider.answer({"status": word, "data": {"id": 4711}})

    with pytest.raises(UnreadableAnswer, match="status word"):
        register_lena(client)


def test_an_error_inside_http_200_is_a_refusal_with_its_code(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer({"status": "error", "error": "user_already_exists"})

    with pytest.raises(Refused) as refused:
        register_lena(client)

    assert (refused.value.code, refused.value.http_status) == ("user_already_exists", 200)


def test_the_code_may_stand_under_message(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "error", "message": "coin_not_supported"})

    with pytest.raises(Refused) as refused:
        pay_for_lena(client)

    assert (refused.value.code, refused.value.text) == ("coin_not_supported", "")


def test_min_purchase_brings_its_minimum_as_text(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "error", "error": "min_purchase", "message": "The minimum is 20 EUR"})

    with pytest.raises(Refused) as refused:
        pay_for_lena(client)

    assert (refused.value.code, refused.value.text) == ("min_purchase", "The minimum is 20 EUR")


def test_require_kyc_brings_its_link_as_data_and_not_in_the_text_of_the_error(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    link = "https://forms.example-kyc.com/0f3c9a7e5b"
    provider.answer({"status": "error", "error": "require_kyc", "data": link})

    with pytest.raises(Refused) as refused:
        pay_for_lena(client)

    assert refused.value.data == link
    assert link not in str(refused.value)


def test_the_text_of_an_exception_in_place_of_a_code_is_carried_as_text(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    text = "SQLSTATE[23000]: Integrity constraint violation for lena@example.org"
    provider.answer({"status": "error", "error": text})

    with pytest.raises(Refused) as refused:
        pay_for_lena(client)

    assert (refused.value.code, refused.value.text) == ("free_text", text)
    assert "lena" not in str(refused.value)


def test_a_failure_that_names_no_cause_is_still_a_refusal(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer({"status": "error"})

    with pytest.raises(Refused) as refused:
        pay_for_lena(client)

    assert refused.value.code == "no_code"


def test_a_laravel_validation_has_no_status_and_names_its_fields(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    body = {"message": "The email field is required.", "errors": {"email": ["The email field is required."]}}
    provider.answer(Reply(body, status=422))

    with pytest.raises(Refused) as refused:
        register_lena(client)

    assert refused.value.code == "validation_failed"
    assert refused.value.field_errors == {"email": ["The email field is required."]}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(403, "user_not_in_integration", Refused), (404, "user_not_found", NotFound), (422, "invalid_file", Refused)],
)
def test_the_codes_of_document_upload_come_with_their_http_status(
    provider: ScriptedProvider, client: CryptoPocketClient, status: int, code: str, kind: type[Refused]
) -> None:
    provider.answer(Reply({"status": "error", "error": code}, status=status))

    with pytest.raises(Refused) as refused:
        client.upload_customer_document(user_id="4711", document_type="payslip", file="data:,")

    assert type(refused.value) is kind
    assert (refused.value.code, refused.value.http_status) == (code, status)


def test_a_wrong_path_is_not_taken_for_an_object_that_does_not_exist(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(Reply({"message": "The route api/users/find could not be found."}, status=404))

    with pytest.raises(Refused) as refused:
        client.find_user(email="lena@example.org")

    assert not isinstance(refused.value, NotFound)


def test_an_act_that_ends_in_http_500_has_an_unknown_outcome_whatever_its_body_says(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(Reply({"status": "error", "error": "unexpected_error"}, status=500))

    with pytest.raises(OutcomeUnknown, match="may have been done") as unknown:
        register_lena(client)

    assert (unknown.value.code, unknown.value.http_status) == ("unexpected_error", 500)
    assert len(provider.calls) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html><h1>It works!</h1></html>"),
        Reply(b"<!doctype html>", status=404),
        Reply(b""),
        Reply(b"null"),
        Reply(b"[1, 2]"),
        Reply(b'"ok"'),
        Reply(b'{"status": "ok", "data": {"id": 47'),
        Reply(b"\xff\xfe\x00"),
        Reply(b"[" * 50_000),
        Reply(b'{"status": "ok", "data": {"id": 1e99999999999999999999}}'),
        Reply({"data": {"id": 4711}}),
        Reply({"status": "ok", "data": {"id": 4711}}, status=404),
        Reply({"status": "ok", "data": "done"}),
        Reply({"status": "ok", "data": None}),
        Reply({"status": "ok"}),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_the_outcome_of_an_act_unknown(
    provider: ScriptedProvider, client: CryptoPocketClient, reply: Reply
) -> None:
    provider.answer(reply)

    with pytest.raises(UnreadableAnswer):
        register_lena(client)

    assert len(provider.calls) == 1


def test_a_success_without_an_id_leaves_the_outcome_unknown_and_says_what_is_missing(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer({"status": "ok", "data": {"email": "lena@example.org"}})

    with pytest.raises(UnreadableAnswer, match="its id is missing"):
        register_lena(client)


def test_a_byte_order_mark_before_the_answer_does_no_harm(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer(Reply(b'\xef\xbb\xbf\n{"status": "ok", "data": {"id": 4711}}'))

    assert register_lena(client).parse().id == "4711"


def test_the_kyc_status_may_stand_at_the_top_level(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "success", "kyc_status": "valid"})

    assert client.get_kyc_status(user_id="4711").parse().kyc_status == "valid"


def test_the_status_of_a_payment_is_not_taken_for_the_status_of_the_answer(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer({"status": "ok", "data": {"id": PAYMENT_ID, "status": "error", "fiat_amount": 12550}})

    assert client.get_payment(payment_id=PAYMENT_ID).parse().status == "error"


def test_somebody_elses_object_is_not_taken_for_the_one_asked_for(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    provider.answer({"status": "ok", "data": {"id": 4712, "email": "marta@example.org"}})

    with pytest.raises(UnreadableAnswer, match="another object") as wrong:
        client.find_user(email="lena@example.org")

    assert "marta" not in str(wrong.value)


def test_find_user_takes_the_case_of_an_address_lightly(provider: ScriptedProvider, client: CryptoPocketClient) -> None:
    provider.answer({"status": "ok", "data": {"id": 4711, "email": "Lena@Example.org"}})

    assert client.find_user(email="lena@example.org").parse().id == "4711"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
envelopes = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("status", "error", "message", "errors", "data"), json_values)
)


@hypothesis_settings(deadline=None)
@given(body=st.binary(max_size=200) | envelopes, status=st.sampled_from([200, 201, 204, 302, 400, 404, 422, 500]))
def test_any_answer_is_data_or_one_error_of_the_tree(body: Any, status: int) -> None:
    catalogue = load_catalogue()
    answer = Answer(
        http_status=status,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        retry_after=None,
        began_at=datetime.now(UTC),
        seconds=0.0,
    )
    for name in ("create_customer", "list_payments", "authenticate"):
        outcome: object
        try:
            outcome = read_envelope(answer, endpoint=catalogue[name], conventions=catalogue.conventions)
        except CryptoPocketError as error:
            outcome = error
        assert isinstance(outcome, dict) or str(outcome)
