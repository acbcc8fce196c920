# ruff: noqa: N818 - the names say what happened, as callers read them: `except NotSent`
"""Everything that can go wrong in this room.

CryptoPocketError
├── ConfigurationError        a base URL, key or number of ours cannot be used; nothing was sent
├── ContractError             the override file is at fault: which file, which line, what
├── InvalidRequest            an argument of ours cannot be sent; nothing was, and repeating does not help
├── NotSent                   proven: nothing was done at the provider; safe to do again later
│   └── RateLimited           the provider turned the call away with HTTP 429; try after `retry_after`
├── NotAuthorised             `authorization_incorrect` a second time: token, expiry or IP list
├── Refused                   the provider answered, and said no: a code, a text, perhaps data
│   └── NotFound              ... because the object does not exist (never concluded from HTTP 404 alone)
├── OutcomeUnknown            sent, and no clear answer came: timeout, dropped connection, 5xx
│   └── UnreadableAnswer      an answer came and cannot be read: HTML, a cut body, an unknown status word
├── PaginationError           a list of pages repeats itself or does not move
├── UnreadableItem            one item of an answer does not parse: which field, and why
└── UnitMismatch              the same amount reads differently in two places (cents against whole units)

What to do with each, for a call that changes something (POST):

=================  ==========================  ==============================================
class              was it done?                what the caller may do
=================  ==========================  ==============================================
NotSent            no                          send it again, after a pause
InvalidRequest     no                          correct the argument
NotAuthorised      no                          wait for a person: it can be the IP list
Refused            no                          show the code; do not repeat it unchanged
OutcomeUnknown     perhaps                     read back, or ask a person; never repeat blindly
=================  ==========================  ==============================================

For a read (GET) the same classes mean the same, and nothing was changed either way.

None of these classes carries a token, key, secret, password or document, and none is raised while a
`requests` exception is being handled: those hold the prepared request with its headers. `Refused.text` and
`Refused.data` are the provider's own words and can hold personal data or links, so they are attributes
that a caller asks for, and stand in no message.
"""

from typing import Any


class CryptoPocketError(Exception):
    """Root of all errors of this room. `attempts`: how often the request was tried that got no answer."""

    attempts: int = 1


class ConfigurationError(CryptoPocketError):
    """Our own settings cannot be used; nothing was sent."""


class ContractError(CryptoPocketError):
    """The override file is at fault.

    `path` is the file, `line` counts from 1 (None when the file itself cannot be read), `reason` says what.
    """

    def __init__(self, *, path: str, line: int | None, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(f"{path}{'' if line is None else f', line {line}'}: {reason}")


class InvalidRequest(CryptoPocketError):
    """An argument of ours cannot be sent; nothing was sent, and the same call will fail again."""

    def __init__(self, reason: str, *, endpoint: str) -> None:
        self.reason = reason
        self.endpoint = endpoint
        super().__init__(f"{endpoint}: nothing was sent: {reason}")


class NotSent(CryptoPocketError):
    """Proven that nothing was done at the provider.

    `endpoint` is the call's name, `retry_after` the seconds to wait, where somebody said so.
    """

    def __init__(self, reason: str, *, endpoint: str, retry_after: float | None = None) -> None:
        self.reason = reason
        self.endpoint = endpoint
        self.retry_after = retry_after
        super().__init__(f"{endpoint}: {reason}. Nothing was done at the provider.")


class RateLimited(NotSent):
    """The provider answered HTTP 429.

    Counted as not done: a rate limit stands in front of the work, not behind it. `Retry-After`, where the
    answer had one, is in `retry_after`.
    """

    def __init__(self, *, endpoint: str, retry_after: float | None = None) -> None:
        super().__init__(
            "the provider's rate limit turned the call away (HTTP 429)",
            endpoint=endpoint,
            retry_after=retry_after,
        )


class NotAuthorised(CryptoPocketError):
    """`authorization_incorrect`, and a new token did not help, or none was given (contract 1.2).

    Nothing was done. The provider does not tell its three causes apart, so the text names all of them.
    """

    def __init__(self, *, endpoint: str) -> None:
        self.endpoint = endpoint
        what = (
            "refused to give a token"
            if endpoint == "authenticate"
            else "refused the authorisation twice, the second time with another token"
        )
        super().__init__(
            f"{endpoint}: the provider {what}. One of three things is wrong: the token (check the API key and "
            "the secret), its expiry (check the clock and the token lifetime), or the IP list (check that "
            "this machine's address is allowed for the integration). Nothing was done at the provider."
        )


class Refused(CryptoPocketError):
    """The provider said no; nothing was done.

    `code` is the provider's code (`user_already_exists`), or one of ours where it gave none:
    `validation_failed`, `free_text`, `no_code`. `text` is what it wrote beside or in place of the code,
    `data` whatever came with it (the KYC link of `require_kyc`), `field_errors` the messages of a
    validation by field.
    """

    def __init__(
        self,
        *,
        endpoint: str,
        code: str,
        text: str = "",
        data: Any = None,
        http_status: int = 200,
        field_errors: dict[str, list[str]] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.code = code
        self.text = text
        self.data = data
        self.http_status = http_status
        self.field_errors = field_errors or {}
        super().__init__(f"{endpoint}: refused by the provider: {code} (HTTP {http_status})")


class NotFound(Refused):
    """The provider says that the object does not exist, by a code that means exactly that.

    HTTP 404 alone is not enough: half of the paths are inferred, and a wrong path answers 404 as well.
    """


class OutcomeUnknown(CryptoPocketError):
    """The request went out and no clear answer came back.

    `only_read` is True for a GET: then nothing was changed whatever happened. `code` is the error code of a
    5xx answer that had one.
    """

    def __init__(
        self,
        reason: str,
        *,
        endpoint: str,
        only_read: bool,
        http_status: int | None = None,
        code: str = "",
    ) -> None:
        self.reason = reason
        self.endpoint = endpoint
        self.only_read = only_read
        self.http_status = http_status
        self.code = code
        consequence = (
            "It was only a read: nothing was changed."
            if only_read
            else "It was sent and may have been done: read back before doing it again."
        )
        super().__init__(f"{endpoint}: {reason}. {consequence}")


class UnreadableAnswer(OutcomeUnknown):
    """An answer came and cannot be read."""


class PaginationError(CryptoPocketError):
    """A list of pages repeats itself or does not move, so reading on would never end."""


class UnreadableItem(CryptoPocketError):
    """One item of an answer does not parse.

    `field` is the logical field at fault, `reason` a sentence a person understands. The value itself is
    never in the text; `payload` holds the item as received, for the quarantine.
    """

    def __init__(self, *, kind: str, field: str, reason: str, payload: Any = None) -> None:
        self.kind = kind
        self.field = field
        self.reason = reason
        self.payload = payload
        super().__init__(f"{kind}: {field} {reason}")


class UnitMismatch(CryptoPocketError):
    """The same amount reads differently in two places.

    Both amounts are as read; `factor` is their ratio, 100 or 0.01 when cents were taken for whole units.
    """
