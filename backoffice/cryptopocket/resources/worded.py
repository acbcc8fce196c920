"""Values that are one of a few words: statuses, directions, true and false, in the provider's words."""

from typing import Any

from backoffice.cryptopocket.resources.values import UnreadableValueError, read_text
from backoffice.cryptopocket.words import Words, make_word_table

_FLAGS: dict[str, bool] = {"0": False, "false": False, "1": True, "true": True}
_FLAG_NUMBERS = {0: False, 1: True}


class WordReader:
    """Reads a word of a kind as ours; one that nobody knows stays as it came."""

    def __init__(self, words: Words, kind: str) -> None:
        self._known: dict[str, str] = make_word_table(words, kind)

    def __call__(self, value: Any) -> str:
        """Return our word for it."""
        text = read_text(value)
        return self._known.get(text) or self._known.get(text.strip().casefold(), text)


class FlagReader:
    """Reads true or false; 0, 1 and their words are what PHP makes of booleans."""

    def __init__(self, words: Words) -> None:
        self._known: dict[str, bool] = {**_FLAGS, **make_word_table(words, "flag")}

    def __call__(self, value: Any) -> bool:
        """Return which it is."""
        if isinstance(value, bool):
            return value
        known = _FLAG_NUMBERS.get(value) if type(value) is int else None
        if isinstance(value, str):
            known = self._known.get(value.strip().casefold())
        if known is None:
            raise UnreadableValueError("is neither true nor false")
        return known
