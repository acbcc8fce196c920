"""What a deployment tells the client: where, as whom, how fast, how patiently."""

from urllib.parse import urlsplit

import msgspec

from backoffice.cryptopocket.errors import ConfigurationError

LONGEST_WAIT = 60.0
"""The longest that a call waits for our own rate limit, and the longest pause that a provider has all of them make."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one client. Raises ConfigurationError when they cannot be used.

    base_url: ends in `/api` (contract 1.1). Plain http is taken for loopback only, unless
    `allow_plain_http` says that the network in between is trusted: the token travels in a header.
    api_key, api_secret: never in a repr. page_size: items a page. requests_per_second: of this process.
    Timeouts are in seconds; upload_timeout is the read timeout of calls that carry documents.
    attempts: of a read, the first included; a POST has one. maximum_wait: the longest pause before a retry,
    and the longest wait for our own rate limit. maximum_answer_bytes: after decompression.
    """

    base_url: str
    api_key: str
    api_secret: str
    page_size: int = 50
    requests_per_second: float = 5.0
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    upload_timeout: float = 120.0
    attempts: int = 4
    maximum_wait: float = LONGEST_WAIT
    maximum_answer_bytes: int = 64 * 1024 * 1024
    allow_plain_http: bool = False

    def __post_init__(self) -> None:
        """Check everything that could only fail later and less clearly."""
        _check_base_url(self.base_url, allow_plain_http=self.allow_plain_http)
        if not self.api_key.strip() or not self.api_secret.strip():
            raise ConfigurationError("the API key and the API secret must both be set")
        for name in ("requests_per_second", "connect_timeout", "read_timeout", "upload_timeout"):
            if not getattr(self, name) > 0:
                raise ConfigurationError(f"{name} must be above 0")
        for name in ("page_size", "attempts", "maximum_answer_bytes"):
            if getattr(self, name) < 1:
                raise ConfigurationError(f"{name} must be at least 1")

    def __repr__(self) -> str:
        """Return where and how, without key and secret."""
        return f"<Configuration {urlsplit(self.base_url).hostname} page_size={self.page_size}>"


def _check_base_url(base_url: str, *, allow_plain_http: bool) -> None:
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError("the base URL must be a full address such as https://provider.example/api")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError("the base URL must not carry a user, a password, a query or a fragment")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not allow_plain_http:
        raise ConfigurationError("the base URL must begin with https://, or the token could be read on the way")
