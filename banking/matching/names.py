"""Payers' names, as banks print them: capitals, no accents, the last name first, the second one left out."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "\u0131": "i"})
_DOT_WITHIN_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_NOT_A_LETTER = re.compile(r"[\W_]+")

_ALIKE_FROM = 90
_WORDS_ALIKE_FROM = 75
_SHORTEST_NAME = 8


class Likeness(StrEnum):
    """How two names agree."""

    SAME = "same"
    OTHER_ORDER = "other_order"
    PART = "part"
    ALIKE = "alike"


@lru_cache(maxsize=256)
def normalise_name(name: str) -> str:
    """Return a name in small letters, without accents and signs, with single blanks."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    joined = _DOT_WITHIN_INITIALS.sub("", plain.translate(_LETTERS_WITHOUT_DECOMPOSITION))
    return _NOT_A_LETTER.sub(" ", joined).strip()


def compare_names(ours: str, theirs: str) -> Likeness | None:
    """Return how two names agree, None where they do not.

    One word in common is not enough: half of Spain is called García.
    """
    first, second = normalise_name(ours), normalise_name(theirs)
    if not first or not second:
        return None
    if first == second:
        return Likeness.SAME
    words, other_words = sorted(first.split()), sorted(second.split())
    if words == other_words:
        return Likeness.OTHER_ORDER
    shorter, longer = sorted((words, other_words), key=len)
    if len(shorter) < 2:
        return None
    if set(shorter) <= set(longer):
        return Likeness.PART
    return Likeness.ALIKE if _are_alike(shorter, longer) else None


def is_name_in_text(name: str, text: str) -> bool:
    """Tell whether all of a name stands in a bank's text, in any order, even if the line was cut within it."""
    wanted, printed = normalise_name(name), normalise_name(text)
    words = wanted.split()
    if len(words) > 1 and set(words) <= set(printed.split()):
        return True
    squeezed = wanted.replace(" ", "")
    return len(squeezed) >= _SHORTEST_NAME and squeezed in printed.replace(" ", "")


def _are_alike(shorter: list[str], longer: list[str]) -> bool:
    if fuzz.token_set_ratio(" ".join(shorter), " ".join(longer)) < _ALIKE_FROM:
        return False
    return all(max(fuzz.ratio(word, other) for other in longer) >= _WORDS_ALIKE_FROM for word in shorter)
