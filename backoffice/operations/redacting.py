"""What the provider says about an operation is kept in clear: what was asked must not be repeated in it."""

from collections.abc import Mapping
from typing import Any

from backoffice.security.masked_data import find_values
from backoffice.security.masking import mask

_SHORTEST = 4
_SEPARATORS = str.maketrans("", "", " -./")


def without_personal_data(text: str, request: Mapping[str, Any]) -> str:
    """The text with each personal value of the request in it masked, as typed or without its separators."""
    values = find_values(request)
    # The longest first: a number may be the end of a longer one.
    for value in sorted(values, key=len, reverse=True):
        for written in (value, value.translate(_SEPARATORS)):
            if len(written) >= _SHORTEST:
                text = text.replace(written, mask(written, values[value]))
    return text
