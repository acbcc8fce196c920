"""Reading the product's exports back, as another program would."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def body_of(answer: Any) -> bytes:
    """Everything that was sent."""
    return b"".join(answer.streaming_content)


def read_csv(content: bytes) -> list[list[str]]:
    """The lines of a CSV file, its headings first."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> list[list[str | None]]:
    """The cells of the only sheet: text and numbers as they stand in the file, None where a cell is empty."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    return [list(_filled(row)) for row in sheet.iter(f"{SHEET}row")]


def numbers_of_xlsx(content: bytes) -> list[str]:
    """The values of the cells that are numbers."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    return [_text(cell) for cell in sheet.iter(f"{SHEET}c") if cell.get("t") != "inlineStr"]


def _filled(row: ElementTree.Element) -> Iterable[str | None]:
    place = 0
    for cell in row.iter(f"{SHEET}c"):
        column = _number_of(str(cell.get("r")))
        yield from [None] * (column - place - 1)
        place = column
        yield _text(cell)


def _number_of(reference: str) -> int:
    number = 0
    for letter in re.sub(r"\d", "", reference):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _text(cell: ElementTree.Element) -> str:
    whole = "".join(part.text or "" for part in cell.iter() if part.tag in {f"{SHEET}t", f"{SHEET}v"})
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code.group(1), 16)), whole)
