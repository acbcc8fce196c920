"""What is known of the answers to a call: everything that the contract names."""

from functools import lru_cache
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.words import make_word_table
from backoffice.operations.refusals import EXPLANATIONS

_ENVELOPE = frozenset({"status", "data", "message", "errors", "error"})
_WORDS_OF_FIELD = {"kyc_status": "kyc_status", "direction": "direction"}
_STATUS_OF_CALL = {
    "list_payments": "payment_status",
    "get_payment": "payment_status",
    "reconcile_payment": "payment_status",
    "list_off_ramps": "off_ramp_status",
    "get_off_ramp": "off_ramp_status",
}


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the contract knows of a call. names: of fields, wherever they stand. words: by name of the field.

    looks: what answers of a look hold, as they come (`noticing`).
    """

    names: frozenset[str]
    words: dict[str, frozenset[str]]
    codes: frozenset[str]
    http_statuses: frozenset[int]
    looks: dict[Any, Any] = {}


@lru_cache(maxsize=4)
def expectations(catalogue: Catalogue) -> dict[str, Expected]:
    """What is known of each call, by its name."""
    return {name: _expect(endpoint, catalogue) for name, endpoint in catalogue.endpoints.items()}


def _expect(endpoint: Endpoint, catalogue: Catalogue) -> Expected:
    conventions = catalogue.conventions
    codes = {*EXPLANATIONS, *conventions.error_codes, *conventions.authorisation_codes, *endpoint.not_found_codes}
    return Expected(
        names=_names_of(endpoint, catalogue),
        words=_words_of(endpoint, catalogue),
        codes=frozenset(codes),
        http_statuses=frozenset(conventions.http_statuses),
    )


def _names_of(endpoint: Endpoint, catalogue: Catalogue) -> frozenset[str]:
    conventions = catalogue.conventions
    paths = [
        *(path for candidates in endpoint.fields.values() for path in candidates),
        *endpoint.object_locations,
        *conventions.code_locations,
        *conventions.token_locations,
        *conventions.token_lifetime_locations,
        *conventions.refusal_data_locations,
        *conventions.holder_fields,
        *_page_paths(endpoint),
    ]
    return _ENVELOPE | {name for path in paths for name in path.split(".") if name}


def _page_paths(endpoint: Endpoint) -> list[str]:
    layouts = endpoint.pagination.layouts if endpoint.pagination else ()
    return [path for layout in layouts for path in msgspec.to_builtins(layout).values() if isinstance(path, str)]


def _words_of(endpoint: Endpoint, catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """The known words by the name of the field that they stand in."""
    kinds = {**_WORDS_OF_FIELD, "status": _STATUS_OF_CALL.get(endpoint.name, "")}
    return {
        path.rpartition(".")[2]: frozenset(make_word_table(catalogue.words, kind))
        for field, kind in kinds.items()
        if kind
        for path in endpoint.fields.get(field, ())
    }
