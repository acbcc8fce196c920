"""Where a page of a list keeps its parts, found out from how they move when the page or its size changes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import PageLayout
from backoffice.cryptopocket.probing.alternatives import (
    CURRENT_NAMES,
    LAST_NAMES,
    MORE_NAMES,
    NEXT_NAMES,
    TOTAL_NAMES,
)
from backoffice.cryptopocket.probing.matching import normalise

Item = Mapping[str, Any]
_DEEPEST = 4


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One page as it came: which was asked for (as numbered on the wire), how many items at most, and the answer."""

    page: int
    size: int
    document: Any


def find_item_lists(document: Any) -> list[tuple[str, list[Item]]]:
    """Return every list of objects in an answer with its dotted place, the longest first; empty lists come last."""
    found = [
        (path, value)
        for path, value in _walk(document)
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value)
    ]
    return sorted(found, key=lambda place: (-len(place[1]), place[0].count(".")))


def find_objects(document: Any) -> list[tuple[str, Item]]:
    """Return every object in an answer with its dotted place, the outermost first; "" is the answer itself."""
    inner = [(path, value) for path, value in _walk(document) if isinstance(value, Mapping)]
    outer: list[tuple[str, Item]] = [("", document)] if isinstance(document, Mapping) else []
    return outer + inner


def _walk(node: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return
    for name, value in node.items():
        place = f"{path}.{name}" if path else str(name)
        yield place, value
        yield from _walk(value, place, depth + 1)


def fits_layout(layout: PageLayout, samples: Sequence[Sample]) -> bool:
    """Whether a layout describes these pages: its list is there, and its page number is the one asked for."""
    return all(_fits_one(layout, sample) for sample in samples)


def _fits_one(layout: PageLayout, sample: Sample) -> bool:
    if not isinstance(dig(sample.document, layout.items), list):
        return False
    if layout.current_page:
        return _number(dig(sample.document, layout.current_page)) == sample.page
    return True


def discover_layout(items: str, samples: Sequence[Sample], *, first_page: int = 1) -> PageLayout:
    """Return the layout of pages whose items stand at `items`: its numbers are known by how they move.

    samples: at least two pages that differ in number; a third with another size makes it sure.
    """
    places = _numbers_in_all(samples, items)
    current = _choose(CURRENT_NAMES, [place for place in places if _is_current(place, samples)])
    others = [place for place in places if place != current]
    total = _choose(TOTAL_NAMES, [place for place in others if _is_constant(place, samples)])
    amount = _number(dig(samples[0].document, total)) if total else None
    counts = [place for place in others if _is_page_count(place, samples, amount)]
    lasts = [place for place in others if _is_page_count(place, samples, amount, offset=first_page - 1)]
    last = _choose(LAST_NAMES, lasts)
    count = "" if last or first_page == 1 else _choose(LAST_NAMES, counts)
    return PageLayout(
        items=items,
        current_page=current,
        last_page=last,
        total=total,
        next_url=_find_next(samples, items),
        page_count=count,
        more="" if last or count else _find_more(samples),
    )


def _numbers_in_all(samples: Sequence[Sample], items: str) -> list[str]:
    places = [path for path, value in _walk(samples[0].document) if _number(value) is not None]
    return [place for place in places if all(_number(dig(sample.document, place)) is not None for sample in samples)]


def _is_current(place: str, samples: Sequence[Sample]) -> bool:
    return all(_number(dig(sample.document, place)) == sample.page for sample in samples)


def _is_constant(place: str, samples: Sequence[Sample]) -> bool:
    values = {_number(dig(sample.document, place)) for sample in samples}
    most = max(len(items) for sample in samples for _, items in find_item_lists(sample.document)[:1] or [("", [])])
    return len(values) == 1 and (next(iter(values)) or 0) >= most and not _is_size(place, samples)


def _is_size(place: str, samples: Sequence[Sample]) -> bool:
    return all(_number(dig(sample.document, place)) == sample.size for sample in samples)


def find_sizes(samples: Sequence[Sample]) -> list[str]:
    """Return the places that repeat the size that was asked for."""
    return [path for path, _ in _walk(samples[0].document) if _is_size(path, samples)]


def _is_page_count(place: str, samples: Sequence[Sample], total: int | None, *, offset: int = 0) -> bool:
    """Whether the number is total / size, rounded up; `offset` is for a count that begins at another number."""
    if total is None:
        return normalise(place.rpartition(".")[2]) in {normalise(name) for name in LAST_NAMES}
    wanted = [max(1, -(-total // sample.size)) + offset for sample in samples]
    return [_number(dig(sample.document, place)) for sample in samples] == wanted


def _find_next(samples: Sequence[Sample], items: str) -> str:
    """Return the place of the address of the next page: a text, or null on the last page."""
    names = {normalise(name) for name in NEXT_NAMES}
    for path, _value in _walk(samples[0].document):
        if normalise(path.rpartition(".")[2]) in names or normalise(path) in names:
            values = [dig(sample.document, path) for sample in samples]
            if all(value is None or (isinstance(value, str) and "?" in value) for value in values):
                return path
    return ""


def _find_more(samples: Sequence[Sample]) -> str:
    names = {normalise(name) for name in MORE_NAMES}
    places = [path for path, value in _walk(samples[0].document) if isinstance(value, bool)]
    return next((path for path in places if normalise(path.rpartition(".")[2]) in names), "")


def _choose(names: Sequence[str], places: Sequence[str]) -> str:
    """Return the place whose name is the likeliest; without a likely name only a single place is taken."""
    wanted = [normalise(name) for name in names]
    named = [place for place in places if normalise(place.rpartition(".")[2]) in wanted]
    if named:
        return min(named, key=lambda place: wanted.index(normalise(place.rpartition(".")[2])))
    return places[0] if len(places) == 1 else ""


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value if type(value) is int else None
