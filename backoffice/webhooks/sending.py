"""Sends one event to an address of our own, as the provider would: no proxies, no redirects, not for long."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from backoffice.webhooks.models import LiveCheck
from backoffice.webhooks.public_address import CheckedAddress

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
SEND_SECONDS = 30.0
"""After so long a sending that has not ended never will: its worker is gone."""

Outcome = LiveCheck.Outcome


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a sending ended with; `detail` is a sentence without secrets."""

    outcome: "LiveCheck.Outcome"
    http_status: int | None = None
    detail: str = ""


class PinnedAdapter(HTTPAdapter):
    """Connects to the IP address that was checked, and asks for the certificate of the host's name.

    A name that is looked up a second time may lead elsewhere by then.
    """

    def __init__(self, address: CheckedAddress) -> None:
        self._names = (
            {"server_hostname": address.host, "assert_hostname": address.host} if address.scheme == "https" else {}
        )
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **named: Any) -> None:
        """Make the pool, with the name that the certificate must have."""
        super().init_poolmanager(connections, maxsize, block, **named, **self._names)


def make_session(address: CheckedAddress) -> requests.Session:
    """A session for that address alone."""
    session = requests.Session()
    # Proxies of the environment would be asked instead of the address.
    session.trust_env = False
    session.mount(f"{address.scheme}://", PinnedAdapter(address))
    return session


def send_event(
    address: CheckedAddress, *, body: bytes, headers: dict[str, str], session: requests.Session | None = None
) -> Sent:
    """Post the event; never raises for what the network or the other side does."""
    with session or make_session(address) as used:
        try:
            answer = used.post(
                _pinned_url(address),
                data=body,
                headers={**headers, "Host": _host_header(address), "Content-Type": "application/json"},
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
            answer.close()
        except (requests.RequestException, OSError) as problem:
            return Sent(outcome=_outcome_of(problem))
    return Sent(outcome=_outcome_of_status(answer.status_code), http_status=answer.status_code)


def _pinned_url(address: CheckedAddress) -> str:
    parts = urlsplit(address.url)
    host = f"[{address.ip}]" if ":" in address.ip else address.ip
    return parts._replace(netloc=f"{host}:{address.port}").geturl()


def _host_header(address: CheckedAddress) -> str:
    return urlsplit(address.url).netloc


def _outcome_of_status(status: int) -> "LiveCheck.Outcome":
    if 200 <= status < 300:
        return Outcome.ANSWERED
    if 300 <= status < 400:
        return Outcome.REDIRECTED
    return Outcome.UNAUTHORISED if status == 401 else Outcome.WRONG_STATUS


def _outcome_of(problem: Exception) -> "LiveCheck.Outcome":
    match problem:
        case requests.exceptions.SSLError():
            return Outcome.TLS
        case requests.exceptions.ConnectTimeout():
            return Outcome.NO_CONNECTION
        case requests.exceptions.Timeout():
            return Outcome.TIMEOUT
        case requests.exceptions.ConnectionError() if _was_never_connected(problem):
            return Outcome.NO_CONNECTION
    return Outcome.BROKEN_OFF


def _was_never_connected(problem: Exception) -> bool:
    """Whether no connection came about: urllib3 keeps what it met inside what requests raises."""
    inner = problem.args[0] if problem.args else None
    return isinstance(getattr(inner, "reason", inner), NewConnectionError)
