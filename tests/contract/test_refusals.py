"""Which codes of refusals the probe believes: a code that may mean something else has payments marked missing."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from backoffice.cryptopocket import Catalogue, load_catalogue
from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.outgoing import OutgoingRequest
from backoffice.cryptopocket.probing.asking import Asker, ReadOnlyTransport
from backoffice.cryptopocket.probing.notebook import Finding, Notebook
from backoffice.cryptopocket.probing.refusals import probe_refusals
from backoffice.cryptopocket.probing.session import Session

BASE_URL = "https://provider.example/api"
TOKEN = "the-token-of-this-morning-0000"
BAD_TOKEN = "a bad token"
NOT_THERE, BAD = "code for what is not there", "code for a bad token"
OURS = {
    "get_payment": "payment_not_found",
    "get_kyc_status": "user_not_found",
    "find_user": "user_not_found",
    "get_off_ramp": "rampoff_not_found",
    "list_bank_transactions": "account_not_found",
    "get_on_ramp_quote": "coin_not_supported",
    BAD_TOKEN: "authorization_incorrect",
}
"""What the contract says that each call answers."""


class Refusing:
    """A provider that refuses each call with a code, at an HTTP status; `other` says which it has in place of ours."""

    def __init__(self, other: Mapping[str, Any]) -> None:
        refusals: dict[str, Any] = {**OURS, **other}
        self._refusals = {name: told if isinstance(told, tuple) else (200, told) for name, told in refusals.items()}

    def send(self, request: OutgoingRequest) -> Answer:
        """Refuse."""
        name = request.endpoint.name if request.token == TOKEN else BAD_TOKEN
        http_status, code = self._refusals[name]
        document = {"status": "error", "error": code} if isinstance(code, str) else code
        body = json.dumps(document).encode()
        return Answer(http_status=http_status, body=body, retry_after=None, began_at=datetime.now(UTC), seconds=0.0)

    def close(self) -> None:
        """Nothing is open."""


def provoke(other: Mapping[str, Any], *, catalogue: Catalogue | None = None) -> Notebook:
    """Provoke the refusals of a provider that differs in these calls; return what was found."""
    contract = catalogue or load_catalogue("")
    paths = {
        name: msgspec.structs.replace(call, path_provenance="confirmed") for name, call in contract.endpoints.items()
    }
    notebook = Notebook(msgspec.structs.replace(contract, endpoints=paths))
    transport = ReadOnlyTransport(Refusing(other), token_url=f"{BASE_URL}/authenticate", maximum=100)
    asker = Asker(transport, base_url=BASE_URL)
    asker.token = TOKEN
    probe_refusals(Session(asker, notebook, known_codes=frozenset({"unexpected_error", "user_banned"})))
    return notebook


def found_of(notebook: Notebook, call: str, subject: str = NOT_THERE) -> Finding:
    """Return what was found of one thing."""
    return next(told for told in notebook.findings if (told.call, told.subject) == (call, subject))


def believes_nothing_new(notebook: Notebook) -> bool:
    """Whether codes mean what they meant before."""
    old, new = notebook.assumed, notebook.catalogue
    return (
        all(new[name].not_found_codes == call.not_found_codes for name, call in old.endpoints.items())
        and new.conventions.error_codes == old.conventions.error_codes
        and new.conventions.authorisation_codes == old.conventions.authorisation_codes
    )


def test_the_codes_of_the_contract_are_confirmed() -> None:
    notebook = provoke({})

    assert {told.verdict for told in notebook.findings} == {"confirmed"}
    assert believes_nothing_new(notebook)


def test_another_code_for_one_thing_is_believed_wherever_that_thing_is_asked_for() -> None:
    notebook = provoke({"get_payment": "ORDER_MISSING", "get_on_ramp_quote": "TOKEN_UNKNOWN", BAD_TOKEN: "WHO_ARE_YOU"})

    assert notebook.catalogue["get_payment"].not_found_codes == ("payment_not_found", "ORDER_MISSING")
    assert "ORDER_MISSING" in notebook.catalogue["reconcile_payment"].not_found_codes
    assert notebook.catalogue.conventions.error_codes == {"TOKEN_UNKNOWN": "coin_not_supported"}
    assert notebook.catalogue.conventions.authorisation_codes == ("WHO_ARE_YOU", "authorization_incorrect")
    assert found_of(notebook, "get_payment").verdict == "differs"


def test_a_provider_under_maintenance_teaches_no_code() -> None:
    notebook = provoke(dict.fromkeys(OURS, (503, "maintenance")))

    assert believes_nothing_new(notebook)
    assert {told.verdict for told in notebook.findings if told.subject in {NOT_THERE, BAD}} == {"ambiguous"}
    assert "HTTP 503" in found_of(notebook, "get_payment").reason
    assert "HTTP 503" in found_of(notebook, "conventions", BAD).reason


def test_a_maintenance_that_answers_http_200_teaches_no_code_either() -> None:
    notebook = provoke(dict.fromkeys(OURS, "maintenance"))

    assert believes_nothing_new(notebook)
    assert found_of(notebook, "find_user").verdict == "ambiguous"
    assert "maintenance" in found_of(notebook, "find_user").found
    assert found_of(notebook, "conventions", BAD).verdict == "ambiguous"


def test_one_code_for_two_things_is_believed_of_neither() -> None:
    notebook = provoke({"get_payment": "NOT_HERE", "get_off_ramp": "NOT_HERE"})

    assert believes_nothing_new(notebook)
    assert {found_of(notebook, call).verdict for call in ("get_payment", "get_off_ramp")} == {"ambiguous"}
    assert "payment_not_found, rampoff_not_found" in found_of(notebook, "get_payment").reason


def test_one_code_for_the_same_thing_in_two_calls_is_believed() -> None:
    notebook = provoke({"get_kyc_status": "CUSTOMER_MISSING", "find_user": "CUSTOMER_MISSING"})

    assert "CUSTOMER_MISSING" in notebook.catalogue["find_user"].not_found_codes
    assert "CUSTOMER_MISSING" in notebook.catalogue["get_kyc_status"].not_found_codes


@pytest.mark.parametrize("code", ["unexpected_error", "user_banned", "user_not_found", "authorization_incorrect"])
def test_a_code_that_the_contract_gives_another_meaning_does_not_mean_that_a_payment_is_missing(code: str) -> None:
    notebook = provoke({"get_payment": code})

    assert believes_nothing_new(notebook)
    assert (found_of(notebook, "get_payment").verdict, found_of(notebook, "get_payment").found) == ("ambiguous", code)


def test_the_code_for_a_bad_token_says_nothing_of_a_payment() -> None:
    notebook = provoke({"get_payment": "GO_AWAY", BAD_TOKEN: "GO_AWAY"})

    assert believes_nothing_new(notebook)
    assert found_of(notebook, "get_payment").verdict == "ambiguous"
    assert found_of(notebook, "conventions", BAD).verdict == "ambiguous"


def test_a_token_that_is_refused_with_http_401_teaches_nothing_of_what_was_asked_for() -> None:
    notebook = provoke({"get_payment": (401, "TOKEN_ENDED")})

    assert believes_nothing_new(notebook)
    assert "HTTP 401" in found_of(notebook, "get_payment").reason


def test_a_validation_is_no_code_for_what_is_not_there() -> None:
    document = {"message": "Unprocessable", "errors": {"payment_id": ["too short"]}}
    notebook = provoke({"get_payment": (422, document)})

    assert believes_nothing_new(notebook)
    assert found_of(notebook, "get_payment").verdict == "ambiguous"


def test_what_a_person_has_set_in_the_file_is_believed_although_it_means_several_things() -> None:
    contract = load_catalogue("")
    shared = {
        name: msgspec.structs.replace(contract[name], not_found_codes=("NOT_HERE",))
        for name in ("get_payment", "get_off_ramp")
    }
    catalogue = msgspec.structs.replace(contract, endpoints={**contract.endpoints, **shared})

    notebook = provoke({"get_payment": "NOT_HERE", "get_off_ramp": "NOT_HERE"}, catalogue=catalogue)

    assert {found_of(notebook, call).verdict for call in shared} == {"confirmed"}
    assert believes_nothing_new(notebook)


def test_where_a_code_stands_is_learned_from_codes_that_are_not_believed_too() -> None:
    document = {"status": "error", "error": {"code": "NOT_HERE"}}
    notebook = provoke(dict.fromkeys(OURS, (200, document)))

    assert believes_nothing_new(notebook)
    assert "error.code" in notebook.catalogue.conventions.code_locations
