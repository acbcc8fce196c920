"""One odd date or amount among the provider's objects does not end the probe: it is told, and the rest is learned."""

import json
from typing import Any

import msgspec
import pytest

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.errors import InvalidRequest
from backoffice.cryptopocket.outgoing import OutgoingRequest
from backoffice.cryptopocket.probing.asking import WriteRefusedError
from backoffice.cryptopocket.probing.prober import Prober
from backoffice.cryptopocket.transport import Transport
from backoffice.sandbox import start_sandbox
from tests.contract.probing import find, probe

ODD_DATES = ("0000-00-00 00:00:00", "2024-05-01 10:00:00 UTC", "2024-02-30 10:00:00", "0001-01-01T00:00:00+14:00")
ODD_AMOUNTS = ("9E+999999", '"9E-999999"', '"NaN"', "-1E+400")


class Odd:
    """A transport whose answers to a call have something odd in their first object."""

    def __init__(self, inner: Transport, call: str, field: str, written: str) -> None:
        self._inner, self._call, self._field, self._written = inner, call, field, written

    def send(self, request: OutgoingRequest) -> Answer:
        """Send, and make the answer odd."""
        answer = self._inner.send(request)
        if request.endpoint.name != self._call:
            return answer
        document = json.loads(answer.body)
        if isinstance(item := self._find_item(document), dict) and self._field in item:
            item[self._field] = "here"
        body = json.dumps(document).replace('"here"', self._written).encode()
        return msgspec.structs.replace(answer, body=body)

    def _find_item(self, document: Any) -> Any:
        data = document.get("data")
        return data[0] if isinstance(data, list) and data else data

    def close(self) -> None:
        """Close what is open."""
        self._inner.close()


def probe_with(call: str, field: str, written: str) -> Prober:
    """Probe a provider that answers something odd; nothing may end the probe."""
    with start_sandbox() as stand_in:
        prober, ended = probe(stand_in, wrap=lambda inner: Odd(inner, call, field, written))
    assert ended == ""
    return prober


def errors_of_ours(prober: Prober) -> list[str]:
    """Return what stopped at an error of ours."""
    return [told.reason for told in prober.notebook.findings if "an error of ours" in told.reason]


@pytest.mark.parametrize("date", ODD_DATES)
@pytest.mark.parametrize("call", ["list_payments", "get_payment"])
def test_an_odd_date_is_told_and_everything_else_is_found(call: str, date: str) -> None:
    prober = probe_with(call, "created_at", f'"{date}"')

    assert errors_of_ours(prober) == []
    assert find(prober, call, "dates").verdict == "ambiguous"
    assert "cannot be read" in find(prober, call, "dates").reason
    assert find(prober, "list_bank_transactions", "unit of money").verdict == "confirmed"
    assert find(prober, "conventions", "code for a bad token").verdict == "confirmed"


@pytest.mark.parametrize("amount", ODD_AMOUNTS)
@pytest.mark.parametrize(
    ("call", "field"),
    [
        ("list_payments", "fiat_amount"),
        ("get_payment", "coin_amount"),
        ("list_off_ramps", "amount"),
        ("list_off_ramps", "decimals"),
        ("list_bank_transactions", "amount"),
        ("get_token_price", "price"),
        ("get_on_ramp_quote", "tokens"),
    ],
)
def test_an_odd_amount_does_not_end_the_probe(call: str, field: str, amount: str) -> None:
    prober = probe_with(call, field, amount)

    assert errors_of_ours(prober) == []
    assert find(prober, "conventions", "code for a bad token").verdict == "confirmed"


@pytest.mark.parametrize("problem", [RuntimeError("ES9121000418450200051332"), InvalidRequest("odd", endpoint="x")])
def test_a_step_that_fails_unforeseen_is_told_by_kind_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr("backoffice.cryptopocket.probing.prober.probe_payment_units", fail)
    with start_sandbox() as stand_in:
        prober, ended = probe(stand_in)

    assert ended == ""
    told = find(prober, "conventions", "step units of money")
    assert (told.verdict, type(problem).__name__ in told.reason) == ("not tried", True)
    assert "ES91" not in str(prober.notebook.findings)
    assert find(prober, "conventions", "code for a bad token").verdict == "confirmed"


def test_a_step_that_would_write_ends_the_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(*_: object) -> None:
        raise WriteRefusedError("create_payment")

    monkeypatch.setattr("backoffice.cryptopocket.probing.prober.settle_words", write)
    with start_sandbox() as stand_in, pytest.raises(WriteRefusedError):
        probe(stand_in)
