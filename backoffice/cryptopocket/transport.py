"""Sends one request and brings back one answer, or says exactly what is known of it.

What it does, and why:

* Reads are tried again on connection faults, HTTP 429 and 5xx, with growing, jittered pauses. POSTs never
  are: nobody can tell whether the first one was done.
* Each POST has a connection of its own. On a kept-alive connection that the server has just closed, a POST
  ends in a dropped connection that looks the same before and after the work; on a fresh one that cannot be.
* Redirects are not followed and cookies not kept: the token goes to the configured host only.
* The environment (proxies, .netrc, certificate overrides) is not consulted: where the token goes is decided
  by the configuration alone. Certificates are always verified.
* No `requests` exception leaves this module: it holds the prepared request with its headers.
"""

import logging
import os
import random
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Protocol

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter

from backoffice.cryptopocket.answers import Answer, read_body, read_retry_after
from backoffice.cryptopocket.clock import Clock, SystemClock
from backoffice.cryptopocket.configuration import LONGEST_WAIT, Configuration
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import CryptoPocketError, NotSent, OutcomeUnknown, RateLimited
from backoffice.cryptopocket.failures import classify_failure
from backoffice.cryptopocket.outgoing import OutgoingRequest
from backoffice.cryptopocket.quiet import keep_addresses_out_of_logs
from backoffice.cryptopocket.rate import RateLimiter
from backoffice.cryptopocket.waiting import one_wait_is_over

logger = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0

_jitter = random.SystemRandom()


class Transport(Protocol):
    """What the client needs to send a request; tests and tools may hand in their own."""

    def send(self, request: OutgoingRequest) -> Answer:
        """Send and return the answer, whatever its HTTP status, but for 429.

        Raises NotSent, RateLimited or OutcomeUnknown.
        """
        ...

    def close(self) -> None:
        """Close what is open; the transport may be used again."""
        ...


class HttpTransport:
    """The transport over real HTTP. Safe between threads and across a fork."""

    def __init__(
        self,
        configuration: Configuration,
        *,
        authorisation_header: str = "auth",
        limiter: RateLimiter | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Make a transport that has sent nothing. limiter: where several keep one limit together."""
        self._configuration = configuration
        self._authorisation_header = authorisation_header
        self._clock = clock or SystemClock()
        self._limiter = limiter or RateLimiter(requests_per_second=configuration.requests_per_second, clock=self._clock)
        self._sessions: dict[int, requests.Session] = {}
        self._lock = threading.Lock()
        keep_addresses_out_of_logs(configuration.base_url)

    def send(self, request: OutgoingRequest) -> Answer:
        """Send and return the answer. Raises NotSent, RateLimited or OutcomeUnknown."""
        attempt = 1
        outcome = self._attempt(request)
        while (pause := self._choose_pause(request, outcome, attempt)) is not None:
            logger.warning("%s: trying again in %.1f s after attempt %d", request.endpoint.name, pause, attempt)
            self._clock.sleep(pause)
            one_wait_is_over()
            attempt += 1
            outcome = self._attempt(request)
        if isinstance(outcome, CryptoPocketError):
            outcome.attempts = attempt
            raise outcome
        return msgspec.structs.replace(outcome, attempts=attempt)

    def _attempt(self, request: OutgoingRequest) -> Answer | CryptoPocketError:
        """Return the answer or the error, so that no error is raised while another is being handled."""
        wait = self._limiter.reserve(maximum_wait=self._configuration.maximum_wait)
        if wait is None:
            return NotSent("our own rate limit is used up for now", endpoint=request.endpoint.name)
        if wait:
            self._clock.sleep(wait)
        one_wait_is_over()
        outcome = self._exchange(request)
        if isinstance(outcome, Answer) and outcome.http_status == 429:
            # For all who keep this limit together: whoever has less patience is turned away by `reserve`.
            self._limiter.pause(min(outcome.retry_after or 0.0, LONGEST_WAIT))
            return RateLimited(endpoint=request.endpoint.name, retry_after=outcome.retry_after)
        return outcome

    def _exchange(self, request: OutgoingRequest) -> Answer | CryptoPocketError:
        try:
            if request.endpoint.only_reads:
                return self._send_over(self._pooled_session(), request)
            with make_session() as session:
                return self._send_over(session, request)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            return classify_failure(problem, endpoint=request.endpoint)

    def _send_over(self, session: requests.Session, request: OutgoingRequest) -> Answer | CryptoPocketError:
        configuration = self._configuration
        read_timeout = configuration.upload_timeout if request.endpoint.slow else configuration.read_timeout
        began_at, began = self._clock.now(), self._clock.monotonic()
        with session.request(
            request.endpoint.method,
            request.url,
            params=request.parameters,
            data=request.body,
            headers=self._headers(request),
            timeout=(configuration.connect_timeout, read_timeout),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = read_body(
                response,
                maximum_bytes=configuration.maximum_answer_bytes,
                deadline=began + configuration.connect_timeout + 2 * read_timeout,
                clock=self._clock,
            )
            if body is None:
                return OutcomeUnknown(
                    "the answer was too large or came too slowly to be read",
                    endpoint=request.endpoint.name,
                    only_read=request.endpoint.only_reads,
                    http_status=response.status_code,
                )
            return Answer(
                http_status=response.status_code,
                body=body,
                retry_after=read_retry_after(response.headers.get("Retry-After"), now=began_at),
                began_at=began_at,
                seconds=self._clock.monotonic() - began,
            )

    def _headers(self, request: OutgoingRequest) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "cryptopocket-backoffice"}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        if request.token:
            headers[self._authorisation_header] = request.token
        if not request.endpoint.only_reads:
            headers["Connection"] = "close"
        return headers

    def _pooled_session(self) -> requests.Session:
        """Return the HTTP session of this process: a forked worker must not share its parent's sockets."""
        with self._lock:
            process = os.getpid()
            if process not in self._sessions:
                self._sessions = {process: make_session()}
            return self._sessions[process]

    def close(self) -> None:
        """Close the connections of this process."""
        with self._lock:
            for session in self._sessions.values():
                close_session(session)
            self._sessions = {}

    def _choose_pause(
        self, request: OutgoingRequest, outcome: Answer | CryptoPocketError, attempt: int
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None to be content with this outcome."""
        if not request.endpoint.only_reads or attempt >= self._configuration.attempts:
            return None
        if isinstance(outcome, Answer) and outcome.http_status < 500:
            return None
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
        asked = outcome.retry_after if isinstance(outcome, Answer | NotSent) else None
        if asked is None:
            return _jitter.uniform(longest / 2, longest)
        return asked + _jitter.uniform(0, 0.25) if asked <= self._configuration.maximum_wait else None


def make_limiter(configuration: Configuration, catalogue: Catalogue) -> RateLimiter:
    """Return the limit that a process keeps: the configured one, or the provider's where it states a lower one."""
    stated = catalogue.conventions.requests_per_second or configuration.requests_per_second
    return RateLimiter(requests_per_second=min(configuration.requests_per_second, stated), clock=SystemClock())


def make_transport(
    configuration: Configuration, catalogue: Catalogue, *, limiter: RateLimiter | None = None
) -> HttpTransport:
    """Return a transport as configuration and contract have it. limiter: the one that several transports share."""
    return HttpTransport(
        configuration,
        authorisation_header=catalogue.conventions.authorisation_header,
        limiter=limiter or make_limiter(configuration, catalogue),
    )


def make_session() -> requests.Session:
    """Return a session that keeps connections but no cookies, and ignores the environment."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def close_session(session: requests.Session) -> None:
    """Close an HTTP session and its idle connections at once.

    `Session.close` leaves that to the garbage collector, which can take its time after an error.
    """
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            pools = adapter.poolmanager.pools
            for key in pools.keys():  # noqa: SIM118 - urllib3's container cannot be iterated
                pools[key].close()
    session.close()
