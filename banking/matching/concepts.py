"""Transfer concepts in the texts that banks print."""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

LINE_LENGTH = 35
"""Banks cut the text of a transfer into lines of this many characters, often joined by a blank."""

_NUMBER = re.compile(r"(?<!\d)\d+(?!\d)(?![.,]\d{1,2}(?!\d))")
_WORD = re.compile(r"[^\s,;:]+")
_EDGES = "()[]{}<>\"'.*#!?"


class Wording(StrEnum):
    """How a concept stands in a text."""

    ALONE = "alone"
    INSIDE = "inside"
    BROKEN = "broken"
    SPACED = "spaced"


@lru_cache(maxsize=64)
def concepts_in(text: str) -> Mapping[str, Wording]:
    """Return every string in a bank's text that could be a concept, in capitals, and how it stands there.

    Numbers count as a whole: 130042 is not in 9130042, nor in the amount 130042,50. A number that the bank broke
    over two lines is put together again, and so is one that was written with blanks. Remembered for the last texts,
    since one text is compared with many payments.
    """
    text = unicodedata.normalize("NFKC", text).upper()
    found: dict[str, Wording] = {}
    if text.strip():
        found[text.strip()] = Wording.ALONE
    numbers = list(_NUMBER.finditer(text))
    for word in [match.group() for match in numbers] + _words(text):
        found.setdefault(word, Wording.INSIDE)
    for left, right in itertools.pairwise(numbers):
        if _is_cut_between(text, left.end(), right.start()):
            found.setdefault(left.group() + right.group(), Wording.BROKEN)
    for joined in _spaced_numbers(text, numbers):
        found.setdefault(joined, Wording.SPACED)
    return MappingProxyType(found)


def find_concept(concept: str, text: str) -> Wording | None:
    """Return how a concept stands in a bank's text, None where it does not."""
    wanted = unicodedata.normalize("NFKC", concept).upper().strip()
    return concepts_in(text).get(wanted) if wanted else None


def _words(text: str) -> list[str]:
    words = (match.group().strip(_EDGES) for match in _WORD.finditer(text))
    return [word for word in words if word and not word.isdigit() and not _is_number_with_more(word)]


def _is_number_with_more(word: str) -> bool:
    """Tell whether a word is an amount or a date: only digits and what stands between them."""
    return word.translate({ord(sign): None for sign in ".-/+"}).isdigit()


def _is_cut_between(text: str, start: int, end: int) -> bool:
    """Tell whether the bank's line ended between two numbers: at a line break, or at the 35th character."""
    gap = text[start:end]
    if gap.strip():
        return False
    return "\n" in gap or "\r" in gap or (gap == " " and start % (LINE_LENGTH + 1) == LINE_LENGTH)


def _spaced_numbers(text: str, numbers: list[re.Match[str]]) -> Iterator[str]:
    """Yield the longest rows of numbers with only blanks between them, each put together."""
    row: list[re.Match[str]] = []
    for number in numbers:
        if row and text[row[-1].end() : number.start()].strip():
            yield from _join(row)
            row = []
        row.append(number)
    yield from _join(row)


def _join(row: list[re.Match[str]]) -> Iterator[str]:
    if len(row) > 1:
        yield "".join(number.group() for number in row)
