"""Keeps answers as fixtures, with look-alikes for personal data, and plays them back in place of a provider."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.dig import dig, plant
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint, PageLayout
from backoffice.cryptopocket.errors import NotSent
from backoffice.cryptopocket.outgoing import OutgoingRequest
from backoffice.cryptopocket.probing.asking import Reply
from backoffice.cryptopocket.probing.lookalikes import LookAlikes
from backoffice.cryptopocket.probing.paging import find_layout
from backoffice.cryptopocket.probing.session import Session

_SINGLES = (
    ("get_payment", "list_payments", "id", "payment_id"),
    ("get_off_ramp", "list_off_ramps", "id", "off_ramp_id"),
    ("get_kyc_status", "list_customers", "id", "user_id"),
    ("find_user", "list_customers", "email", "email"),
)
_MOST_OF_ONE_CALL = 5


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One answer: the call, what it was asked with (by our names), and the body."""

    call: str
    arguments: dict[str, str]
    http_status: int
    body: Any


_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(Recording, float_hook=Decimal)


def record(session: Session, directory: Path) -> int:
    """Ask once more for the first page of each list and for some objects; keep the answers; return how many."""
    directory.mkdir(parents=True, exist_ok=True)
    alike = LookAlikes()
    recordings = [_record_token(session.notebook.catalogue)]
    for name, arguments in _questions(session):
        endpoint = session.notebook.endpoint(name)
        reply = session.ask(endpoint, arguments)
        if session.succeeded(reply):
            recordings.append(make_recording(endpoint, arguments, reply, alike))
    for number, recording in enumerate(recordings):
        text = msgspec.json.format(_ENCODER.encode(recording), indent=1)
        (directory / f"{number:02d}-{recording.call}.json").write_bytes(text + b"\n")
    return len(recordings)


def _questions(session: Session) -> list[tuple[str, dict[str, str]]]:
    """Return the lists first, then objects that stand on their first pages."""
    lists: list[tuple[str, dict[str, str]]] = [
        (name, {}) for name in ("list_available_assets", "list_payment_methods", "list_customers", "list_payments")
    ]
    lists += [("list_off_ramps", {}), ("list_bank_accounts", {})]
    lists += [("list_bank_transactions", {"iban": str(iban)}) for iban in session.values("list_bank_accounts", "iban")]
    found = [(name, arguments) for name, arguments in lists if session.items.get(name)]
    for name, listing, field, argument in _SINGLES:
        values = session.values(listing, field)[:_MOST_OF_ONE_CALL] if session.items.get(name) else []
        found += [(name, {argument: str(value)}) for value in values]
    return found


def _record_token(catalogue: Catalogue) -> Recording:
    body: dict[str, Any] = {"status": "ok"}
    plant(body, catalogue.conventions.token_locations[0], "recorded-token-0000")
    return Recording(call="authenticate", arguments={}, http_status=200, body=body)


def make_recording(endpoint: Endpoint, arguments: Mapping[str, str], reply: Reply, alike: LookAlikes) -> Recording:
    """Return an answer with look-alikes, in it and around it; the first page of a list says that it is the only one."""
    fields = {name: field for field, names in endpoint.fields.items() for name in names}
    layout = find_layout(endpoint, reply.document) if endpoint.pagination else None
    places = (layout.items,) if layout else endpoint.object_locations
    body = msgspec.to_builtins(reply.document, builtin_types=(Decimal,))
    place = next((place for place in places if isinstance(dig(body, place), dict | list)), "")
    replaced = alike.replace(dig(body, place), fields)
    body = _put(alike.replace_around(_put(body, place, {})) if place else body, place, replaced)
    if layout:
        _end_here(body, layout, endpoint.pagination.first_page if endpoint.pagination else 1)
    shown = {name: str(alike.single(value)) for name, value in arguments.items()}
    return Recording(call=endpoint.name, arguments=shown, http_status=reply.http_status, body=body)


def _put(body: Any, place: str, value: Any) -> Any:
    if not place:
        return {**value, "status": body["status"]} if "status" in body else value
    plant(body, place, value)
    return body


def _end_here(body: Any, layout: PageLayout, first_page: int) -> None:
    total = len(dig(body, layout.items))
    ends: dict[str, Any] = {
        layout.total: total,
        layout.last_page: first_page,
        layout.page_count: 1,
        layout.next_url: None,
        layout.more: False,
    }
    for place, value in ends.items():
        if place:
            plant(body, place, value)


class Player:
    """A transport that answers from a recording; what was not recorded is not answered."""

    def __init__(self, directory: Path) -> None:
        files = sorted(directory.glob("*.json"))
        self.recordings = [_DECODER.decode(file.read_bytes()) for file in files]

    def send(self, request: OutgoingRequest) -> Answer:
        """Return the recorded answer to that question. Raises NotSent where there is none."""
        asked = {*request.parameters.values(), *request.url.split("/")}
        for recording in self.recordings:
            if recording.call == request.endpoint.name and set(recording.arguments.values()) <= asked:
                body = _ENCODER.encode(recording.body)
                now = datetime.now(UTC)
                return Answer(http_status=recording.http_status, body=body, retry_after=None, began_at=now, seconds=0.0)
        raise NotSent("this was not recorded", endpoint=request.endpoint.name)

    def close(self) -> None:
        """Nothing is open."""
