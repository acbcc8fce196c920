"""What all resources share: a safe repr, and the loop that reads an item field by field."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

from backoffice.cryptopocket.dig import ABSENT, dig, plant
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.cryptopocket.resources.values import UnreadableValueError

Reader = Callable[[Any], Any]
"""Turns a value that is not null into the field's type, or raises `UnreadableValueError`."""

MakeReaders = Callable[[Endpoint, Catalogue], Mapping[str, Reader]]
"""Gives the reader of each logical field, as the units of that endpoint and the provider's words ask for."""


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all resources.

    Its repr names which fields were there, and their values only where `shown_in_repr` says so: the rest is
    personal data and links.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id",)

    def __repr__(self) -> str:
        """Return the class, the id and the names of the fields that the payload mentioned."""
        mentioned = self.mentioned()
        parts = [f"{name}={value!r}" if name in self.shown_in_repr else name for name, value in mentioned.items()]
        return f"<{type(self).__name__} {' '.join(parts)}>"

    def mentioned(self) -> dict[str, Any]:
        """Return the fields that the payload mentioned, nulls included."""
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value is not UNSET}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How an item of one endpoint is read: for each field its candidate names and its reader."""

    kind: str
    steps: tuple[tuple[str, tuple[str, ...], Reader], ...]
    required: tuple[str, ...]


@functools.lru_cache(maxsize=256)
def make_plan(kind: str, make_readers: MakeReaders, catalogue: Catalogue, endpoint: str) -> Plan:
    """Return the plan for items of `endpoint`, called `kind` in error texts."""
    contract = catalogue.endpoints[endpoint]
    readers = make_readers(contract, catalogue)
    return Plan(
        kind=kind,
        steps=tuple((field, names, readers[field]) for field, names in contract.fields.items()),
        required=contract.required,
    )


def read_fields(item: Any, *, plan: Plan) -> dict[str, Any]:
    """Return the fields of `item` that are there, each read by its reader; null stays None.

    Of a field's candidate names the first one whose value is not null counts.

    item: one object of an answer, as decoded.
    Raises UnreadableItem when it is no object, a value cannot be read, or a required field is missing.
    """
    if not isinstance(item, Mapping):
        raise UnreadableItem(kind=plan.kind, field="item", reason="is not an object", payload=item)
    values: dict[str, Any] = {}
    for field, names, reader in plan.steps:
        for name in names:
            raw = item.get(name, ABSENT)
            if raw is ABSENT and "." in name:
                raw = dig(item, name)
            if raw is ABSENT:
                continue
            if raw is None:
                values[field] = None
                continue
            try:
                values[field] = reader(raw)
            except UnreadableValueError as problem:
                raise UnreadableItem(kind=plan.kind, field=field, reason=str(problem), payload=item) from None
            break
    for field in plan.required:
        if values.get(field) is None:
            raise UnreadableItem(kind=plan.kind, field=field, reason="is missing", payload=item)
    return values


def find_raw(item: Any, names: tuple[str, ...]) -> Any:
    """Return the value under the first of the names that the item has, None where it has none of them."""
    for name in names:
        raw = item.get(name, ABSENT)
        if raw is ABSENT and "." in name:
            raw = dig(item, name)
        if raw is not ABSENT:
            return raw
    return None


def make_item(endpoint: Endpoint, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as that call would answer it, of values by logical field; those it has no name for are left out.

    For what we know of an object that was made a moment ago and that no list has shown yet.
    """
    item: dict[str, Any] = {}
    for field, value in values.items():
        if field in endpoint.fields:
            plant(item, endpoint.fields[field][0], value)
    return item
