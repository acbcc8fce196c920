"""Checks of requests and answers against the project's own OpenAPI file."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

CONTRACT = Path(__file__).parents[2] / "docs" / "contract" / "openapi.yaml"
SERVER = "https://sandbox.cryptopocket.io"


@cache
def document() -> dict[str, Any]:
    """The OpenAPI file as data."""
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return loaded


@cache
def specification() -> OpenAPI:
    """The OpenAPI file, ready to check with."""
    return OpenAPI.from_dict(document())


def operations() -> dict[str, tuple[str, str]]:
    """Method and path of every operationId."""
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def check_request(sent: requests.PreparedRequest) -> None:
    """Fail where a request is not what the contract says."""
    specification().validate_request(_request(sent))


def check_answer(answer: requests.Response) -> None:
    """Fail where an answer is not what the contract says, its HTTP status included."""
    response = MockResponse(
        data=answer.content,
        status_code=answer.status_code,
        content_type=answer.headers["Content-Type"],
    )
    specification().validate_response(_request(answer.request), response)


def _request(sent: requests.PreparedRequest) -> MockRequest:
    parts = urlsplit(str(sent.url))
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    return MockRequest(
        host_url=SERVER,
        method=str(sent.method).lower(),
        path=parts.path,
        args=dict(parse_qsl(parts.query)),
        headers=dict(sent.headers),
        data=body,
        content_type=sent.headers.get("Content-Type", "application/json"),
    )


def as_json(value: Any) -> str:
    """Text that is equal for equal values."""
    return json.dumps(value, sort_keys=True)
