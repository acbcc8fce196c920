"""Finds the single object of an answer and checks that it is the one asked for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from backoffice.cryptopocket.dig import dig, dig_first
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.errors import UnreadableAnswer

T_co = TypeVar("T_co", covariant=True)


class Item(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True):
    """One object of the provider's, or its answer to an act.

    payload: the object as received, numbers with a point as Decimal. read_at: when the request began.
    """

    payload: dict[str, Any]
    read_at: datetime
    parser: Callable[[Any], T_co]

    def parse(self) -> T_co:
        """Return the object as its typed struct. Raises UnreadableItem.

        The answer to a POST has been parsed once already, so there it does not raise.
        """
        return self.parser(self.payload)

    def __repr__(self) -> str:
        """Return which fields there are; their values are personal data and secrets."""
        return f"<Item with {' '.join(self.payload) or 'nothing'}>"


def pick_object(document: dict[str, Any], *, endpoint: Endpoint) -> dict[str, Any]:
    """Return the object at the first of the endpoint's places that has its required fields.

    Where none has them all, the first object found is returned, so that reading it can say what is missing.
    Raises UnreadableAnswer when there is no object and the endpoint needs one.
    """
    nodes = [dig(document, place) for place in endpoint.object_locations]
    objects = [node for node in nodes if isinstance(node, dict)]
    for candidate in objects:
        if all(_find(candidate, endpoint, field) is not None for field in endpoint.required):
            return candidate
    if objects:
        return objects[0]
    if not endpoint.required:
        return {}
    raise UnreadableAnswer("the answer holds no object", endpoint=endpoint.name, only_read=endpoint.only_reads)


def ensure_echo(payload: Mapping[str, Any], *, endpoint: Endpoint, arguments: Mapping[str, Any]) -> None:
    """Check that the answer is about what was asked for, where it says what it is about.

    A guessed parameter that the provider ignores would otherwise give somebody else's object.
    Raises UnreadableAnswer.
    """
    for field, argument in endpoint.echo.items():
        answered, asked = _find(payload, endpoint, field), arguments.get(argument)
        if answered is None or asked is None:
            continue
        if not _agree(str(answered), str(asked), exact=field == "id" or field.endswith("_id")):
            raise UnreadableAnswer(
                f"the answer is about another object: its {field} is not the one asked for",
                endpoint=endpoint.name,
                only_read=endpoint.only_reads,
            )


def _agree(answered: str, asked: str, *, exact: bool) -> bool:
    return answered == asked if exact else answered.strip().casefold() == asked.strip().casefold()


def _find(payload: Mapping[str, Any], endpoint: Endpoint, field: str) -> Any:
    """Return the raw value of a logical field, None where it is absent or null under all its names."""
    return dig_first(payload, endpoint.fields.get(field, ()))
