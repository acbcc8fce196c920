"""Turns an endpoint and arguments into the request that goes out."""

import base64
import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from urllib3.filepost import encode_multipart_formdata

from backoffice.cryptopocket.dig import plant
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.errors import InvalidRequest

_JSON = msgspec.json.Encoder()
_ISO_DATE = "%Y-%m-%d"
_DATA_URI = re.compile(r"data:(?P<media_type>[\w/+.-]+);base64,", re.ASCII)


class OutgoingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, ready to be sent; its repr shows neither address nor content.

    given: the arguments by logical name, as they were before they were written out.
    """

    endpoint: Endpoint
    url: str
    given: dict[str, Any] = {}
    parameters: dict[str, str] = {}
    body: bytes | None = None
    content_type: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        """Return the call's name."""
        return f"<OutgoingRequest {self.endpoint.name}>"


def build_request(endpoint: Endpoint, arguments: Mapping[str, Any], *, base_url: str) -> OutgoingRequest:
    """Return the request for `arguments` by logical name; those that are None are left out.

    Amounts must be Decimal. Raises InvalidRequest for what cannot be sent.
    """
    given = {name: _check(endpoint, name, value) for name, value in arguments.items() if value is not None}
    target = OutgoingRequest(endpoint=endpoint, url=join_url(base_url, _fill_path(endpoint, given)), given=given)
    fields = {
        endpoint.request.get(name, name): _as_sent(endpoint, name, value)
        for name, value in given.items()
        if name not in endpoint.path_fields
    }
    if endpoint.encoding == "json":
        body = _JSON.encode(_nest(fields))
        return msgspec.structs.replace(target, body=body, content_type="application/json")
    texts = {name: _as_text(value) for name, value in fields.items()}
    if endpoint.encoding == "multipart":
        content, content_type = encode_multipart_formdata(
            {name: _as_part(name, text) for name, text in texts.items()}, boundary=secrets.token_hex(16)
        )
        return msgspec.structs.replace(target, body=content, content_type=content_type)
    if endpoint.encoding == "form":
        form = urlencode(texts).encode()
        return msgspec.structs.replace(target, body=form, content_type="application/x-www-form-urlencoded")
    return msgspec.structs.replace(target, parameters=texts)


def join_url(base_url: str, path: str) -> str:
    """Return base and path as one address, with `/api` once (contract 1.1)."""
    base = base_url.rstrip("/")
    if base.endswith("/api") and path.startswith("/api/"):
        path = path.removeprefix("/api")
    return base + path


def _fill_path(endpoint: Endpoint, given: Mapping[str, Any]) -> str:
    path = endpoint.path
    for name in endpoint.path_fields:
        value = _as_text(given.get(name, ""))
        if not value.strip() or value in {".", ".."}:
            raise InvalidRequest(f"{name} is empty or cannot stand in a path", endpoint=endpoint.name)
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def _check(endpoint: Endpoint, name: str, value: Any) -> Any:
    if isinstance(value, float):
        raise InvalidRequest(f"{name} is a float; amounts must be Decimal", endpoint=endpoint.name)
    if isinstance(value, Decimal) and not value.is_finite():
        raise InvalidRequest(f"{name} is not a finite number", endpoint=endpoint.name)
    return value


def _as_sent(endpoint: Endpoint, name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return _as_amount(endpoint, value)
    if name in endpoint.whole_number_fields and is_whole_number(value):
        return int(value)
    if isinstance(value, date):
        return _as_date(endpoint, value)
    if endpoint.file_encoding == "base64" and isinstance(value, str):
        return _DATA_URI.sub("", value, count=1)
    return value


def _as_date(endpoint: Endpoint, value: date) -> str:
    """Return a date in the call's format; strftime would write the year 33 with two digits in some places."""
    return value.isoformat() if endpoint.date_format == _ISO_DATE else value.strftime(endpoint.date_format)


def _nest(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a JSON body, those with a dotted name inside their objects."""
    if not any("." in name for name in fields):
        return fields
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        plant(nested, name, value)
    return nested


def _as_part(name: str, text: str) -> str | tuple[str, bytes, str]:
    """Return a part of a multipart body: a document as a file, everything else as text."""
    found = _DATA_URI.match(text)
    if not found:
        return text
    return name, base64.b64decode(text[found.end() :]), found["media_type"]


def _as_amount(endpoint: Endpoint, value: Decimal) -> Any:
    """Return an amount written out, `1000` and not `1E+3`; as a JSON number in a JSON body (contract 1.4)."""
    text = format(value, "f")
    return msgspec.Raw(text.encode()) if endpoint.encoding == "json" else text


def is_whole_number(value: Any) -> bool:
    """Whether text is a whole number as a machine would write it, so that sending a number loses nothing."""
    return isinstance(value, str) and value.isascii() and value.isdigit() and (value == "0" or value[0] != "0")


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def make_data_uri(content: bytes, *, media_type: str) -> str:
    """Return a document as the data URI in which it is uploaded (contract 3.7)."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
