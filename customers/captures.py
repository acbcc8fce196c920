"""The pictures of a delegated verification: which are needed, what they hash to, and their content."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from backoffice.operations.errors import CannotBeSent
from backoffice.provider import get_catalogue
from backoffice.security.stored_files import StoredFileError, read_stored

from .models import IdentityCapture

Kind = IdentityCapture.Kind


def has_back(details: Mapping[str, Any]) -> bool:
    """Whether the document of that identification type has a back that must be sent (contract 3.3)."""
    return details.get("identification_type") not in get_catalogue().conventions.types_without_back


def missing_kinds(details: Mapping[str, Any], captures: Iterable[IdentityCapture]) -> list[IdentityCapture.Kind]:
    """The pictures that are still needed before it can be asked for."""
    there = {capture.kind for capture in captures}
    needed = [kind for kind in Kind if kind is not Kind.DOCUMENT_BACK or has_back(details)]
    return [kind for kind in needed if kind not in there]


def digest_of(details: Mapping[str, Any]) -> str:
    """The SHA-256 of the data that is sent: the request of an operation holds it in place of the data."""
    return hashlib.sha256(json.dumps(details, sort_keys=True).encode()).hexdigest()


def listed(captures: Iterable[IdentityCapture]) -> list[dict[str, Any]]:
    """The pictures as the request of an operation names them: what each shows, its hash and its size in bytes."""
    return [
        {"shows": capture.kind, "sha256": capture.sha256, "size": capture.size}
        for capture in sorted(captures, key=lambda capture: list(Kind).index(Kind(capture.kind)))
    ]


def seal_of(details: Mapping[str, Any], captures: Iterable[IdentityCapture]) -> str:
    """What the data and all pictures hash to together: what was looked at is what is asked for."""
    parts = [digest_of(details), *sorted(f"{capture.kind} {capture.sha256}" for capture in captures)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_content(capture: IdentityCapture) -> bytes:
    """The picture. Raises CannotBeSent where its file is gone, or is not the one that was handed in."""
    try:
        return read_stored(str(capture.file.name), sha256=capture.sha256)
    except StoredFileError as problem:
        text = _("Picture “%(kind)s”: %(problem)s Hand it in again.")
        raise CannotBeSent(text % {"kind": capture, "problem": problem}) from None
