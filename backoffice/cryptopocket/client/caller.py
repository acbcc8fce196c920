"""What every call does: build the request, add the token, send, read the envelope, renew the token once."""

import functools
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, Self, TypeVar

import msgspec

from backoffice.cryptopocket.answers import Answer
from backoffice.cryptopocket.clock import SystemClock
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.dig import dig, dig_first
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.envelope import read_envelope
from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    Refused,
    UnreadableAnswer,
    UnreadableItem,
)
from backoffice.cryptopocket.objects import Item, ensure_echo, pick_object
from backoffice.cryptopocket.observing import ObservedCall, Observer
from backoffice.cryptopocket.outgoing import OutgoingRequest, build_request
from backoffice.cryptopocket.pages import Page, read_page
from backoffice.cryptopocket.tokens import NewToken, TokenKeeper, TokenStore
from backoffice.cryptopocket.transport import Transport, make_transport

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)

logger = logging.getLogger("backoffice.cryptopocket")

ResourceType = TypeVar("ResourceType")
ResourceType_co = TypeVar("ResourceType_co", covariant=True)


class Parser(Protocol[ResourceType_co]):
    """A parse function of `resources`."""

    def __call__(self, item: Any, /, *, catalogue: Catalogue) -> ResourceType_co:
        """Return the item as a struct. Raises UnreadableItem."""
        ...


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A successful call: the decoded body, and the answer it came in."""

    document: dict[str, Any]
    answer: Answer

    def __repr__(self) -> str:
        """Return the answer's size, not its content."""
        return f"<Exchange {self.answer!r}>"


class Caller:
    """Base of the client's parts."""

    def __init__(
        self,
        configuration: Configuration,
        catalogue: Catalogue,
        token_store: TokenStore,
        transport: Transport | None = None,
        *,
        observers: Sequence[Observer] = (),
    ) -> None:
        """Make a client; nothing is sent before the first call. Each observer is told of each call that has ended."""
        conventions = catalogue.conventions
        self.configuration = configuration
        self.catalogue = catalogue
        self._observers = tuple(observers)
        self._clock = SystemClock()
        self._transport = transport or make_transport(configuration, catalogue)
        self._tokens = TokenKeeper(
            token_store,
            authenticate=self._fetch_token,
            lifetime_seconds=conventions.token_lifetime_seconds,
            margin_seconds=conventions.token_renewal_margin_seconds,
        )

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close the client's connections; it may be used again."""
        self._transport.close()

    def authenticate(self) -> None:
        """Fetch a new token and keep it in the store (contract 2.1).

        No other method needs this first. It is a way to check key, secret and address. The token itself is
        not returned: nothing outside this room has a use for it.
        Raises NotSent, NotAuthorised.
        """
        self._tokens.renew()

    def _list(self, name: str, /, *, page: int, per_page: int | None, **arguments: Any) -> Page:
        """Return one page of the list called `name`."""
        endpoint = self.catalogue[name]
        exchange = self._call(endpoint, {**arguments, **self._page_arguments(endpoint, page, per_page)})
        return read_page(
            exchange.document,
            endpoint=endpoint,
            catalogue=self.catalogue,
            asked=page,
            read_at=exchange.answer.began_at,
            size_bytes=len(exchange.answer.body),
        )

    def _page_arguments(self, endpoint: Endpoint, page: int, per_page: int | None) -> dict[str, int]:
        if endpoint.pagination is None:
            return {}
        size = min(per_page or self.configuration.page_size, endpoint.pagination.maximum_page_size)
        pagination = endpoint.pagination
        return {pagination.page_parameter: page - 1 + pagination.first_page, pagination.page_size_parameter: size}

    def _read(self, name: str, parser: Parser[ResourceType], /, **arguments: Any) -> Item[ResourceType]:
        """Return one object; it is parsed when the caller asks for it, so that a bad one can be kept."""
        endpoint = self.catalogue[name]
        exchange = self._call(endpoint, arguments)
        payload = pick_object(exchange.document, endpoint=endpoint)
        ensure_echo(payload, endpoint=endpoint, arguments=arguments)
        return Item(
            payload=payload,
            read_at=exchange.answer.began_at,
            parser=functools.partial(parser, catalogue=self.catalogue),
        )

    def _act(self, name: str, parser: Parser[ResourceType], /, **arguments: Any) -> Item[ResourceType]:
        """Return the answer to a POST, parsed once: an act whose answer cannot be read has no known outcome."""
        item = self._read(name, parser, **arguments)
        try:
            item.parse()
        except UnreadableItem as problem:
            reason = f"the answer says success, but its {problem.field} {problem.reason}"
        else:
            return item
        raise UnreadableAnswer(reason, endpoint=name, only_read=False)

    def _call(self, endpoint: Endpoint, arguments: dict[str, Any]) -> Exchange:
        """Return a success, renewing the token once if it is refused.

        Repeating is safe for a POST too: a refused token means that the call was not done (contract 1.2).
        """
        request = build_request(endpoint, arguments, base_url=self.configuration.base_url)
        token = self._tokens.current()
        exchange = self._try(request, token)
        if exchange is None:
            exchange = self._try(request, self._tokens.replace(token))
        if exchange is None:
            raise NotAuthorised(endpoint=endpoint.name)
        return exchange

    def _try(self, request: OutgoingRequest, token: str) -> Exchange | None:
        """Return a success, or None when the token was refused."""
        try:
            return self._send(msgspec.structs.replace(request, token=token))
        except Refused as refused:
            if self._refuses_token(refused):
                return None
            refused.text = self._hide_secrets(refused.text, token)
            raise

    def _send(self, request: OutgoingRequest) -> Exchange:
        """Send, read the envelope, and log name, HTTP status, duration and verdict; never more."""
        name = request.endpoint.name
        began_at, began = self._clock.now(), self._clock.monotonic()
        answer: Answer | None = None
        try:
            answer = self._transport.send(request)
            document = read_envelope(answer, endpoint=request.endpoint, conventions=self.catalogue.conventions)
        except CryptoPocketError as error:
            found = f"HTTP {answer.http_status}, {answer.seconds * 1000:.0f} ms" if answer else "no answer"
            logger.warning("%s: %s, %s", name, type(error).__name__, found)
            self._tell(request, began_at, began, answer=answer, error=error)
            raise
        logger.info("%s: ok, HTTP %d, %.0f ms", name, answer.http_status, answer.seconds * 1000)
        self._tell(request, began_at, began, answer=answer, document=document)
        return Exchange(document=document, answer=answer)

    def _tell(self, request: OutgoingRequest, began_at: datetime, began: float, **outcome: Any) -> None:
        """Tell the observers of a call. One that fails must not change what becomes of the call."""
        seconds = self._clock.monotonic() - began
        call = ObservedCall(request=request, began_at=began_at, seconds=seconds, **outcome)
        for observe in self._observers:
            try:
                observe(call)
            except Exception as problem:  # noqa: BLE001 - whatever it is, the call was made and must be accounted for
                # Only the kind: the text of a database error can hold personal data.
                logger.error(  # noqa: TRY400 - and so can its traceback
                    "%s could not be noted: %s", request.endpoint.name, type(problem).__name__
                )

    def _refuses_token(self, refused: Refused) -> bool:
        return refused.http_status == 401 or refused.code in self.catalogue.conventions.authorisation_codes

    def _hide_secrets(self, text: str, token: str) -> str:
        """Return the provider's free text without our own secrets, which an exception text can repeat."""
        for secret in (token, self.configuration.api_secret, self.configuration.api_key):
            text = text.replace(secret, "[hidden]")
        return text

    def _fetch_token(self) -> NewToken:
        """Return a new token.

        For the call that needs it, whatever goes wrong here means that nothing was done: NotAuthorised when
        the provider says so, NotSent for everything else.
        """
        endpoint = self.catalogue["authenticate"]
        arguments = {"api_key": self.configuration.api_key, "api_secret": self.configuration.api_secret}
        request = build_request(endpoint, arguments, base_url=self.configuration.base_url)
        try:
            return self._find_token(self._send(request))
        except Refused as refused:
            failure: CryptoPocketError = self._explain_refused_token(refused)
        except OutcomeUnknown as unknown:
            failure = NotSent(f"no token could be had: {unknown.reason}", endpoint=endpoint.name)
        raise failure

    def _explain_refused_token(self, refused: Refused) -> CryptoPocketError:
        if self._refuses_token(refused):
            return NotAuthorised(endpoint=refused.endpoint)
        return NotSent(f"no token could be had: refused with {refused.code}", endpoint=refused.endpoint)

    def _find_token(self, exchange: Exchange) -> NewToken:
        for place in self.catalogue.conventions.token_locations:
            token = dig(exchange.document, place)
            if isinstance(token, str) and token and token.isascii() and token.isprintable() and " " not in token:
                return NewToken(text=token, lifetime_seconds=self._find_lifetime(exchange))
        raise UnreadableAnswer("the answer holds no token", endpoint="authenticate", only_read=False)

    def _find_lifetime(self, exchange: Exchange) -> float | None:
        """Return how long the token lives where the answer tells it, in seconds."""
        told = dig_first(exchange.document, self.catalogue.conventions.token_lifetime_locations)
        text = str(told) if isinstance(told, int | Decimal | str) and not isinstance(told, bool) else ""
        return float(text) if _SECONDS.fullmatch(text) and float(text) > 0 else None
