"""A recording holds nobody's data, and the client reads it as it read the provider."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from stdnum.iso7064 import mod_97_10

from backoffice.cryptopocket import Configuration, CryptoPocketClient, InMemoryTokenStore, iterate_pages
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.lookalikes import LookAlikes
from backoffice.cryptopocket.probing.recording import Player, make_recording
from backoffice.cryptopocket.resources import (
    parse_bank_account,
    parse_bank_transaction,
    parse_customer,
    parse_off_ramp,
    parse_payment,
)
from backoffice.sandbox import start_sandbox
from tests.contract.probing import make_configuration, make_prober

PAYMENTS, SALES = "list_payments", "list_off_ramps"
SECRET_FIELDS = (
    "email",
    "last_name",
    "identification_number",
    "iban",
    "counterparty_name",
    "counterparty_iban",
    "txid",
)


@pytest.mark.parametrize("dialect", ["default", "laravel", "camel", "legacy"])
def test_a_recording_is_played_back_and_read_to_the_last_item(tmp_path: Path, dialect: str) -> None:
    with start_sandbox(dialect=dialect) as sandbox:
        configuration = make_configuration(sandbox)
        prober, transport = make_prober(configuration)
        prober.run(api_key=configuration.api_key, api_secret=configuration.api_secret)
        prober.record(tmp_path)
        transport.close()
        control = sandbox.control
        rows = [*control.customers(), *control.payments(), *control.bank_accounts(), *control.bank_transactions()]
    told = "".join(file.read_text(encoding="utf-8") for file in tmp_path.iterdir())
    catalogue = prober.notebook.catalogue
    with CryptoPocketClient(_nowhere(), catalogue, InMemoryTokenStore(), Player(tmp_path)) as client:
        customers = [parse_customer(item, catalogue=catalogue) for item in _all(client.list_customers)]
        payments = [parse_payment(item, catalogue=catalogue, endpoint=PAYMENTS) for item in _all(client.list_payments)]
        sales = [parse_off_ramp(item, catalogue=catalogue, endpoint=SALES) for item in _all(client.list_off_ramps)]
        accounts = [parse_bank_account(item, catalogue=catalogue) for item in client.list_bank_accounts().items]
        lines = [
            parse_bank_transaction(item, catalogue=catalogue, account_iban=account.iban)
            for account in accounts
            for item in _all(partial(client.list_bank_transactions, iban=account.iban))
        ]
        read = client.get_payment(payment_id=payments[0].id).parse()
        found = client.find_user(email=str(customers[0].email)).parse()

    assert all((customers, payments, sales, lines))
    assert [secret for secret in _secrets(rows) if f'"{secret}"' in told] == []
    assert all(mod_97_10.is_valid(account.iban[4:] + account.iban[:4]) for account in accounts)
    assert {str(customer.email).partition("@")[2] for customer in customers} == {"example.org"}
    assert (read.id, read.fiat_amount, read.status) == (payments[0].id, payments[0].fiat_amount, payments[0].status)
    assert found.id == customers[0].id


def test_what_stands_around_the_items_or_is_a_key_is_kept_back_as_well() -> None:
    endpoint = load_catalogue("").endpoints["list_customers"]
    document = {
        "status": "ok",
        "message": "Hello Lena Ortega",
        "requested_by": {"mail": "lena@example.org"},
        "links": {"self": "https://provider.example/users?email=lena@example.org&token=abc123"},
        "data": [
            {"id": 7, "email": "lena@example.org", "accounts": {"ES9121000418450200051332": {"lena@example.org": 1}}}
        ],
    }
    reply = Reply(call="list_customers", request=None, http_status=200, document=document, problem="")  # type: ignore[arg-type]

    told = str(make_recording(endpoint, {}, reply, LookAlikes()).body)
    assert [secret for secret in ("Lena", "lena@", "abc123", "ES91210004") if secret in told] == []
    assert "'status': 'ok'" in told


def _secrets(rows: list[dict[str, Any]]) -> set[str]:
    values = {str(row[field]) for row in rows for field in SECRET_FIELDS if row.get(field)}
    return {value for value in values if len(value) > 6}


def _all(fetch: Callable[..., Any]) -> list[Any]:
    return [item for page in iterate_pages(lambda number: fetch(page=number)) for item in page.items]


def _nowhere() -> Configuration:
    return Configuration(base_url="https://nowhere.example/api", api_key="key", api_secret="secret")
