"""What a call came to, from what the client made of it."""

from backoffice.cryptopocket.errors import (
    CryptoPocketError,
    InvalidRequest,
    NotAuthorised,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Refused,
    UnreadableAnswer,
)
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.cryptopocket.redaction import redact_text
from backoffice.provider import get_catalogue

from .models import ProviderCall

Verdict = ProviderCall.Verdict
FAILURES = (Verdict.NOT_AUTHORISED, Verdict.RATE_LIMITED, Verdict.NOT_SENT, Verdict.UNKNOWN, Verdict.UNREADABLE)
"""The verdicts that mean that something is wrong between us and the provider. A refusal is an answer."""

# The most telling first: a rate limit is a kind of "not sent".
_OF_ERRORS: tuple[tuple[type[CryptoPocketError], Verdict], ...] = (
    (RateLimited, Verdict.RATE_LIMITED),
    (NotSent, Verdict.NOT_SENT),
    (InvalidRequest, Verdict.NOT_SENT),
    (NotAuthorised, Verdict.NOT_AUTHORISED),
    (UnreadableAnswer, Verdict.UNREADABLE),
    (OutcomeUnknown, Verdict.UNKNOWN),
)


def verdict_of(call: ObservedCall) -> Verdict:
    """How the call ended."""
    if call.error is None:
        return Verdict.OK
    if isinstance(call.error, Refused):
        return Verdict.NOT_AUTHORISED if _refuses_token(call.error) else Verdict.REFUSED
    return next((verdict for kind, verdict in _OF_ERRORS if isinstance(call.error, kind)), Verdict.UNKNOWN)


def http_status_of(call: ObservedCall) -> int | None:
    """The HTTP status of the answer; None where none came."""
    if call.answer is not None:
        return call.answer.http_status
    if isinstance(call.error, RateLimited):
        return 429
    return getattr(call.error, "http_status", None)


def code_of(call: ObservedCall) -> str:
    """The provider's code of a refusal or of an answer that broke off, without anything personal."""
    return redact_text(call.error.code)[:64] if isinstance(call.error, Refused | OutcomeUnknown) else ""


def reason_of(call: ObservedCall) -> str:
    """What went wrong, in the client's own words; empty for a refusal, whose code says it."""
    return redact_text(str(getattr(call.error, "reason", "")))[:300] if call.error else ""


def _refuses_token(refused: Refused) -> bool:
    return refused.http_status == 401 or refused.code in get_catalogue().conventions.authorisation_codes
