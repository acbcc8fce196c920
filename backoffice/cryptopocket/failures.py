"""Says of a failed exchange whether anything can have reached the provider.

Only two things prove that nothing did: no connection was made (name lookup, refused, unreachable, timeout
while connecting, a certificate that does not verify), or the request could not even be built. Everything else
can have happened after the work was done.
"""

import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.errors import CryptoPocketError, InvalidRequest, NotSent, OutcomeUnknown

# The most telling first: for urllib3 a refused connection is a kind of connect timeout.
_NOT_CONNECTED: tuple[tuple[type[BaseException], str], ...] = (
    (NameResolutionError, "the provider's name could not be looked up"),
    (NewConnectionError, "no connection: refused or unreachable"),
    (ConnectTimeoutError, "no connection within the time allowed"),
    (requests.ConnectTimeout, "no connection within the time allowed"),
    (ssl.SSLCertVerificationError, "the server's certificate does not verify"),
)
_NOT_BUILT = (
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


def classify_failure(problem: BaseException, *, endpoint: Endpoint) -> CryptoPocketError:
    """Return the error that says what is known; it holds nothing of `problem`, whose parts are secret."""
    if isinstance(problem, _NOT_BUILT):
        return InvalidRequest("the request could not be built", endpoint=endpoint.name)
    causes = list(_walk_causes(problem))
    for kind, reason in _NOT_CONNECTED:
        if any(isinstance(cause, kind) for cause in causes):
            return NotSent(reason, endpoint=endpoint.name)
    return OutcomeUnknown(_describe(causes), endpoint=endpoint.name, only_read=endpoint.only_reads)


def _walk_causes(problem: BaseException) -> Iterator[BaseException]:
    """Yield the exception and those inside it: urllib3 keeps them in `reason` and in arguments.

    `__context__` is left alone: it also holds whatever the caller happens to be handling, and an old
    "connection refused" there would prove nothing about this request.
    """
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [*current.args, getattr(current, "reason", None)]


def _describe(causes: list[BaseException]) -> str:
    if any("Timeout" in type(cause).__name__ or isinstance(cause, TimeoutError) for cause in causes):
        return "no complete answer within the time allowed"
    return "the connection was dropped before a complete answer came"
