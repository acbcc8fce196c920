"""What differs between two catalogues, as the tables of an override file."""

from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue

Tables = dict[str, Any]
"""Nested tables, as `contract_file.py` reads them."""

_WHOLE = {"layouts"}
"""Lists that are written as a whole where anything in them differs."""


def find_overrides(base: Catalogue, changed: Catalogue) -> Tables:
    """Return the tables that make `changed` out of `base`, provenance included."""
    tables: Tables = {}
    for section in ("conventions", "words", "webhook"):
        table = _differing(getattr(base, section), getattr(changed, section))
        if table:
            tables[section] = table
    endpoints = {
        name: table
        for name, endpoint in changed.endpoints.items()
        if (table := _differing(base.endpoints[name], endpoint))
    }
    if endpoints:
        tables["endpoints"] = endpoints
    return tables


def _differing(base: Any, changed: Any) -> Tables:
    """Return the values of `changed` that are not those of `base`, without defaults inside lists of objects."""
    old, new = msgspec.to_builtins(base), msgspec.to_builtins(changed)
    return _differing_values(old, new)


def _differing_values(old: Tables, new: Tables) -> Tables:
    tables: Tables = {}
    for key, value in new.items():
        before = old.get(key)
        if before == value or value is None:
            continue
        if isinstance(value, dict) and isinstance(before, dict) and key not in _WHOLE:
            tables[key] = _differing_values(before, value)
        else:
            tables[key] = _without_empty(value)
    return tables


def _without_empty(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_without_empty(inner) for inner in value]
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if inner != ""}
    return value
