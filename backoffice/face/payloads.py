"""Objects of the provider as they were received, for people: indented, with what is personal or secret masked."""

import json
from collections.abc import Set as AbstractSet
from decimal import Decimal

import msgspec
from django.utils.translation import gettext as _

from backoffice.security.masked_data import Values, find_values, mask_data, mask_text

_NUMBERS_AS_THEY_CAME = msgspec.json.Encoder(decimal_format="number")


def readable_json(text: str, *, values: Values | None = None, clear_keys: AbstractSet[str] = frozenset()) -> str:
    """JSON text, indented and masked; numbers keep every digit.

    values: what is masked wherever it stands. clear_keys: keys that hold nothing personal here. Text that is no JSON
    is not shown at all: nobody can tell what in it is personal.
    """
    data = _read(text)
    try:
        shown = None if data is None else _write(mask_data(data, values=values, clear_keys=clear_keys))
    except (RecursionError, UnicodeEncodeError):
        # Nested without end, or with half a character: nobody sends that in earnest.
        shown = None
    if shown is None:
        return _("No JSON, so it cannot be masked and is not shown: %(count)d characters.") % {"count": len(text)}
    return shown


def mask_by_payload(text: str, payload: str) -> str:
    """A sentence about an object as received: what the object keeps back is masked in it as well."""
    return mask_text(text, find_values(_read(payload)))


def _read(text: str) -> object:
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError):
        return None


def _write(data: object) -> str:
    return msgspec.json.format(_NUMBERS_AS_THEY_CAME.encode(data), indent=2).decode()
