"""What a contract comes to: two files that say the same in other words are equal here."""

from typing import Any

import msgspec

from backoffice.cryptopocket import Catalogue
from backoffice.cryptopocket.endpoints import Endpoint, WebhookContract
from backoffice.cryptopocket.words import KNOWN_WORDS, make_word_table

_READ_ANYWAY = {"flag": {"0": False, "false": False, "1": True, "true": True}}
"""Words that are understood without being told."""


def describe_effect(catalogue: Catalogue) -> dict[str, Any]:
    """Return everything that takes effect, by dotted name."""
    effect: dict[str, Any] = {}
    for name, endpoint in catalogue.endpoints.items():
        for key, value in _describe_endpoint(endpoint, catalogue).items():
            effect[f"{name}.{key}"] = value
    for key, value in msgspec.to_builtins(catalogue.conventions).items():
        effect[f"conventions.{key}"] = value
    for kind in (*KNOWN_WORDS, "flag"):
        effect[f"words.{kind}"] = {**_READ_ANYWAY.get(kind, {}), **make_word_table(catalogue.words, kind)}
    return effect


def _describe_endpoint(endpoint: Endpoint, catalogue: Catalogue) -> dict[str, Any]:
    told = {key: value for key, value in msgspec.to_builtins(endpoint).items() if not key.endswith("_provenance")}
    for table in ("request", "fields", "pagination"):
        told |= {f"{table}.{key}": value for key, value in (told.pop(table) or {}).items()}
    codes = catalogue.conventions.error_codes
    theirs = {code for code, ours in codes.items() if ours in endpoint.not_found_codes}
    told["not_found_codes"] = sorted({*endpoint.not_found_codes, *theirs})
    return told


def find_other_effects(found: Catalogue, wanted: Catalogue) -> dict[str, tuple[Any, Any]]:
    """Return what the two do otherwise: name -> (found, wanted)."""
    one, other = describe_effect(found), describe_effect(wanted)
    names = sorted({*one, *other})
    return {name: (one.get(name), other.get(name)) for name in names if not _covers(one.get(name), other.get(name))}


def _covers(found: Any, wanted: Any) -> bool:
    """Whether what was found does at least what is wanted: more words, codes and names to try do no harm."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return bool(wanted.items() <= found.items())
    if isinstance(found, list | tuple) and isinstance(wanted, list | tuple):
        return all(value in found for value in wanted)
    return bool(found == wanted)


def find_other_webhook_effects(found: WebhookContract, wanted: WebhookContract) -> dict[str, tuple[Any, Any]]:
    """Return what the two do otherwise with deliveries: name -> (found, wanted)."""
    one, other = msgspec.to_builtins(found), msgspec.to_builtins(wanted)
    names = [name for name in one if name not in {"provenance", "type_fields", "id_fields"}]
    differing = {name: (one[name], other[name]) for name in names if not _covers(one[name], other[name])}
    # The first name that is found counts, so that others do harm.
    strict = {name: (one[name], other[name]) for name in ("type_fields", "id_fields") if one[name] != other[name]}
    return {**differing, **strict}
