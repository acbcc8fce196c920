"""Which field of an item is which: by the name assumed, else by likely names and by what the values look like."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.alternatives import kinds_of, synonyms_of
from backoffice.cryptopocket.probing.shapes import all_fit

Column = list[Any]
Known = Mapping[str, frozenset[str]]
"""Values already seen elsewhere, by logical field: what refers to a customer must be one of the customers."""

_TELLING_KINDS = {"e-mail", "iban", "uuid", "payment id", "transaction hash", "moment", "bic"}
_DEEPEST = 3
_MOST_SCORE, _REFERRING_SCORE, _LEAST_SCORE = 1000, 100, 30


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the fields of one call.

    as_assumed: logical field -> name, one of those assumed. found: logical field -> another name. ambiguous: logical
    field -> names that are equally likely. unseen: fields that no item has. unexplained: names nobody asked for.
    """

    as_assumed: dict[str, str]
    found: dict[str, str]
    ambiguous: dict[str, tuple[str, ...]]
    unseen: tuple[str, ...]
    unexplained: tuple[str, ...]

    def name_of(self, field: str) -> str | None:
        """Return the name under which a field stands, None where it was not found."""
        return self.as_assumed.get(field) or self.found.get(field)

    def has(self, fields: Iterable[str]) -> bool:
        """Whether all these fields were found."""
        return all(self.name_of(field) for field in fields)


def read_columns(items: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    """Return the values of each name of the items; `attributes.status` is `status` inside `attributes`."""
    columns: dict[str, Column] = {}
    for item in items:
        for name, value in _flatten(item):
            columns.setdefault(name, []).append(value)
    return columns


def _flatten(node: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterable[tuple[str, Any]]:
    for name, value in node.items():
        yield f"{prefix}{name}", value
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _flatten(value, f"{prefix}{name}.", depth + 1)


def match_fields(items: Sequence[Mapping[str, Any]], *, endpoint: Endpoint, known: Known | None = None) -> Match:
    """Match the logical fields of a call with the names in its items."""
    columns = read_columns(items)
    matcher = _Matcher(endpoint, columns, items=len(items), known=known or {})
    return matcher.match()


class _Matcher:
    def __init__(self, endpoint: Endpoint, columns: dict[str, Column], *, items: int, known: Known) -> None:
        self._endpoint = endpoint
        self._columns = columns
        self._items = items
        self._known = known

    def match(self) -> Match:
        as_assumed = {field: name for field in self._endpoint.fields if (name := self._find_assumed(field))}
        found, ambiguous = self._assign(as_assumed)
        taken = {*as_assumed.values(), *found.values()}
        settled = {*as_assumed, *found, *ambiguous}
        return Match(
            as_assumed=as_assumed,
            found=found,
            ambiguous=ambiguous,
            unseen=tuple(field for field in self._endpoint.fields if field not in settled),
            unexplained=tuple(name for name in self._leaves() if name not in taken),
        )

    def _assign(self, settled: Mapping[str, str]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        """Give names to the fields that are left, the likeliest pair first; what ties for a field is ambiguous."""
        scores = self._score_all(settled)
        found: dict[str, str] = {}
        ambiguous: dict[str, tuple[str, ...]] = {}
        for (field, name), score in sorted(scores.items(), key=lambda pair: -pair[1]):
            if field in found or field in ambiguous or not self._is_free(field, name, found):
                continue
            ties = [other for (its, other), its_score in scores.items() if its == field and its_score == score]
            free = tuple(other for other in ties if self._is_free(field, other, found))
            if len(free) == 1:
                found[field] = name
            else:
                ambiguous[field] = free
        return found, ambiguous

    def _is_free(self, field: str, name: str, found: Mapping[str, str]) -> bool:
        return self._may_share(field) or name not in found.values()

    def _may_share(self, field: str) -> bool:
        """An account's id is its IBAN: two logical fields with one name."""
        return field in {"id", "iban"} and kinds_of(self._endpoint.name, "id") == ("iban",)

    def _find_assumed(self, field: str) -> str | None:
        return next((name for name in self._endpoint.fields[field] if self._can_be(field, name)), None)

    def _can_be(self, field: str, name: str) -> bool:
        """Whether the column exists and holds what the field should; one that is always null contradicts nothing."""
        column = self._columns.get(name)
        if column is None:
            return False
        present = [value for value in column if value is not None]
        if not present:
            return True
        if not all_fit(present, kinds_of(self._endpoint.name, field)):
            return False
        return self._identifies(field, present)

    def _identifies(self, field: str, present: Column) -> bool:
        if field != "id" or "id" not in self._endpoint.fields:
            return True
        texts = [str(value) for value in present]
        return len(set(texts)) == len(texts) == self._items

    def _refers(self, field: str, name: str) -> bool:
        targets = self._known.get(field, frozenset())
        return any(str(value) in targets for value in self._columns[name] if value is not None)

    def _leaves(self) -> list[str]:
        return [
            name for name, column in self._columns.items() if not any(isinstance(value, Mapping) for value in column)
        ]

    def _score_all(self, settled: Mapping[str, str]) -> dict[tuple[str, str], int]:
        """Return how likely each free name is for each field that is left; the impossible is left out."""
        taken = set(settled.values())
        scores = {
            (field, name): self._score(field, name) + self._bonus(field)
            for field in self._endpoint.fields
            if field not in settled
            for name in self._candidates(field)
            if self._is_candidate(field, name, taken)
        }
        return {pair: score for pair, score in scores.items() if score >= _LEAST_SCORE + self._bonus(pair[0])}

    def _bonus(self, field: str) -> int:
        """What an item cannot be without is named first."""
        return _MOST_SCORE if field in self._endpoint.required else 0

    def _is_candidate(self, field: str, name: str, taken: set[str]) -> bool:
        return (name not in taken or self._may_share(field)) and self._can_be(field, name)

    def _candidates(self, field: str) -> list[str]:
        """Return the names of plain values, and for a payer those of objects too."""
        return list(self._columns) if field == "holder" else self._leaves()

    def _score(self, field: str, name: str) -> int:
        """How likely a name is: its place among the synonyms, whole or by its last parts; else its telling shape."""
        synonyms = [normalise(synonym) for synonym in synonyms_of(self._endpoint.name, field)]
        ranks = [
            10 * synonyms.index(shown) + lost
            for lost, parts in ((0, 0), (5, -2), (45, -1))
            if (shown := normalise(".".join(name.split(".")[parts:]))) in synonyms
        ]
        refers = _REFERRING_SCORE if self._refers(field, name) else 0
        if ranks:
            return _MOST_SCORE + refers - min(ranks)
        if refers:
            return refers
        return _LEAST_SCORE if set(kinds_of(self._endpoint.name, field)) & _TELLING_KINDS else 0


def normalise(name: str) -> str:
    """Return a name without case, dots, dashes and underscores: `userId`, `user_id` and `user.id` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())
