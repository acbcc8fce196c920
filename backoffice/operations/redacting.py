"""What the provider says about an operation is kept in clear: what was asked must not be repeated in it."""

from typing import Any

from backoffice.security.masked_data import find_values
from backoffice.security.masking import mask

_SHORTEST = 4
_SEPARATORS = str.maketrans("", "", " -./")


def without_personal_data(text: str, asked: Any) -> str:
    """The text with each personal value of what was asked in it masked, as typed or without its separators."""
    values = find_values(asked)
    # The longest first: a number may be the end of a longer one.
    for value in sorted(values, key=len, reverse=True):
        for written in (value, value.translate(_SEPARATORS)):
            if len(written) >= _SHORTEST:
                text = text.replace(written, mask(written, values[value]))
    return text
