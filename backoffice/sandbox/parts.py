"""Bodies of several parts: texts, and documents as they are."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any


def read_parts(content_type: str, raw: bytes) -> dict[str, Any]:
    """Return the parts by name; a document as the data URI that it would be in JSON."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + raw)
    named = ((part.get_param("name", header="content-disposition"), part) for part in message.iter_parts())
    return {str(name): _read(part) for name, part in named if name}


def _read(part: Any) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    if part.get_filename() is None:
        return content.decode("utf-8", "replace")
    return f"data:{part.get_content_type()};base64,{base64.b64encode(content).decode()}"
