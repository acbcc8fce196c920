"""The probe says which assumptions hold, writes nothing, and turns what it found into an override file."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from backoffice.cryptopocket import Catalogue, load_catalogue
from backoffice.cryptopocket.endpoint_table import BUILT_IN
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.outgoing import build_request
from backoffice.cryptopocket.probing.asking import WriteRefusedError
from backoffice.cryptopocket.probing.overrides import find_overrides
from backoffice.cryptopocket.probing.refusals import NOBODY
from backoffice.cryptopocket.probing.writing import (
    FileExistsAlreadyError,
    make_override_text,
    write_override_file,
)
from backoffice.sandbox import Sandbox, start_sandbox
from tests.contract.probing import READS, find, make_configuration, make_prober, probe


@pytest.fixture
def stand_in() -> Iterator[Sandbox]:
    """Return a stand-in as it comes, with customers, payments, off-ramps and bank lines."""
    with start_sandbox() as running:
        yield running


def without_provenance(endpoint: Endpoint) -> Endpoint:
    """Return a call as it takes effect: how its facts are known changes nothing in what is sent and read."""
    return msgspec.structs.replace(
        endpoint, path_provenance="confirmed", request_provenance="confirmed", answer_provenance="confirmed"
    )


def differing_values(catalogue: Catalogue) -> dict[str, object]:
    """Return what takes effect otherwise than in the contract as shipped."""
    plain = {name: without_provenance(endpoint) for name, endpoint in catalogue.endpoints.items()}
    base = {name: without_provenance(endpoint) for name, endpoint in BUILT_IN.endpoints.items()}
    return {
        **{name: endpoint for name, endpoint in plain.items() if endpoint != base[name]},
        **find_overrides(
            BUILT_IN,
            Catalogue(
                endpoints=BUILT_IN.endpoints,
                conventions=catalogue.conventions,
                webhook=catalogue.webhook,
                words=catalogue.words,
            ),
        ),
    }


def test_every_assumption_is_confirmed_by_the_provider_it_describes(stand_in: Sandbox) -> None:
    prober, ended = probe(stand_in)

    assert ended == ""
    assert [finding for finding in prober.notebook.findings if finding.verdict not in {"confirmed", "not tried"}] == []
    assert {finding.call for finding in prober.notebook.findings} == {*BUILT_IN.endpoints, "conventions"}
    assert {finding.subject for finding in prober.notebook.findings if finding.verdict == "not tried"} == {
        "token lifetime"
    }
    assert differing_values(prober.notebook.catalogue) == {}


def test_nothing_but_reads_is_sent(stand_in: Sandbox) -> None:
    probe(stand_in)

    assert set(stand_in.control.call_counts()) <= READS
    assert {request.method for request in stand_in.control.requests() if request.operation != "authenticate"} == {"GET"}
    assert stand_in.control.calls("authenticate") == 1


def test_no_path_of_a_call_that_writes_is_asked_for_with_an_id_of_the_provider(stand_in: Sandbox) -> None:
    prober, _ = probe(stand_in)

    asked = [request.path for request in stand_in.control.requests() if request.answered == 405]
    ids = {str(row["id"]) for rows in (stand_in.control.customers(), stand_in.control.payments()) for row in rows}
    assert prober.notebook.catalogue["upload_customer_document"].path_provenance == "confirmed"
    assert any(NOBODY in path for path in asked)
    assert [path for path in asked if ids & set(path.split("/"))] == []


@pytest.mark.parametrize("name", [name for name, call in BUILT_IN.endpoints.items() if not call.only_reads])
def test_the_transport_of_the_probe_refuses_every_call_that_writes(stand_in: Sandbox, name: str) -> None:
    _, transport = make_prober(make_configuration(stand_in))
    arguments = dict.fromkeys(BUILT_IN[name].path_fields, "1")
    request = build_request(BUILT_IN[name], arguments, base_url=stand_in.base_url)

    if name == "authenticate":
        transport.send(request)
        return
    with pytest.raises(WriteRefusedError):
        transport.send(request)
    assert stand_in.control.calls() == 0


def test_a_confirmed_contract_gives_a_file_of_provenance_only(stand_in: Sandbox, tmp_path: Path) -> None:
    prober, _ = probe(stand_in)
    path = tmp_path / "contract.toml"

    written = write_override_file(str(path), make_override_text(prober.notebook, base_url=stand_in.base_url))

    assert written["list_payments"].path_provenance == "confirmed"
    assert all(name.endswith("_provenance") for name in load_catalogue(str(path)).overridden)
    assert "Nothing is left to decide." in path.read_text(encoding="utf-8")


def test_a_file_that_is_there_is_not_replaced_unasked(stand_in: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "contract.toml"
    path.write_text("# mine\n", encoding="utf-8")

    with pytest.raises(FileExistsAlreadyError):
        write_override_file(str(path), "[conventions]\n")

    assert path.read_text(encoding="utf-8") == "# mine\n"
    assert list(tmp_path.iterdir()) == [path]


def test_no_value_of_the_provider_stands_in_the_findings(stand_in: Sandbox) -> None:
    stand_in.control.add_customer(name="Zebulon", last_name="Quux", email="zebulon.quux@example.org")
    prober, _ = probe(stand_in)

    told = str(prober.notebook.findings) + make_override_text(prober.notebook, base_url=stand_in.base_url)

    rows = [*stand_in.control.customers(), *stand_in.control.bank_accounts(), *stand_in.control.bank_transactions()]
    secrets = {
        str(row[name]) for row in rows for name in ("email", "last_name", "iban", "counterparty_name") if row.get(name)
    }
    assert not [secret for secret in secrets if secret in told]
    assert stand_in.options.api_secret not in told


def test_a_refused_key_is_told_as_such(stand_in: Sandbox) -> None:
    configuration = make_configuration(stand_in)
    prober, _ = make_prober(configuration)

    ended = prober.run(api_key=configuration.api_key, api_secret="wrong")

    assert "Check the API key and the secret" in ended
    assert stand_in.control.call_counts() == {"authenticate": 1}


def test_a_provider_that_is_down_is_told_as_such(stand_in: Sandbox) -> None:
    stand_in.stop()

    _, ended = probe(stand_in)

    assert ended.startswith("The provider cannot be reached: no connection")


def test_an_address_that_cannot_be_called_is_told_as_such(stand_in: Sandbox) -> None:
    configuration = make_configuration(stand_in, base_url="http://127.0.0.1:99999/api")
    prober, _ = make_prober(configuration)

    ended = prober.run(api_key=configuration.api_key, api_secret=configuration.api_secret)

    assert ended.startswith("No token could be asked for")
    assert "nothing was sent" in ended


def test_html_in_place_of_a_token_is_told_as_such(stand_in: Sandbox) -> None:
    stand_in.control.fault("html_body", "authenticate", count=None)

    _, ended = probe(stand_in)

    assert "HTML" in ended


def test_a_rate_limit_ends_the_probe_and_keeps_what_was_found(stand_in: Sandbox) -> None:
    stand_in.control.fault("too_many_requests", "listOnRampTransactions", count=None, seconds=7)

    prober, ended = probe(stand_in)

    assert "HTTP 429" in ended
    assert "wait 7 s" in ended
    assert find(prober, "list_customers", "path").verdict == "confirmed"
    assert find(prober, "get_payment", "path").verdict == "not tried"


def test_never_more_requests_than_allowed_are_sent(stand_in: Sandbox) -> None:
    prober, ended = probe(stand_in, maximum=10)

    assert stand_in.control.calls() == 10
    assert "used up" in ended
    assert prober.notebook.findings


def test_an_empty_provider_is_told_what_it_lacks() -> None:
    with start_sandbox(customers=0, payments=0, offramps=0, bank_transactions=0) as empty:
        prober, ended = probe(empty)

    assert ended == ""
    assert find(prober, "list_payments", "items").reason.startswith("the list is empty")
    assert find(prober, "get_payment", "path").verdict == "not tried"
