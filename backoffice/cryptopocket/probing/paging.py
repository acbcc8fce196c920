"""How a list is paged: parameters, first page, layout, largest page, and at which end the newest stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import Endpoint, PageLayout, Pagination
from backoffice.cryptopocket.probing.alternatives import OFFSET_PARAMETERS, PAGE_PARAMETERS, SIZE_PARAMETERS
from backoffice.cryptopocket.probing.layouts import Sample, discover_layout, find_sizes, fits_layout
from backoffice.cryptopocket.probing.naming import find_name
from backoffice.cryptopocket.probing.session import Item, Located, Session

_LARGEST_SIZES = (200, 100, 50)


class Pager:
    """Asks for pages of one list, with parameters that are still being found out."""

    def __init__(self, session: Session, name: str, arguments: Mapping[str, Any], place: str) -> None:
        self.session = session
        self.name = name
        self.place = place
        self._arguments = arguments

    def ask(self, parameters: Mapping[str, Any]) -> Any:
        """Return the answer's document, None for a refusal."""
        endpoint = self.session.notebook.endpoint(self.name)
        texts = {name: str(value) for name, value in parameters.items()}
        reply = self.session.ask(endpoint, self._arguments, extra=texts)
        return reply.document if self.session.succeeded(reply) else None

    def items(self, parameters: Mapping[str, Any]) -> list[Item] | None:
        """Return the items of a page, None for a refusal."""
        document = self.ask(parameters)
        items = dig(document, self.place) if document is not None else None
        return items if isinstance(items, list) else None


def probe_pages(session: Session, name: str, arguments: Mapping[str, Any], located: Located) -> Sequence[Item] | None:
    """Find out how a list is paged; return the items of the largest page that can be had."""
    pager = Pager(session, name, arguments, located.place)
    if len(located.items) < 3:
        reason = "the list has fewer than three items"
        for subject in ("page parameters", "page layout"):
            session.notebook.note(name, subject, "not tried", reason=reason)
        return None
    size_name = _find_size_parameter(pager)
    size = {size_name: 2} if size_name else {}
    page_name = _find_page_parameter(pager, size)
    if page_name is None:
        return None
    first = _find_first_page(pager, page_name, size)
    if first is None or size_name is None:
        return None
    samples = _take_samples(pager, page_name, size_name, first)
    layout = _note_layout(pager, samples, first)
    return _find_largest_page(pager, size_name, layout, samples)


def _find_size_parameter(pager: Pager) -> str | None:
    def works(names: Sequence[str]) -> bool:
        items = pager.items(dict.fromkeys(names, 2))
        return items is not None and len(items) == 2

    assumed = _assumed(pager).page_size_parameter
    found = find_name(assumed, SIZE_PARAMETERS, works)
    _note_parameter(pager, "page size parameter", "page_size_parameter", assumed, found)
    return found


def _find_page_parameter(pager: Pager, size: Mapping[str, int]) -> str | None:
    first = pager.items(size)

    def works(names: Sequence[str]) -> bool:
        items = pager.items({**size, **dict.fromkeys(names, 2)})
        return items is not None and items != first

    assumed = _assumed(pager).page_parameter
    found = find_name(assumed, PAGE_PARAMETERS, works)
    if found is None and (offset := find_name(OFFSET_PARAMETERS[0], OFFSET_PARAMETERS, works)):
        reason = "the list is paged by offset, which no setting can express: tell the developers"
        pager.session.notebook.note(
            pager.name, "page parameter", "differs", assumed=assumed, found=offset, reason=reason
        )
        return None
    _note_parameter(pager, "page parameter", "page_parameter", assumed, found)
    return found


def _note_parameter(pager: Pager, subject: str, key: str, assumed: str, found: str | None) -> None:
    notebook = pager.session.notebook
    if found is None:
        notebook.note(pager.name, subject, "not found", assumed=assumed, reason="no name had an effect")
        return
    notebook.compare(pager.name, subject, assumed=assumed, found=found)
    notebook.change_pagination(pager.name, **{key: found})


def _find_first_page(pager: Pager, page_name: str, size: Mapping[str, int]) -> int | None:
    start = pager.items(size)
    at_one, at_zero = pager.items({**size, page_name: 1}), pager.items({**size, page_name: 0})
    assumed = _assumed(pager).first_page
    if at_one == start:
        found = 1
    elif at_zero == start:
        found = 0
    else:
        reason = "neither page 0 nor page 1 is what comes without a page"
        pager.session.notebook.note(pager.name, "first page", "ambiguous", assumed=str(assumed), reason=reason)
        return None
    pager.session.notebook.compare(pager.name, "first page", assumed=assumed, found=found)
    pager.session.notebook.change_pagination(pager.name, first_page=found)
    return found


def _take_samples(pager: Pager, page_name: str, size_name: str, first: int) -> list[Sample]:
    wanted = ((first, 2), (first + 1, 2), (first, 3))
    documents = [(page, size, pager.ask({page_name: page, size_name: size})) for page, size in wanted]
    return [
        Sample(page=page, size=size, document=document) for page, size, document in documents if document is not None
    ]


def _note_layout(pager: Pager, samples: Sequence[Sample], first: int) -> PageLayout:
    notebook = pager.session.notebook
    found = discover_layout(pager.place, samples, first_page=first)
    fitting = next((layout for layout in _assumed(pager).layouts if fits_layout(layout, samples)), None)
    if fitting is not None and _tells_as_much(fitting, found, samples):
        notebook.note(
            pager.name, "page layout", "confirmed", assumed=describe_layout(fitting), found=describe_layout(fitting)
        )
        return fitting
    assumed = f"one of {len(_assumed(pager).layouts)}"
    notebook.note(pager.name, "page layout", "differs", assumed=assumed, found=describe_layout(found))
    notebook.change_pagination(pager.name, layouts=(found,))
    return found


def _tells_as_much(assumed: PageLayout, found: PageLayout, samples: Sequence[Sample]) -> bool:
    """Whether the assumed layout finds the end of the list wherever the discovered one does."""
    parts = ("last_page", "total", "page_count", "more", "next_url")
    present = {part: getattr(found, part) for part in parts}
    ends = [part for part in ("last_page", "page_count", "next_url", "more") if present[part]]
    knows_end = not ends or any(getattr(assumed, part) == present[part] for part in ends)
    return knows_end and (not present["total"] or assumed.total == present["total"])


def find_layout(endpoint: Endpoint, document: Any) -> PageLayout | None:
    """Return the layout that a page is in, as the client chooses it."""
    layouts = endpoint.pagination.layouts if endpoint.pagination else ()
    for layout in layouts:
        current = dig(document, layout.current_page) if layout.current_page else 0
        if isinstance(dig(document, layout.items), list) and isinstance(current, int | str):
            return layout
    return None


def describe_layout(layout: PageLayout) -> str:
    """Return a layout as one line: each part and its place."""
    parts = msgspec.structs.asdict(layout)
    return ", ".join(f"{part} at {place}" for part, place in parts.items() if place)


def _find_largest_page(
    pager: Pager, size_name: str, layout: PageLayout, samples: Sequence[Sample]
) -> list[Item] | None:
    """Ask for as many items as the client would; learn the provider's own limit where it tells or shows one."""
    notebook, assumed = pager.session.notebook, _assumed(pager).maximum_page_size
    document = pager.ask({size_name: assumed})
    if document is None:
        document, limit = _try_smaller_pages(pager, size_name)
    else:
        limit = _read_limit(document, samples, layout, asked=assumed)
    items = dig(document, layout.items) if document is not None else None
    found = limit or assumed
    notebook.compare(pager.name, "largest page", assumed=assumed, found=found)
    notebook.change_pagination(pager.name, maximum_page_size=found)
    return items if isinstance(items, list) else None


def _try_smaller_pages(pager: Pager, size_name: str) -> tuple[Any, int]:
    for size in _LARGEST_SIZES:
        document = pager.ask({size_name: size})
        if document is not None:
            return document, size
    return None, 0


def _read_limit(document: Any, samples: Sequence[Sample], layout: PageLayout, *, asked: int) -> int:
    """Return the provider's limit: what it says the size is, or how many came of more; 0 where nothing shows it."""
    told = [value for place in find_sizes(samples) if isinstance(value := dig(document, place), int)]
    if told:
        return min(told)
    items, total = dig(document, layout.items), dig(document, layout.total) if layout.total else None
    came = len(items) if isinstance(items, list) else 0
    return came if isinstance(total, int) and came < min(total, asked) else 0


def _assumed(pager: Pager) -> Pagination:
    """Return how the list was assumed to be paged."""
    pagination = pager.session.notebook.assumed[pager.name].pagination
    if pagination is None:
        raise ValueError(f"{pager.name} has no pages")
    return pagination
