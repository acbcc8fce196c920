"""Which objects an event is about, by its name and the ids in it: all of it data of the catalogue."""

from collections.abc import Iterable, Sequence
from typing import Any

from backoffice.cryptopocket.endpoints import WebhookContract

Target = tuple[str, str]
"""(name of the resource, id at the provider)"""

Ids = Sequence[Sequence[Any]]


def targets_of(event_type: str, ids: Ids, contract: WebhookContract) -> list[Target]:
    """The objects that an event of a known name is about; none for an unknown one.

    An id under a name that says which kind of object it is goes before one that is only called `id`: that may be the
    id of something else, most of all beside `data`.
    """
    resource = contract.event_resources.get(event_type)
    if resource is None:
        return []
    own = _values(ids, contract.resource_id_fields.get(resource, ()))
    return [(resource, value) for value in own or _general_values(ids, contract)[:1]]


def guesses_of(ids: Ids, contract: WebhookContract) -> list[Target]:
    """The objects that an event of an unknown name may be about; only those of which there is a row count."""
    named = [
        (resource, value)
        for resource, names in contract.resource_id_fields.items()
        for value in _values(ids, names)
    ]  # fmt: skip
    general = _general_values(ids, contract)
    anywhere = [(resource, value) for resource in contract.resource_id_fields for value in general]
    return list(dict.fromkeys([*named, *anywhere]))


def _general_values(ids: Ids, contract: WebhookContract) -> list[str]:
    """The values under names that do not say what they are the id of."""
    telling = {name for names in contract.resource_id_fields.values() for name in names}
    return _values(ids, [name for name in contract.id_fields if name not in telling])


def _values(ids: Ids, names: Iterable[str]) -> list[str]:
    """The values under these names, each once, in the order in which they were found."""
    wanted = set(names)
    return list(dict.fromkeys(str(value) for name, value in ids if name in wanted))
