"""Turns an endpoint and arguments into the request that goes out."""

import base64
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.errors import InvalidRequest

_JSON = msgspec.json.Encoder()


class OutgoingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, ready to be sent; its repr shows neither address nor content."""

    endpoint: Endpoint
    url: str
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
    url = join_url(base_url, _fill_path(endpoint, given))
    fields = {
        endpoint.request.get(name, name): _as_sent(endpoint, name, value)
        for name, value in given.items()
        if name not in endpoint.path_fields
    }
    if endpoint.encoding == "json":
        return OutgoingRequest(endpoint=endpoint, url=url, body=_JSON.encode(fields), content_type="application/json")
    texts = {name: _as_text(value) for name, value in fields.items()}
    if endpoint.encoding == "form":
        return OutgoingRequest(
            endpoint=endpoint,
            url=url,
            body=urlencode(texts).encode(),
            content_type="application/x-www-form-urlencoded",
        )
    return OutgoingRequest(endpoint=endpoint, url=url, parameters=texts)


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
    return value


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
