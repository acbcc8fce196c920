"""Hostile text in an export: read back by another program it is text, in both formats, and nothing else is lost."""

import string
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.face.exports.cells import cell_of
from backoffice.face.exports.files import MOST_CHARACTERS_OF_A_CELL, write_csv, write_xlsx
from backoffice.security.spreadsheets import make_harmless

from .spreadsheet import numbers_of_xlsx, read_csv, read_xlsx

HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "\uff1d1",
    'quote " comma , semicolon ; line\nbreak',
    "<script>alert(1)</script>",
    "]]>&amp;",
    "_x0041_",
    " blanks around ",
    "https://example.com/",
]


class _Lines:
    """Lines that come from no database."""

    def __init__(self, lines: list[list[Any]]) -> None:
        self.headings = ["First", "Second"]
        self._lines = iter([[cell_of(value) for value in line] for line in lines])

    def __iter__(self) -> Iterator[list[Any]]:
        return self._lines


@pytest.fixture(autouse=True)
def _private_workshop(settings: Any, tmp_path: Path) -> None:
    """Workbooks of a test are put together in its own folder."""
    settings.EXPORT_DIR = str(tmp_path / "exports")


def _csv(lines: list[list[Any]]) -> list[list[str]]:
    return read_csv(b"".join(write_csv(_Lines(lines))))[1:]  # type: ignore[arg-type]  # it is as good as Lines


def _workbook(lines: list[list[Any]]) -> bytes:
    return b"".join(write_xlsx(_Lines(lines)))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_as_harmless_text(text: str) -> None:
    wanted = make_harmless(text)

    assert _csv([[text, "beside"]]) == [[wanted, "beside"]]
    assert read_xlsx(_workbook([[text, "beside"]]))[1:] == [[wanted, "beside"]]
    assert wanted[:1] not in {*"=+-@\t\r\x00\uff1d"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(string.printable)), min_size=1, max_size=5))
def test_any_text_comes_back_on_its_line_in_both_formats(rows: list[tuple[str, str]]) -> None:
    lines = [list(row) for row in rows]
    wanted = [[make_harmless(first), make_harmless(second)] for first, second in rows]

    assert _csv(lines) == wanted
    read = [[cell or "" for cell in [*line, None, None][:2]] for line in read_xlsx(_workbook(lines))[1:]]
    assert read == [line for line in wanted if any(line)]


def test_real_numbers_stay_numbers_and_keep_their_digits() -> None:
    numbers = [Decimal("-12.50"), -7]

    assert _csv([numbers]) == [["-12.5", "-7"]]
    assert [Decimal(number) for number in numbers_of_xlsx(_workbook([numbers]))] == numbers


def test_a_number_with_more_digits_than_a_spreadsheet_keeps_is_text() -> None:
    digits = "-123456789.123456789"
    content = _workbook([[Decimal(digits), 10**18]])

    assert _csv([[Decimal(digits), 10**18]]) == [[digits, str(10**18)]]
    assert read_xlsx(content)[1] == [f"'{digits}", str(10**18)]
    assert numbers_of_xlsx(content) == []


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    (_headings, line) = read_xlsx(_workbook([["x" * 40_000, "beside"]]))

    assert len(str(line[0])) == MOST_CHARACTERS_OF_A_CELL
    assert str(line[0]).endswith("[…]")


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="not exact"):
        cell_of(0.1)
