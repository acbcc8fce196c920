"""Asks the provider, never more often than allowed, and never with anything that could write."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.envelope import decode_body
from backoffice.cryptopocket.errors import OutcomeUnknown
from backoffice.cryptopocket.outgoing import OutgoingRequest, build_request
from backoffice.cryptopocket.transport import Transport


class WriteRefusedError(AssertionError):
    """The prober was about to send something that could write. Nothing was sent."""


class NothingLeftError(Exception):
    """The number of requests that were allowed is used up."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the decoded body, or why there is none. Its repr shows neither."""

    call: str
    request: OutgoingRequest
    http_status: int
    document: Any = None
    problem: str = ""
    read_at: datetime | None = None

    def __repr__(self) -> str:
        """Return the call and the HTTP status."""
        return f"<Reply to {self.call}, HTTP {self.http_status}>"


class ReadOnlyTransport:
    """A transport that lets through reads and the request for a token, counts, and stops at a maximum."""

    def __init__(self, inner: Transport, *, token_url: str, maximum: int) -> None:
        self._inner = inner
        self._token_url = token_url
        self._maximum = maximum
        self.count = 0

    def send(self, request: OutgoingRequest) -> Answer:
        """Send. Raises WriteRefusedError, NothingLeftError, and what the transport raises."""
        self._ensure_it_only_reads(request)
        if self.count >= self._maximum:
            raise NothingLeftError
        self.count += 1
        return self._inner.send(request)

    def _ensure_it_only_reads(self, request: OutgoingRequest) -> None:
        """The one thing that is sent and is no read is the request for a token."""
        reads = request.endpoint.method == "GET" and request.body is None
        if not reads and request.url != self._token_url:
            raise WriteRefusedError(request.endpoint.name)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class Asker:
    """Sends one request at a time and tells what came back, whatever it was."""

    def __init__(self, transport: ReadOnlyTransport, *, base_url: str) -> None:
        self.transport = transport
        self.token: str | None = None
        self._base_url = base_url

    def ask(
        self, endpoint: Endpoint, arguments: Mapping[str, Any] | None = None, *, extra: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask with the endpoint's own names, and with `extra` parameters as they are.

        A dropped or broken answer is asked for once more. Raises NotSent, OutcomeUnknown, NothingLeftError.
        """
        request = build_request(endpoint, arguments or {}, base_url=self._base_url)
        request = msgspec.structs.replace(request, token=self.token, parameters={**request.parameters, **(extra or {})})
        return self._read(request, self._send(request))

    def _send(self, request: OutgoingRequest) -> Answer:
        try:
            answer = self.transport.send(request)
        except OutcomeUnknown:
            if not request.endpoint.only_reads:
                raise
        else:
            if answer.http_status < 500:
                return answer
        return self.transport.send(request)

    def _read(self, request: OutgoingRequest, answer: Answer) -> Reply:
        document, problem = decode_body(answer.body)
        return Reply(
            call=request.endpoint.name,
            request=request,
            http_status=answer.http_status,
            document=document,
            problem=problem,
            read_at=answer.began_at,
        )
