"""Files inside JSON: base64 with or without a data URI, or an address to fetch from."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from backoffice.sandbox.validation import is_url

_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def describe_file(file: str) -> dict[str, Any] | None:
    """Return what a file is, without keeping its content; None where it cannot be one.

    The kind follows from the content. A data URI that names another kind is refused. An address is
    believed and not fetched: a stand-in goes nowhere.
    """
    if is_url(file):
        return {"url": file}
    declared, content = _decode(file)
    mime = next((mime for start, mime in _SIGNATURES if content and content.startswith(start)), None)
    if not content or mime is None or declared not in ("", mime):
        return None
    return {"mime": mime, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def describe_picture(file: Any) -> dict[str, Any] | None:
    """Return what a picture is, as ``describe_file`` does; None where it is no text, or another kind of file."""
    found = describe_file(file) if isinstance(file, str) else None
    return None if found is None or found.get("mime") == "application/pdf" else found


def _decode(file: str) -> tuple[str, bytes | None]:
    """Return the kind that a data URI names, and the decoded content."""
    declared = ""
    if file.startswith("data:"):
        head, comma, file = file.partition(",")
        if not comma or not head.endswith(";base64"):
            return declared, None
        declared = head.removeprefix("data:").removesuffix(";base64").lower()
    try:
        return declared, base64.b64decode(file, validate=True)
    except (binascii.Error, ValueError):
        return declared, None
