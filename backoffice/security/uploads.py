"""Files that people hand in: recognised by content and never by name, measured, and named by us.

Everything is read in pieces: a large file is never in memory as a whole.
"""

import hashlib
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from .scanning import ScanResult, scan

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
_CLAIMS = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".jfif": JPEG, ".png": PNG}
_MEGABYTE = 1024 * 1024
_BEGINNING_KEPT = 1024
_END_KEPT = 66_000
"""A ZIP is recognised by its last 22 bytes and a comment of at most 65,535."""
_END_MARK_WITHIN = 1024
_ZIP_END = b"PK\x05\x06"
_OTHER_KINDS = (b"<script", b"<html", b"<!doctype", b"<svg", b"<?php", b"<iframe", b"%pdf-")
"""What no picture says, in lower case; by chance a file of 10 MB says one of them once in ten thousand times."""
_LONGEST_KIND = max(map(len, _OTHER_KINDS))


@dataclass(frozen=True, kw_only=True)
class RecognisedFile:
    """What a file is, by its content.

    media_type: `application/pdf`, `image/jpeg` or `image/png`. size: bytes. sha256: lower-case hex.
    name: generated, with the extension of the content; nothing of the sender's name is in it. scan_result: what a
    malware scanner said.
    """

    media_type: str
    size: int
    sha256: str
    name: str
    scan_result: ScanResult = ScanResult.NOT_SCANNED


def accept_file(file: "File[Any]", *, claimed_name: str = "", claimed_type: str = "") -> RecognisedFile:
    """Recognise a file that a person hands in, and have it scanned: every upload goes through here before it is stored.

    Raises what `recognise_file` raises; afterwards the file stands at its beginning again.
    """
    recognised = recognise_file(file, claimed_name=claimed_name, claimed_type=claimed_type)
    return replace(recognised, scan_result=scan(file))


def recognise_file(file: "File[Any]", *, claimed_name: str = "", claimed_type: str = "") -> RecognisedFile:
    """Return what the file is; afterwards it stands at its beginning again.

    claimed_name, claimed_type: what its sender says about it, by default what the upload carries.
    Raises ValidationError, with a code: `empty`, `too_large`, `not_recognised`, `incomplete` (its end is missing),
    `lies` (it is one of the three types, but not the one its name or its declared type says), `two_in_one` (it is a
    file of another kind as well, for whoever reads it otherwise).
    """
    file.seek(0)
    reading = _Reading()
    for piece in file.chunks():
        reading.add(piece)
        _check_size(reading.size)
    file.seek(0)
    if not reading.size:
        raise ValidationError(_("The file is empty. Choose another one; nothing was sent."), code="empty")
    media_type = _recognise(reading)
    _check_single(media_type, reading)
    _check_claims(
        media_type, claimed_name or file.name or "", claimed_type or str(getattr(file, "content_type", "") or "")
    )
    return RecognisedFile(
        media_type=media_type, size=reading.size, sha256=reading.hash.hexdigest(), name=generate_name(media_type)
    )


def generate_name(media_type: str) -> str:
    """A new file name for that type, which nobody can guess: two folders by its beginning, so that none grows full."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name[2:4]}/{name}{EXTENSIONS[media_type]}"


def size_limit_bytes() -> int:
    """The limit of `DOCUMENT_SIZE_LIMIT_MEGABYTES` in bytes."""
    megabytes: int = settings.DOCUMENT_SIZE_LIMIT_MEGABYTES
    return megabytes * _MEGABYTE


class _Reading:
    """What is kept of a file that passes by: its size, its hash, its beginning and its end.

    `jpeg_ended`: the mark that ends a JPEG was seen; cameras write more behind it. `says_other_kind`: somewhere
    behind its first bytes stands how a page, a script or a PDF begins.
    """

    def __init__(self) -> None:
        self.size = 0
        self.hash = hashlib.sha256()
        self.beginning = b""
        self.end = b""
        self.jpeg_ended = False
        self.says_other_kind = False

    def add(self, piece: bytes) -> None:
        """Take the next piece."""
        self.size += len(piece)
        self.hash.update(piece)
        if len(self.beginning) < _BEGINNING_KEPT:
            self.beginning = (self.beginning + piece)[:_BEGINNING_KEPT]
        self.jpeg_ended = self.jpeg_ended or b"\xff\xd9" in self.end[-1:] + piece
        with_edge = (self.end[-_LONGEST_KIND:] + piece).lower()
        self.says_other_kind = self.says_other_kind or any(kind in with_edge for kind in _OTHER_KINDS)
        self.end = (self.end + piece)[-_END_KEPT:]


def _check_size(size: int) -> None:
    if size > size_limit_bytes():
        raise ValidationError(
            _("The file is larger than %(limit)s MB. Make it smaller; nothing was sent."),
            code="too_large",
            params={"limit": settings.DOCUMENT_SIZE_LIMIT_MEGABYTES},
        )


def _recognise(reading: _Reading) -> str:
    """The type whose beginning the file has; its end must be there as well."""
    beginning, end = reading.beginning, reading.end[-_END_MARK_WITHIN:]
    if beginning.startswith(b"%PDF-"):
        return _complete(PDF, b"%%EOF" in end)
    if beginning.startswith(b"\xff\xd8\xff"):
        return _complete(JPEG, reading.jpeg_ended)
    if beginning.startswith(b"\x89PNG\r\n\x1a\n") and beginning[12:16] == b"IHDR":
        return _complete(PNG, b"IEND\xaeB`\x82" in end)
    raise ValidationError(
        _("The content is not PDF, JPEG or PNG, whatever the file's name says. Nothing was sent."),
        code="not_recognised",
    )


def _complete(media_type: str, has_end: bool) -> str:
    if not has_end:
        raise ValidationError(
            _("The file begins as %(type)s, but its end is missing. Save it again; nothing was sent."),
            code="incomplete",
            params={"type": _label(media_type)},
        )
    return media_type


def _check_single(media_type: str, reading: _Reading) -> None:
    """Refuse a file that is a ZIP as well, a picture with a page in it, and a PDF with a page behind its end."""
    behind = reading.end.rpartition(b"%%EOF")[2].lower()
    says_other_kind = any(kind in behind for kind in _OTHER_KINDS) if media_type == PDF else reading.says_other_kind
    if _ZIP_END in reading.end or says_other_kind:
        raise ValidationError(
            _(
                "The file is a %(type)s with a file of another kind in it. Save it anew from the program that shows "
                "it; nothing was sent."
            ),
            code="two_in_one",
            params={"type": _label(media_type)},
        )


def _check_claims(media_type: str, name: str, declared: str) -> None:
    extension = f".{name.rsplit('.', 1)[-1].lower()}" if "." in name else ""
    declared = declared.split(";", maxsplit=1)[0].strip().lower()
    by_declaration = declared if declared in EXTENSIONS else media_type
    if _CLAIMS.get(extension, media_type) != media_type or by_declaration != media_type:
        raise ValidationError(
            _("The file says that it is something else, but its content is %(type)s. Rename it; nothing was sent."),
            code="lies",
            params={"type": _label(media_type)},
        )


def _label(media_type: str) -> str:
    return media_type.rsplit("/", 1)[-1].upper()
