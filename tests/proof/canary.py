"""Known secrets that go through every path, and every place where they could have been left."""

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import Pattern
from typing import Any
from urllib.parse import quote

from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse

from backoffice.sandbox import Sandbox
from tests.sandbox.receiver import Receiver

API_SECRET = "sk_canary_8f3b1c7e5d9a2460"
NUMBER = "48213907L"
EMAIL = "canary.91f6"
"""What stands before the number and the @ of every e-mail address."""
PAYOUT_IBAN = "ES7921000813610123456789"
PAYER_IBAN = "DE89370400440532013000"
ALERTED_AT = "canary-hook-7d20b5"
"""A part of the address to which alerts are sent."""
MARK = b"canary-in-a-document-5c1e7a"


@dataclass(frozen=True, kw_only=True)
class Canary:
    """A value that is looked for; `may_stand_in` are the names of the places in which it belongs."""

    value: bytes
    may_stand_in: Pattern[str] | None = None


WHERE_DOCUMENTS_BELONG = re.compile(r"/admin/customers/document/\d+/(?:content|download)/ as clara$")
WHERE_DRAFTS_BELONG = re.compile(r"/admin/customers/delegatedverification/\d+/(?:details|confirm)/ as clara$")
"""Who registers somebody with delegated KYC sees what was typed, and confirms it."""
WHERE_EMAILS_BELONG = re.compile(r"table customers_customer$|.* (?:as|for) (?:clara|sofia)$")
"""The list is searched by e-mail; compliance and supervisors see e-mails."""
WHERE_PAYERS_BELONG = re.compile(r"table banking_banktransaction$")
"""Transfers are matched by their IBAN."""


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


def canaries_of(sandbox: Sandbox) -> dict[str, Canary]:
    """Every secret that was on its way, by name: those of the stand-in as it knows them itself."""
    forms = sandbox.control.company_forms()
    verifications = sandbox.control.enhanced_verifications()
    tokens = {request.headers.get("auth", "") for request in sandbox.control.requests()}
    found = {"api secret": API_SECRET, "payout iban": PAYOUT_IBAN, "alert address": ALERTED_AT}
    found |= {f"password {form['id']}": form["password"] for form in forms}
    found |= {f"link {form['id']}": form["link"].rsplit("/", 1)[1] for form in forms}
    found |= {f"token {number}": token for number, token in enumerate(sorted(tokens)) if token}
    # The provider makes the address of the form of its id.
    found |= {f"verification {form['id']}": form["form_id"] for form in verifications}
    belonging = {
        "number": (NUMBER, WHERE_DRAFTS_BELONG),
        "document": (MARK.decode(), WHERE_DOCUMENTS_BELONG),
        "email": (EMAIL, WHERE_EMAILS_BELONG),
        "payer iban": (PAYER_IBAN, WHERE_PAYERS_BELONG),
    }
    return {name: Canary(value=value.encode()) for name, value in found.items()} | {
        name: Canary(value=value.encode(), may_stand_in=places) for name, (value, places) in belonging.items()
    }


def find(canaries: dict[str, Canary], places: Iterable[Place]) -> tuple[list[str], int]:
    """What was found where it does not belong, and how many places were searched."""
    written = {name: list(_spellings(canary.value)) for name, canary in canaries.items()}
    found, searched = [], 0
    for place in places:
        searched += 1
        found += [
            f"{name} in {place.name}"
            for name, spellings in written.items()
            if any(spelling in place.content for spelling in spellings)
            and not ((belongs := canaries[name].may_stand_in) and belongs.match(place.name))
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


def message_places(mails: Iterable[EmailMessage], told: Receiver) -> Iterator[Place]:
    """Every mail, and everything that was sent to the address of an operator."""
    for number, message in enumerate(mails):
        yield Place(name=f"mail {number}", content=message.message().as_bytes())
    for number, event in enumerate(told.events):
        yield Place(name=f"told {number}", content=event.raw)


def messages_in(folder: Path) -> list[str]:
    """The names of the tasks whose messages lie in a broker's folder."""
    return [json.loads(path.read_text())["headers"]["task"] for path in folder.glob("*.msg")]


def page_places(who: str, browser: Client, paths: Iterable[str]) -> Iterator[Place]:
    """Every page as one person sees it."""
    for path in paths:
        answer = browser.get(path)
        if not answer.streaming:
            yield Place(name=f"{path} as {who}", content=answer.content)


def export_places(who: str, browser: Client, names: Iterable[str], **wish: str) -> Iterator[Place]:
    """Every list as a file, in both formats, as one person is given it."""
    for name in names:
        for file_format in ("csv", "xlsx"):
            answer: Any = browser.post(name, {"format": file_format, **wish})
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
