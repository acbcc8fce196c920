"""What is taken from the body of an event: its name and ids, and nothing else (contract 7.5).

Which names to look for is data of the catalogue. Nothing in here raises for whatever a stranger may send.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import WebhookContract

_USABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_MOST_IDS = 20
_LONGEST_NAME = 100
OWN_ID_FIELD = "backoffice_event_id"
"""The id of an event of our own stands here where the catalogue knows no name for the id of one."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What an event says: the name of what happened as it was sent, the id of the delivery, the ids in it by name."""

    event_type_sent: str = ""
    event_id: str = ""
    ids: tuple[tuple[str, str], ...] = ()


def read_notice(body: bytes, contract: WebhookContract) -> Notice:
    """What stands in a body under the names that the catalogue knows; nothing where it is no JSON object.

    Ids are looked for inside first (`data`), the name of the event outside first: inside, `type` is the object's.
    """
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Notice()
    places = [place for path in contract.data_locations if isinstance(place := dig(document, path), dict)]
    return Notice(
        event_type_sent=next(_texts_under(contract.type_fields, reversed(places)), ""),
        event_id=next(_texts_under((*contract.event_id_fields, OWN_ID_FIELD), reversed(places)), ""),
        ids=tuple(_ids_in(places, contract)),
    )


def canonical_type(sent: str, contract: WebhookContract) -> str:
    """The name under which we know the event."""
    return contract.event_aliases.get(sent, sent)


def _ids_in(places: Iterable[Mapping[str, Any]], contract: WebhookContract) -> list[tuple[str, str]]:
    names = dict.fromkeys([*(name for names in contract.resource_id_fields.values() for name in names),
                           *contract.id_fields])  # fmt: skip
    found = [(name, _to_text(place.get(name))) for place in places for name in names]
    usable = dict.fromkeys((name, value) for name, value in found if _USABLE_ID.fullmatch(value))
    return list(usable)[:_MOST_IDS]


def _texts_under(names: Iterable[str], places: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names, places = list(names), list(places)
    values = (_to_text(place.get(name)) for place in places for name in names)
    return (value for value in values if value and value.isprintable() and len(value) <= _LONGEST_NAME)


def _to_text(value: Any) -> str:
    """Text and whole numbers as text; anything else is no id and no name."""
    if isinstance(value, bool):
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
