"""What a call looks like on the wire, as data: `Endpoint`, and the `Catalogue` that holds all of them.

About half of the contract was never seen, so whatever is inferred is a value here and not a line of code
elsewhere. The built-in values stand in `endpoint_table.py`; a deployment overrides any of them with a TOML
file (`contract_file.py`).
"""

import functools
import re
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from backoffice.cryptopocket.words import Words

Provenance = Literal["documented", "inferred", "confirmed"]
"""documented: a page of the provider says so; inferred: a guess; confirmed: seen in a live sandbox."""

FiatUnit = Literal["cents", "whole"]
CryptoUnit = Literal["base_units", "whole"]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class PageLayout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a page of a list keeps its parts: dotted paths into the answer (contract 1.5).

    An empty path means that the layout has no such part. current_page and last_page count as the pagination does,
    from its first page; page_count is how many pages there are; more is true while another one follows.
    """

    items: str
    current_page: str = ""
    last_page: str = ""
    page_count: str = ""
    total: str = ""
    next_url: str = ""
    more: str = ""


class Pagination(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a list is paged. Layouts are tried in order; the first that fits is used.

    first_page: the number of the first page on the wire; inside this project pages count from 1.
    """

    layouts: tuple[PageLayout, ...]
    page_parameter: str = "page"
    page_size_parameter: str = "per_page"
    first_page: int = 1
    maximum_page_size: int = 500
    newest_first: bool = True

    def __post_init__(self) -> None:
        """Refuse what no list could be read with."""
        if not self.layouts:
            raise ValueError("at least one layout is needed")
        if not (self.page_parameter and self.page_size_parameter):
            raise ValueError("a parameter needs a name")
        if self.maximum_page_size < 1:
            raise ValueError("maximum_page_size must be 1 or more")
        if self.first_page < 0:
            raise ValueError("first_page must be 0 or more")


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call.

    path: relative to the base URL, with `{placeholders}` named like logical request fields.
    request: logical field -> name on the wire; in a JSON body `document.front` is `front` inside `document`.
    Fields in the path are taken out of query and body.
    date_format: how this call's dates are written, as `strftime` has it.
    file_encoding: how a document travels in a JSON body (contract 3.3, 3.7); as `multipart` it travels as it is.
    whole_number_fields: request fields sent as JSON integers when they are digits (contract 1.4, ids).
    fields: logical field -> candidate names in the answer's item, in order of trust; `attributes.status` is
    `status` inside `attributes`.
    required: logical fields without which an object is not this kind of object.
    object_locations: dotted paths where a single object, or the items of a list without pages, may stand ("" is
    the top level).
    echo: logical answer field -> logical request field; they must agree where the answer has it.
    fiat_unit, crypto_unit: unit of money read from this call's answer (contract 1.4).
    not_found_codes: codes that mean "does not exist". HTTP 404 alone never does.
    status_may_be_missing: an answer without a status word is a success (Laravel's bare paginator, 1.5).
    slow: uses the upload timeouts (documents and biometric captures travel in the body).
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    encoding: Literal["query", "json", "form", "multipart"]
    path_provenance: Provenance
    request_provenance: Provenance
    answer_provenance: Provenance
    request: dict[str, str] = {}
    whole_number_fields: tuple[str, ...] = ()
    file_encoding: Literal["data_uri", "base64"] = "data_uri"
    date_format: str = "%Y-%m-%d"
    pagination: Pagination | None = None
    fields: dict[str, tuple[str, ...]] = {}
    required: tuple[str, ...] = ()
    object_locations: tuple[str, ...] = ("data",)
    echo: dict[str, str] = {}
    fiat_unit: FiatUnit | None = None
    crypto_unit: CryptoUnit | None = None
    not_found_codes: tuple[str, ...] = ()
    status_may_be_missing: bool = False
    slow: bool = False

    def __post_init__(self) -> None:
        """Refuse a path that could not be called."""
        if not self.path.startswith("/"):
            raise ValueError(f"the path {self.path!r} must begin with a slash")
        if any(mark in self.path for mark in ("?", "#", "://", "..")):
            raise ValueError(f"the path {self.path!r} must be a plain path, without query, host or '..'")
        for placeholder in self.path_fields:
            if placeholder not in self.request:
                known = ", ".join(self.request) or "none"
                raise ValueError(f"the path names {{{placeholder}}}, which is no field of the request ({known})")

    @property
    def path_fields(self) -> list[str]:
        """Logical request fields that stand in the path."""
        return _PLACEHOLDER.findall(self.path)

    @property
    def only_reads(self) -> bool:
        """Whether the call changes nothing at the provider."""
        return self.method == "GET"


class EventType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One type of event that can be subscribed to (contract 7.3).

    meaning: a sentence for people. can_be_subscribed: False takes a type out that this provider does not have.
    """

    meaning: str = ""
    provenance: Provenance = "inferred"
    can_be_subscribed: bool = True


def _known_event_types() -> dict[str, EventType]:
    meanings = {
        "PAY_IN": "A payment was seen; it may not have settled yet.",
        "COINS_SENT": "The coins were sent to the customer's wallet.",
        "CRYPTO_RECEIVED": "The coins of an off-ramp have arrived.",
        "TRANSFER_RAMPOFF_FINISHED": "The bank transfer of an off-ramp was made.",
    }
    return {name: EventType(meaning=meaning, provenance="documented") for name, meaning in meanings.items()}


class WebhookContract(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How deliveries are signed and read, and which there are (contract 7.3 to 7.5).

    data_locations: where all the names below are looked for: dotted paths, "" is the top level.
    type_fields, event_id_fields: names of the kind of event and of the id of the delivery, the first found counts; no
    page names an id of the delivery, and a wrong guess would take different events for one. event_id_fields may be
    empty: then a repetition is known by its body and time alone.
    id_fields: names of the id of the object that an event is about. resource_id_fields: by list of ours the names that
    say which kind of object it is as well; a name in neither is not looked at.
    event_types: by the name under which they are subscribed. event_aliases: another name -> that name.
    event_resources: that name -> the list whose object is read back.
    """

    provenance: Provenance = "inferred"
    key_header: str = "X-API-Key"
    signature_header: str = "X-Signature"
    timestamp_header: str = "X-Timestamp"
    signature_encoding: Literal["hex", "base64"] = "hex"
    tolerance_seconds: int = 300
    data_locations: tuple[str, ...] = ("data", "")
    type_fields: tuple[str, ...] = ("type", "event", "event_type")
    event_id_fields: tuple[str, ...] = ("event_id",)
    id_fields: tuple[str, ...] = ("payment_id", "id", "rampoff_id")
    event_types: dict[str, EventType] = msgspec.field(default_factory=_known_event_types)
    event_aliases: dict[str, str] = msgspec.field(
        default_factory=lambda: {"RAMPOFF_FINISHED": "TRANSFER_RAMPOFF_FINISHED"}
    )
    resource_id_fields: dict[str, tuple[str, ...]] = msgspec.field(
        default_factory=lambda: {
            "payments": ("payment_id",),
            "offramps": ("rampoff_id",),
            "customers": ("user_id", "customer_id"),
        }
    )
    event_resources: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "PAY_IN": "payments",
            "COINS_SENT": "payments",
            "CRYPTO_RECEIVED": "offramps",
            "TRANSFER_RAMPOFF_FINISHED": "offramps",
        }
    )

    def __post_init__(self) -> None:
        """Refuse what no event could be checked or read with."""
        if not (self.key_header and self.signature_header and self.timestamp_header):
            raise ValueError("a header needs a name")
        if self.tolerance_seconds < 1:
            raise ValueError("tolerance_seconds must be 1 or more")
        if not self.data_locations:
            raise ValueError('at least one of data_locations is needed; "" is the top level')
        if not self.type_fields or not all(self.type_fields):
            raise ValueError("at least one of type_fields is needed, and each needs a name")
        if not all(self.event_id_fields):
            raise ValueError("each of event_id_fields needs a name")


class Conventions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for all calls (contract 1).

    Token times are in seconds; where the answer tells the token's lifetime (`token_lifetime_locations`), that
    counts. `naive_timezone` is the zone of dates that carry none; `date_formats` are taken beside ISO 8601, as
    `strptime` has them; `numeric_dates` is the unit since 1970 of dates that are numbers. The word lists are
    compared without case. `requests_per_second` is a limit of the provider's, None while none is known;
    each process keeps it for itself.
    `http_statuses`: those that are known; another one is noted, and read like any (contract 1.3).
    `code_locations`: where the code of a failure stands, its readable text after it (contract 1.3).
    `error_codes`: their code -> ours. `refusal_data_locations`: what comes with a refusal (contract 4.3).
    `holder_fields`: the parts of a payer's name where the payer is an object (contract 4.5).
    `company_link_days`: how long link and password of a company's form are good (contract 3.4).
    `types_without_back`: identification types whose document has one side only (contract 3.3, inferred).
    """

    success_words: tuple[str, ...] = ("ok", "success", "sucess")
    failure_words: tuple[str, ...] = ("error",)
    http_statuses: tuple[int, ...] = (200, 403, 404, 409, 422, 429, 500, 502, 503, 504)
    code_locations: tuple[str, ...] = ("error", "message")
    error_codes: dict[str, str] = {}
    refusal_data_locations: tuple[str, ...] = ("data",)
    authorisation_header: str = "auth"
    authorisation_codes: tuple[str, ...] = ("authorization_incorrect",)
    token_locations: tuple[str, ...] = ("data.token", "data", "token")
    token_lifetime_locations: tuple[str, ...] = ("data.expires_in", "expires_in")
    token_lifetime_seconds: int = 86_400
    token_renewal_margin_seconds: int = 3_600
    requests_per_second: float | None = None
    naive_timezone: str = "UTC"
    date_formats: tuple[str, ...] = ()
    numeric_dates: Literal["seconds", "milliseconds"] | None = None
    holder_fields: tuple[str, ...] = ("name", "last_name", "last_name2")
    company_words: tuple[str, ...] = ("company", "business", "legal", "legal_entity", "b2b", "kyb", "empresa")
    person_words: tuple[str, ...] = (
        "person",
        "individual",
        "natural",
        "user",
        "customer",
        "b2c",
        "kyc",
        "persona",
    )
    company_identification_types: tuple[str, ...] = ("CIF", "RFC", "NIT", "RUC")
    company_link_days: int = 90
    types_without_back: tuple[str, ...] = ("PASSPORT", "PASS")

    def __post_init__(self) -> None:
        """Refuse a time zone nobody knows and a margin that leaves no lifetime."""
        try:
            ZoneInfo(self.naive_timezone)
        except (KeyError, ValueError, OSError) as problem:
            raise ValueError(f"{self.naive_timezone!r} is no known time zone") from problem
        if not 0 <= self.token_renewal_margin_seconds < self.token_lifetime_seconds:
            raise ValueError("the renewal margin must be shorter than the token's lifetime")
        if self.requests_per_second is not None and self.requests_per_second <= 0:
            raise ValueError("requests_per_second must be above 0")


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """All calls and conventions, with what a deployment has overridden.

    overridden: dotted names of the values that came from the file, e.g. `endpoints.list_payments.path`.
    source: the file, or "" for the built-in contract.
    """

    endpoints: dict[str, Endpoint]
    conventions: Conventions
    webhook: WebhookContract
    words: Words = Words()
    overridden: frozenset[str] = frozenset()
    source: str = ""

    def __getitem__(self, name: str) -> Endpoint:
        """Return the endpoint called `name`."""
        return self.endpoints[name]


@functools.lru_cache(maxsize=64)
def read_zone(name: str) -> ZoneInfo:
    """Return the time zone of that name."""
    return ZoneInfo(name)
