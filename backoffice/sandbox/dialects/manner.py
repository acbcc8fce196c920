"""How a provider may say what the contract only infers: the data of which a dialect is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backoffice.sandbox.data.source import Row

Writer = Callable[[Any, Row], Any]
"""Makes the value that goes out, of the one that the stand-in holds and of the row around it."""

DAY_SECONDS = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Paging:
    """How a list is paged (contract 1.5): names in the query, and dotted paths into the answer, "" for none."""

    page: str = "page"
    size: str = "per_page"
    first: int = 1
    usual_size: int = 50
    largest_size: int = 500
    newest_first: bool = True
    has_status: bool = True
    items: str = "data"
    current_page: str = ""
    page_size: str = ""
    last_page: str = ""
    page_count: str = ""
    total: str = ""
    next_url: str = ""
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """Where the code of a failure stands, and which codes and HTTP statuses there are in place of the usual ones.

    ``text`` is where a sentence for people stands. ``statuses`` are by the usual code.
    """

    code: str = "error"
    text: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How one call is made and answered.

    ``method`` and ``path``: in place of the usual ones. ``query`` and ``body``: our name -> theirs, dotted inside
    an object; our own name is then unknown. ``sent_as``: how the body must come. ``day``: how days are written in
    the query. ``names``: our field -> theirs, dotted inside an object. ``values``: what becomes of a field.
    ``leaves_out``: fields that are not answered. ``place``: where the object, or the items of a list without pages,
    stands; "" is the top level. ``failures``: None leaves them as documented.
    """

    method: str = ""
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    sent_as: Literal["", "form", "multipart"] = ""
    bare_base64: bool = False
    day: str = "%Y-%m-%d"
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Writer] = field(default_factory=dict)
    leaves_out: frozenset[str] = frozenset()
    has_status: bool = True
    place: str = "data"
    paging: Paging | None = None
    failures: Failures | None = None
    moves_refusal_data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Announcements:
    """How an event is signed, in hex or base64, and what its body looks like (contract 7.4, 7.5).

    ``verification`` is the type under which verifications are told: the guide says that such events exist, and neither
    their name nor their content (contract 7.3).
    """

    key_header: str = "X-API-Key"
    signature_header: str = "X-Signature"
    timestamp_header: str = "X-Timestamp"
    encoding: str = "hex"
    type_field: str = "type"
    place: str = "data"
    names: Mapping[str, str] = field(default_factory=dict)
    verification: str = "KYC_STATUS"


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One provider: its manners by operationId. What stands nowhere is said as the contract assumes it."""

    name: str
    manners: Mapping[str, Manner] = field(default_factory=dict)
    announcements: Announcements = field(default_factory=Announcements)
    token_seconds: float = DAY_SECONDS

    def manner(self, operation: str) -> Manner:
        """Return how a call is made and answered."""
        return self.manners.get(operation, USUAL)


USUAL = Manner()
"""As the contract assumes it."""

USUAL_PAGING = Paging(
    current_page="pagination.current_page",
    page_size="pagination.per_page",
    total="pagination.total",
    last_page="pagination.last_page",
)
"""The first of the layouts of contract 1.5."""

LARAVEL_DATA = Paging(
    items="data.data",
    current_page="data.current_page",
    page_size="data.per_page",
    total="data.total",
    last_page="data.last_page",
    next_url="data.next_page_url",
)
LARAVEL_TOP = Paging(
    current_page="current_page",
    page_size="per_page",
    total="total",
    last_page="last_page",
    next_url="next_page_url",
)
PAGE_LAYOUTS = {"pagination": USUAL_PAGING, "laravel-data": LARAVEL_DATA, "laravel-top": LARAVEL_TOP}
"""The three layouts of contract 1.5; a dialect that has its own is not concerned."""
