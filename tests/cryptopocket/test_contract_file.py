"""The contract as data, the file that overrides it, and the command that shows it."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.cryptopocket import load_catalogue
from backoffice.cryptopocket.errors import ContractError
from tests.cryptopocket.conftest import MakeClient
from tests.cryptopocket.scripted import ScriptedProvider

OVERRIDES = """\
# What the sandbox taught us
[conventions]
token_lifetime_seconds = 7200
requests_per_second = 2

[endpoints.list_payments]
path = "/v2/payments"
path_provenance = "confirmed"
fiat_unit = "whole"

[endpoints.list_payments.request]
external_id = "reference"

[endpoints.list_payments.fields]
id = ["uid", "id"]

[endpoints.list_payments.pagination]
page_parameter = "p"
newest_first = false
layouts = [
    { items = "rows", current_page = "page.number", last_page = "page.count" },
]

[endpoints.list_bank_accounts.pagination]
maximum_page_size = 20

[webhook]
signature_encoding = "base64"

[webhook.event_aliases]
PAYIN = "PAY_IN"
"""

RECONCILE_BY_GET = 'reconcile_payment]\nmethod = "GET"'


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Return a writer of override files, which returns the path."""

    def write_text(text: str) -> str:
        path = tmp_path / "contract.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_text


def test_all_calls_of_the_contract_are_there() -> None:
    names = set(load_catalogue().endpoints)

    assert len(names) == 26
    assert {"authenticate", "find_user", "reconcile_payment", "update_webhook"} <= names


def test_without_a_file_nothing_is_overridden() -> None:
    assert load_catalogue("").overridden == frozenset()
    assert load_catalogue(None) is load_catalogue("")


def test_any_value_can_be_overridden(write: Any) -> None:
    catalogue = load_catalogue(write(OVERRIDES))

    payments = catalogue["list_payments"]
    assert (payments.path, payments.path_provenance, payments.fiat_unit) == ("/v2/payments", "confirmed", "whole")
    assert payments.request["external_id"] == "reference"
    assert payments.request["status"] == "status"
    assert payments.fields["id"] == ("uid", "id")
    assert payments.fields["status"] == ("status",)
    assert payments.pagination is not None
    assert (payments.pagination.page_parameter, payments.pagination.newest_first) == ("p", False)
    assert payments.pagination.page_size_parameter == "per_page"
    assert [layout.items for layout in payments.pagination.layouts] == ["rows"]
    accounts = catalogue["list_bank_accounts"].pagination
    assert accounts is not None
    assert accounts.maximum_page_size == 20
    assert catalogue.webhook.signature_encoding == "base64"
    assert catalogue.webhook.event_aliases["PAYIN"] == "PAY_IN"
    assert catalogue.webhook.event_aliases["RAMPOFF_FINISHED"] == "TRANSFER_RAMPOFF_FINISHED"
    assert catalogue.conventions.requests_per_second == 2.0
    assert catalogue.conventions.token_lifetime_seconds == 7200


def test_the_contract_as_shipped_is_left_alone_by_an_override(write: Any) -> None:
    load_catalogue(write(OVERRIDES))

    assert load_catalogue()["list_payments"].path == "/payments/list"


def test_an_override_changes_what_is_sent_and_read(
    provider: ScriptedProvider, make_client: MakeClient, write: Any
) -> None:
    client = make_client(provider.base_url, catalogue=load_catalogue(write(OVERRIDES)), page_size=2)
    provider.answer({"status": "ok", "rows": [{"uid": 1}], "page": {"number": 3, "count": 9}})

    page = client.list_payments(page=3, external_id="remit-2026-0042")

    assert provider.calls[0].path == "/api/v2/payments?reference=remit-2026-0042&p=3&per_page=2"
    assert (page.number, page.last_page, page.items) == (3, 9, [{"uid": 1}])


def test_an_identifier_can_be_moved_from_the_path_to_the_query(
    provider: ScriptedProvider, make_client: MakeClient, write: Any
) -> None:
    override = '[endpoints.get_payment]\npath = "/getPayment"\n[endpoints.get_payment.request]\npayment_id = "id"\n'
    client = make_client(provider.base_url, catalogue=load_catalogue(write(override)))
    provider.answer({"status": "ok", "data": {"id": "abc"}})

    client.get_payment(payment_id="abc")

    assert provider.calls[0].path == "/api/getPayment?id=abc"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("list_payments]", "list_payment]", 6, "is no call"),
        ("path =", "pth =", 7, "is no known key"),
        ('path = "/v2/payments"', "path = 5", 7, "Expected `str`, got `int`"),
        ('"/v2/payments"', '"v2/payments"', 7, "must begin with a slash"),
        ('"/v2/payments"', '"/v2/../payments"', 7, "plain path"),
        ('"/v2/payments"', '"/v2/{payment}"', 7, "no field of the request"),
        ('"whole"', '"euro"', 9, "euro"),
        ('external_id = "reference"', 'extern = "reference"', 12, "no known field"),
        ('id = ["uid", "id"]', 'id = "uid"', 15, "Expected `array`"),
        ('["uid", "id"]', '["uid", 5]', 15, "Expected `str`"),
        ('page_parameter = "p"', "page_parameter = true", 18, "Expected `str`, got `bool`"),
        ('items = "rows"', 'item = "rows"', 20, "layouts"),
        ("[webhook]", "[webhooks]", 27, "is no section"),
        ('"base64"', '"octal"', 28, "octal"),
        ("= 7200", "= 60", 3, "shorter than the token's lifetime"),
        ("requests_per_second = 2", "requests_per_second = 0", 4, "above 0"),
        ("= 7200", "=", 3, "Invalid value"),
        ("[conventions]", "[conventions", 2, "Expected"),
        ('path = "/v2/payments"', 'name = "x"', 7, "is no known key"),
        ("maximum_page_size = 20", "maximum_page_size = 0", 25, "1 or more"),
        ("maximum_page_size = 20", "first_page = -1", 25, "0 or more"),
        ("maximum_page_size = 20", "layouts = []", 25, "at least one layout"),
        ("maximum_page_size = 20", 'page_size_parameter = ""', 25, "needs a name"),
        ('signature_encoding = "base64"', "tolerance_seconds = -1", 28, "1 or more"),
        ('signature_encoding = "base64"', 'signature_header = ""', 28, "needs a name"),
        ('signature_encoding = "base64"', "type_fields = []", 28, "at least one of type_fields"),
        ('signature_encoding = "base64"', "data_locations = []", 28, "at least one of data_locations"),
        ('signature_encoding = "base64"', 'event_id_fields = [""]', 28, "needs a name"),
        ("list_bank_accounts.pagination]\nmaximum_page_size = 20", RECONCILE_BY_GET, 25, "the call writes"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(write: Any, old: str, new: str, line: int, says: str) -> None:
    assert old in OVERRIDES
    path = write(OVERRIDES.replace(old, new, 1))

    with pytest.raises(ContractError) as refused:
        load_catalogue(path)

    assert says in refused.value.reason
    assert refused.value.line is not None
    assert abs(refused.value.line - line) <= (1 if "{ items" in OVERRIDES.splitlines()[line - 1] else 0)
    assert path in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("endpoints = 5\n", 1),
        ("[endpoints]\nlist_payments = 5\n", 2),
        ("[endpoints.get_payment]\n\nfields = []\n", 3),
        ("webhook = []\n", 1),
    ],
)
def test_a_value_in_place_of_a_table_is_refused_with_its_line(write: Any, text: str, line: int) -> None:
    with pytest.raises(ContractError, match=f"line {line}: .* must be a table"):
        load_catalogue(write(text))


def test_a_call_without_pages_that_is_no_list_gets_none(write: Any) -> None:
    with pytest.raises(ContractError, match="line 1"):
        load_catalogue(write('[endpoints.get_payment.pagination]\npage_parameter = "p"\n'))


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8"), (b"ok = 1\n\xff", "line 2: is not UTF-8")],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "contract.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ContractError, match=re.escape(says)):
        load_catalogue(str(path))


def test_the_command_shows_every_call_with_its_provenance(settings: Any) -> None:
    settings.CRYPTOPOCKET_CONTRACT = ""
    out = StringIO()

    call_command("contract", stdout=out)

    rows = {line.split()[0]: line for line in out.getvalue().splitlines() if line.strip()}
    assert re.search(r"POST +/banking/reconcile +json +inferred +inferred +inferred", rows["reconcile_payment"])
    assert re.search(r"GET +/payment/\{payment_id\} +query +documented", rows["get_payment"])
    assert set(load_catalogue().endpoints) <= set(rows)
    assert "Nothing is overridden" in out.getvalue()


def test_the_command_shows_what_is_overridden(settings: Any, write: Any) -> None:
    settings.CRYPTOPOCKET_CONTRACT = write(OVERRIDES)
    out = StringIO()

    call_command("contract", stdout=out)

    row = next(line for line in out.getvalue().splitlines() if line.startswith("list_payments"))
    assert "confirmed" in row
    assert "fiat_unit fields.id" in row
    assert "  webhook.event_aliases.PAYIN" in out.getvalue()


def test_the_command_refuses_a_bad_file_with_its_line(settings: Any, write: Any) -> None:
    settings.CRYPTOPOCKET_CONTRACT = write("[endpoints.nonsense]\n")

    with pytest.raises(CommandError, match=r"line 1: endpoints\.nonsense is no call"):
        call_command("contract", stdout=StringIO())


def test_the_example_in_the_paper_is_a_file_that_loads(write: Any) -> None:
    paper = Path(__file__).parents[2] / "docs" / "contract.md"
    example = re.search(r"```toml\n(.*?)```", paper.read_text(encoding="utf-8"), re.DOTALL)

    assert example is not None
    assert load_catalogue(write(example[1])).overridden
