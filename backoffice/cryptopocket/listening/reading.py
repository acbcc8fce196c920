"""What an event is about, and where the product reads its type and the id of its object, by a contract."""

from collections.abc import Iterable

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.listening.observing import Observation, Position, find_known_event
from backoffice.cryptopocket.listening.ways import ID_LISTS


def read_type(told: Observation, contract: WebhookContract) -> Position | None:
    """Return where the type is read: outermost place first, of the places the last one."""
    return next(iter(_held(told.texts, reversed(contract.data_locations), contract.type_fields)), None)


def read_ids(told: Observation, resource: str, contract: WebhookContract) -> list[Position]:
    """Return where the ids of the event's objects are read: under names that say whose they are, else the first."""
    own = _held(told.usable, contract.data_locations, contract.resource_id_fields.get(resource, ()))
    telling = {name for names in contract.resource_id_fields.values() for name in names}
    general = [name for name in contract.id_fields if name not in telling]
    return own or _held(told.usable, contract.data_locations, general)[:1]


def find_list(one: Observation, type_at: Position | None, contract: WebhookContract) -> str:
    """Return the list whose object a delivery is about: by its type, else by the ids in it; "" where neither tells."""
    known = find_known_event(one.words.get(type_at, ""), contract) if type_at else ""
    held = set(one.ids.values())
    return contract.event_resources.get(known) or next((name for name in ID_LISTS if name in held), "")


def _held(positions: Iterable[Position], places: Iterable[str], names: Iterable[str]) -> list[Position]:
    held, names = set(positions), tuple(names)
    return [(place, name) for place in places for name in names if (place, name) in held]
