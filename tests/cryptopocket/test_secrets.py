"""Secrets and personal data reach no log, no error text and no traceback."""

import logging
import re
import traceback
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.cryptopocket import CryptoPocketClient, InMemoryTokenStore
from backoffice.cryptopocket.errors import CryptoPocketError, Refused
from backoffice.cryptopocket.redaction import HIDDEN, redact, redact_text
from tests.cryptopocket.conftest import MakeClient
from tests.cryptopocket.scripted import TOKEN, Drop, Hang, Reply, ScriptedProvider

KEY, SECRET = "pk_live_9f8e7d6c", "sk_live_1a2b3c4d5e"
EMAIL, PASSWORD, LINK = "lena@example.org", "Qw7eRt9yUi2o", "https://b2b.example.com/kyb/9a1d2c3b"
DOCUMENT, NUMBER, IBAN = "data:application/pdf;base64,JVBERi0xLjcK", "00000000T", "ES7921000813610123456789"
SECRETS = (KEY, SECRET, TOKEN, EMAIL, PASSWORD, "9a1d2c3b", "JVBERi0xLjcK", NUMBER, IBAN)
SAYS_EVERYTHING = " ".join(SECRETS)


def register(client: CryptoPocketClient) -> object:
    """Register Lena with everything that must not leak."""
    return client.create_customer(name="Lena", email=EMAIL, password=PASSWORD, identification_number=NUMBER, iban=IBAN)


def upload(client: CryptoPocketClient) -> object:
    """Upload a document."""
    return client.upload_customer_document(user_id="4711", document_type="payslip", file=DOCUMENT)


def find(client: CryptoPocketClient) -> object:
    """Find Lena by her address, which stands in the URL."""
    return client.find_user(email=EMAIL)


def read_lines(client: CryptoPocketClient) -> object:
    """Read the lines of an account, whose number stands in the URL."""
    return client.list_bank_transactions(iban=IBAN)


def list_chain(error: BaseException | None) -> list[BaseException]:
    """Return the error and everything that hangs on it, suppressed or not."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


@pytest.mark.parametrize("call", [register, upload, find, read_lines])
@pytest.mark.parametrize(
    "step",
    [
        Drop(),
        Hang(),
        Reply(status=500),
        Reply(SAYS_EVERYTHING.encode(), status=500),
        Reply(SAYS_EVERYTHING.encode()),
        Reply(status=429),
        Reply(status=302, headers={"Location": f"https://elsewhere.example/{TOKEN}"}),
        Reply({"status": SAYS_EVERYTHING}),
        Reply({"status": "error", "error": SAYS_EVERYTHING, "data": LINK}),
        Reply({"status": "error", "error": "authorization_incorrect"}),
        Reply({"message": SAYS_EVERYTHING, "errors": {"email": [SAYS_EVERYTHING]}}, status=422),
        Reply({"status": "ok", "data": {"id": [SAYS_EVERYTHING], "email": EMAIL}}),
        Reply({"status": "ok", "data": SAYS_EVERYTHING}),
        Reply({"status": "ok"}, cut=5),
    ],
)
def test_no_failure_shows_a_secret_in_error_traceback_or_log(
    provider: ScriptedProvider, make_client: MakeClient, caplog: pytest.LogCaptureFixture, call: Any, step: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    client = make_client(
        provider.base_url, api_key=KEY, api_secret=SECRET, read_timeout=0.15, upload_timeout=0.15, attempts=2
    )
    provider.answer(step)
    shown = ""
    try:
        item = call(client)
        shown += repr(item)
    except CryptoPocketError as error:
        for link in list_chain(error):
            assert isinstance(link, CryptoPocketError), f"{type(link)} hangs on the error"
            shown += f"{link!s} {link!r} {link.args!r}"
        shown += "".join(traceback.format_exception(error))
    shown += caplog.text

    assert "127.0.0.1" not in caplog.text
    assert [secret for secret in SECRETS if secret in shown] == []


def test_our_own_secrets_are_taken_out_of_the_providers_free_text(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    client = make_client(provider.base_url, api_key=KEY, api_secret=SECRET)
    provider.answer({"status": "error", "error": f"Bad header auth: {TOKEN} for {KEY} with {SECRET}"})

    with pytest.raises(Refused) as refused:
        register(client)

    assert refused.value.text == "Bad header auth: [hidden] for [hidden] with [hidden]"


def test_what_is_returned_shows_no_values_when_it_is_printed(
    provider: ScriptedProvider, client: CryptoPocketClient
) -> None:
    data = {"id": 5120, "uuid": "5b0e6c1e", "kyb_link": LINK, "password": PASSWORD}
    provider.answer({"status": "ok", "data": data})

    item = client.create_company_customer(email=EMAIL, company_name="Example Trading S.L.")

    assert (item.parse().kyb_link, item.parse().password) == (LINK, PASSWORD)
    assert [secret for secret in SECRETS if secret in f"{item!r} {item.parse()!r}"] == []


def test_client_settings_and_token_store_show_nothing_when_they_are_printed(
    provider: ScriptedProvider, make_client: MakeClient
) -> None:
    store = InMemoryTokenStore()
    client = make_client(provider.base_url, api_key=KEY, api_secret=SECRET, store=store)
    client.list_customers()

    shown = f"{client!r} {client.configuration!r} {store!r} {client.list_customers()!r}"

    assert store.get() == TOKEN
    assert [secret for secret in SECRETS if secret in shown] == []


def test_a_call_is_logged_by_name_status_time_and_verdict(
    provider: ScriptedProvider, client: CryptoPocketClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="backoffice.cryptopocket")
    provider.answer({"status": "ok", "data": {"id": 1, "email": EMAIL}}, Reply({"status": "error"}, status=403))
    find(client)
    with pytest.raises(Refused):
        find(client)

    lines = [record.getMessage() for record in caplog.records]
    assert re.fullmatch(r"find_user: ok, HTTP 200, \d+ ms", lines[1])
    assert re.fullmatch(r"find_user: Refused, HTTP 403, \d+ ms", lines[2])


def test_redaction_hides_secrets_and_masks_persons_and_keeps_the_shape() -> None:
    received = {
        "auth": TOKEN,
        "api_secret": SECRET,
        "password": PASSWORD,
        "file": DOCUMENT,
        "document_front": "data:image/jpeg;base64,AAAA",
        "user": [{"email": EMAIL, "name": "Lena", "identification_number": NUMBER, "iban": IBAN}],
        "data": {"kyb_link": LINK, "onboarding_link": LINK, "kyc_form_url": "forms.example.com/0f3c"},
        "dob": "1990-02-03",
        "phone": 34600000000,
        "status": "ok",
        "id": 4711,
        "amount": Decimal("125.50"),
        "flag": None,
    }

    redacted = redact(received)

    assert [secret for secret in SECRETS if secret in repr(redacted)] == []
    assert redacted["auth"] == redacted["file"] == redacted["data"]["kyb_link"] == HIDDEN
    assert redacted["user"][0]["email"] == "l***@example.org"
    assert redacted["user"][0]["iban"] == "ES***89"
    assert (redacted["status"], redacted["id"], redacted["amount"]) == ("ok", 4711, Decimal("125.50"))
    assert redacted["flag"] is None
    assert "1990" not in str(redacted["dob"])
    assert "600000" not in str(redacted["phone"])


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"Duplicate entry '{EMAIL}'", "Duplicate entry 'l***@example.org'"),
        (f"see {LINK}", f"see https://b2b.example.com/{HIDDEN}"),
        ("see forms.example-kyc.com/0f3c9a7e5b", f"see forms.example-kyc.com/{HIDDEN}"),
        (f"from {IBAN} today", "from ES***89 today"),
        (f"got {DOCUMENT}", f"got [document of {len(DOCUMENT)} characters]"),
        ("user_already_exists", "user_already_exists"),
        ("The minimum is 20 EUR", "The minimum is 20 EUR"),
        ("x" * 600, "x" * 500 + "[cut]"),
    ],
)
def test_free_text_loses_what_is_personal(text: str, redacted: str) -> None:
    assert redact_text(text) == redacted
    assert redact({"message": text})["message"] == redacted


def test_redaction_takes_anything() -> None:
    odd = {"when": datetime(2026, 7, 1, tzinfo=UTC), 5: b"bytes", "deep": [[{"token": 1}]], "t": ("a",)}

    assert redact(odd)["deep"] == [[{"token": HIDDEN}]]
    assert redact(odd)[5] == "[5 bytes]"
    assert redact(None) is None
