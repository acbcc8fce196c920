"""Known secrets that go through every path, and every place where they could have been left."""

import base64
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from backoffice.sandbox import Sandbox

API_SECRET = "sk_canary_8f3b1c7e5d9a2460"
NUMBER = "48213907L"
MARK = b"canary-in-a-document-5c1e7a"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where something could have been left, and what is there."""

    name: str
    content: bytes


def make_document(number: int) -> bytes:
    """A PDF with the mark in it; every number gives another one."""
    return b"%PDF-1.7\n% " + MARK + b"\n1 0 obj\n<</N %d>>\nendobj\ntrailer\n<<>>\n%%%%EOF\n" % number


def make_picture(number: int) -> bytes:
    """A JPEG with the mark in it; every number gives another one."""
    return b"\xff\xd8\xff\xe0" + MARK + b"%d" % number + b"\xff\xd9"


def canaries_of(sandbox: Sandbox) -> dict[str, bytes]:
    """Every secret that was on its way, by name: those of the stand-in as it knows them itself."""
    forms = sandbox.control.company_forms()
    tokens = {request.headers.get("auth", "") for request in sandbox.control.requests()}
    found = {"api secret": API_SECRET, "number": NUMBER, "document": MARK.decode()}
    found |= {f"password {form['id']}": form["password"] for form in forms}
    found |= {f"link {form['id']}": form["link"].rsplit("/", 1)[1] for form in forms}
    found |= {f"token {number}": token for number, token in enumerate(sorted(tokens)) if token}
    return {name: value.encode() for name, value in found.items()}


def find(canaries: dict[str, bytes], places: Iterable[Place]) -> tuple[list[str], int]:
    """What was found where, and how many places were searched."""
    written = {name: list(_spellings(value)) for name, value in canaries.items()}
    found, searched = [], 0
    for place in places:
        searched += 1
        found += [
            f"{name} in {place.name}"
            for name, spellings in written.items()
            if any(spelling in place.content for spelling in spellings)
        ]
    return found, searched


def database_places() -> Iterator[Place]:
    """Every table as a dump of the database holds it."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the database's own names
            yield Place(name=f"table {table}", content=repr(cursor.fetchall()).encode())


def file_places(name: str, folder: Path) -> Iterator[Place]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield Place(name=f"{name} {path.name}", content=path.read_bytes())


def page_places(who: str, browser: Client, paths: Iterable[str]) -> Iterator[Place]:
    """Every page as one person sees it."""
    for path in paths:
        answer = browser.get(path)
        if not answer.streaming:
            yield Place(name=f"{path} as {who}", content=answer.content)


def export_places(who: str, browser: Client, names: Iterable[str]) -> Iterator[Place]:
    """Every list as a file, in both formats, as one person is given it."""
    for name in names:
        for file_format in ("csv", "xlsx"):
            answer: Any = browser.post(name, {"format": file_format})
            if answer.streaming:
                content = b"".join(answer.streaming_content)
                yield Place(name=f"{name} as {file_format} for {who}", content=_unpacked(content))


def export_addresses(models: Iterable[type]) -> list[str]:
    """The addresses where lists are exported."""
    found = []
    for model in models:
        options = model._meta  # type: ignore[attr-defined]  # models, as the admin registers them
        try:
            found.append(reverse(f"admin:{options.app_label}_{options.model_name}_export"))
        except NoReverseMatch:
            continue
    return found


def _unpacked(content: bytes) -> bytes:
    """A workbook is a zip: what is in it can only be searched unpacked."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        return b"".join(workbook.read(name) for name in workbook.namelist())


def _spellings(value: bytes) -> Iterator[bytes]:
    """The ways in which a value could have been written down."""
    yield value
    yield value.hex().encode()
    yield quote(value.decode()).encode()
    for padding in range(3):
        encoded = base64.b64encode(b"\0" * padding + value).decode()
        # Without the ends, which depend on what stands beside it.
        yield re.sub(r"=+$", "", encoded)[4 if padding else 0 : -4].encode()
