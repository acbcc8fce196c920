"""Who is acting, from where, and under which correlation id: known to everything that one request or task causes."""

import ipaddress
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

REQUEST_ID_HEADER = "X-Request-ID"
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def new_correlation_id() -> str:
    """An id that nothing else has: 32 hex digits."""
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an audit record says about its circumstances; all empty outside of requests and tasks."""

    actor_id: int | None = None
    actor_name: str = ""
    address: str | None = None
    correlation_id: str = field(default_factory=new_correlation_id)


_current: ContextVar[Context | None] = ContextVar("audit_context", default=None)


def current_context() -> Context:
    """The circumstances of what runs now."""
    return _current.get() or Context(correlation_id="")


@contextmanager
def acting(context: Context) -> Iterator[None]:
    """Whatever is recorded inside happened under these circumstances; every log line has their correlation id."""
    token = _current.set(context)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=context.correlation_id):
            yield
    finally:
        _current.reset(token)


@contextmanager
def under_one_id() -> Iterator[None]:
    """Whatever is recorded inside has one correlation id: that of the circumstances, or a new one where none are."""
    with acting(_current.get() or Context()):
        yield


def audit_context_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Every request has its own circumstances; stands behind the middleware that knows the person."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        person = request.user
        context = Context(
            actor_id=person.pk,
            actor_name=person.get_username(),
            address=address_of(request),
            correlation_id=_correlation_id_of(request),
        )
        with acting(context):
            response = get_response(request)
        response.headers[REQUEST_ID_HEADER] = context.correlation_id
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            # Made piece by piece when this function has long returned.
            pieces: Any = response.streaming_content
            response.streaming_content = _inside(context, pieces)
        return response

    return answer


def address_of(request: HttpRequest) -> str | None:
    """From where the request comes: the address that our own proxy saw, where there is one; None where unknown.

    Only the last hops of X-Forwarded-For are written by our proxies: all before them is the sender's word.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    told = hops[-proxies] if 0 < proxies <= len(hops) else ""
    return _address(told or request.META.get("REMOTE_ADDR", ""))


def _address(told: str) -> str | None:
    """The IP address in "10.0.0.1", "10.0.0.1:4711", "::1", "[::1]:4711"; None for anything else."""
    host = told.split("]", maxsplit=1)[0].strip("[") if told.startswith("[") else told
    if host.count(":") == 1:
        host = host.split(":")[0]
    try:
        return str(ipaddress.ip_address(host.split("%")[0]))
    except ValueError:
        return None


def _correlation_id_of(request: HttpRequest) -> str:
    """The id that our proxy gave the request, where there is a proxy and the id is a plain word; else a new one."""
    told = request.META.get("HTTP_X_REQUEST_ID", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return told if _USABLE_ID.fullmatch(told) else new_correlation_id()


def _inside(context: Context, pieces: Iterable[Any]) -> Iterator[Any]:
    """The pieces, each made under these circumstances."""
    source = iter(pieces)
    end = object()
    while True:
        with acting(context):
            piece = next(source, end)
        if piece is end:
            return
        yield piece
