"""Rows as the bytes of a file, a part at a time."""

import csv
import io
import shutil
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from backoffice.security.spreadsheets import make_harmless

from .cells import Cell, digits_of, is_exact_in_a_spreadsheet
from .lines import Lines

LINES_A_PART = 500
BYTES_A_PART = 2**16
MOST_ROWS_OF_A_SHEET = 1_048_576
MOST_CHARACTERS_OF_A_CELL = 32_767
CUT = " […]"
_LEFT_BEHIND_SECONDS = 24 * 3600.0

Line = Sequence[Cell]


class TooManyRowsError(Exception):
    """There are more rows than a sheet of a spreadsheet holds; the text says what to do instead."""


def write_csv(lines: Lines) -> Generator[bytes]:
    """The lines as CSV in UTF-8 with a byte order mark, which spreadsheets need to read accents.

    When the lines break off with an error, the file says so in its last line, and the error goes on to the server,
    which then breaks the connection: nobody can take a part for the whole.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield "\N{BYTE ORDER MARK}".encode()
    try:
        writer.writerow(lines.headings)
        for number, line in enumerate(lines, start=1):
            writer.writerow([cell if isinstance(cell, str) else digits_of(cell) for cell in line])
            if number % LINES_A_PART == 0:
                yield _taken_from(buffer)
        yield _taken_from(buffer)
    except Exception:
        writer.writerow([_("INCOMPLETE: an error ended this export here. Export the list again.")])
        yield _taken_from(buffer)
        raise


def write_xlsx(lines: Lines) -> Generator[bytes]:
    """The lines as a workbook: it is put together at once, in a file without a name, and its bytes come afterwards.

    Raises TooManyRowsError, before the first byte.
    """
    with _workshop() as folder, ExitStack() as until_handed_over:
        file = until_handed_over.enter_context(tempfile.TemporaryFile(dir=folder))
        _write_workbook(file, folder, lines)
        until_handed_over.pop_all()
    file.seek(0)
    return _read_parts(file)


def _read_parts(file: IO[bytes]) -> Generator[bytes]:
    with file:
        while part := file.read(BYTES_A_PART):
            yield part


def refuse_too_many(rows: int) -> None:
    """Raise TooManyRowsError where so many rows and their heading do not fit on one sheet."""
    if rows >= MOST_ROWS_OF_A_SHEET:
        raise TooManyRowsError(
            _("A sheet of a spreadsheet holds 1,048,575 rows, and there are more. Choose CSV, or narrow the list.")
        )


def _write_workbook(file: IO[bytes], folder: Path, lines: Lines) -> None:
    options = {"constant_memory": True, "tmpdir": str(folder)}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(0, len(lines.headings) - 1), 20)
        _write_line(sheet, 0, lines.headings, workbook.add_format({"bold": True}))
        for number, line in enumerate(lines, start=1):
            refuse_too_many(number)
            _write_line(sheet, number, line)


def _write_line(sheet: Worksheet, row: int, line: Line, style: Format | None = None) -> None:
    for column, cell in enumerate(line):
        if isinstance(cell, str):
            if cell:
                sheet.write_string(row, column, _fitting(cell), style)
        elif is_exact_in_a_spreadsheet(cell):
            sheet.write_number(row, column, cell, style)
        else:
            sheet.write_string(row, column, make_harmless(digits_of(cell)), style)


def _fitting(text: str) -> str:
    """Text as long as a cell can be; where it is cut, it says so."""
    if len(text) <= MOST_CHARACTERS_OF_A_CELL:
        return text
    return text[: MOST_CHARACTERS_OF_A_CELL - len(CUT)] + CUT


@contextmanager
def _workshop() -> Iterator[Path]:
    """A private folder for what a workbook is made of, removed afterwards.

    What a killed process left behind is removed by whoever exports a day later.
    """
    root = Path(settings.EXPORT_DIR)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left_behind in root.iterdir():
        with suppress(FileNotFoundError):  # whose it was has removed it meanwhile
            if left_behind.stat().st_mtime < time.time() - _LEFT_BEHIND_SECONDS:
                shutil.rmtree(left_behind, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        yield Path(folder)


def _taken_from(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
