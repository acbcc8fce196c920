"""The clients of a process, built from the settings, and the limit that they keep together."""

import hashlib
from functools import lru_cache

import msgspec
from django.conf import settings

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.rate import RateLimiter
from backoffice.cryptopocket.transport import make_limiter, make_transport
from backoffice.observing import all_observers
from backoffice.token_cache import CacheTokenStore


@lru_cache(maxsize=1)
def get_catalogue() -> Catalogue:
    """The catalogue of the provider's calls, with the overrides of `CRYPTOPOCKET_CONTRACT`.

    Raises `ContractError` when the override file is at fault.
    """
    return load_catalogue(settings.CRYPTOPOCKET_CONTRACT or None)


PATIENCE_OF_A_PAGE_SECONDS = 8.0
"""How long a person who waits for a page is kept waiting for the provider."""


@lru_cache(maxsize=1)
def get_client() -> CryptoPocketClient:
    """The client that talks to the provider; its token is shared by all processes through the cache."""
    return _make_client(_configuration())


@lru_cache(maxsize=1)
def get_quick_client() -> CryptoPocketClient:
    """The client for reads that a person waits for: one attempt, and short timeouts."""
    usual = _configuration()
    quick = msgspec.structs.replace(
        usual,
        connect_timeout=min(usual.connect_timeout, PATIENCE_OF_A_PAGE_SECONDS),
        read_timeout=min(usual.read_timeout, PATIENCE_OF_A_PAGE_SECONDS),
        attempts=1,
        maximum_wait=min(usual.maximum_wait, PATIENCE_OF_A_PAGE_SECONDS),
    )
    return _make_client(quick)


def _configuration() -> Configuration:
    return Configuration(
        base_url=settings.CRYPTOPOCKET_BASE_URL,
        api_key=settings.CRYPTOPOCKET_API_KEY,
        api_secret=settings.CRYPTOPOCKET_API_SECRET,
        page_size=settings.CRYPTOPOCKET_PAGE_SIZE,
        requests_per_second=settings.CRYPTOPOCKET_REQUESTS_PER_SECOND,
        connect_timeout=settings.CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS,
        read_timeout=settings.CRYPTOPOCKET_READ_TIMEOUT_SECONDS,
        upload_timeout=settings.CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS,
    )


@lru_cache(maxsize=1)
def _limiter() -> RateLimiter:
    """The limit of this process, which both clients keep together: the provider does not tell them apart."""
    return make_limiter(_configuration(), get_catalogue())


def _make_client(configuration: Configuration) -> CryptoPocketClient:
    catalogue = get_catalogue()
    transport = make_transport(configuration, catalogue, limiter=_limiter())
    return CryptoPocketClient(
        configuration, catalogue, _token_store(configuration), transport, observers=all_observers()
    )


def _token_store(configuration: Configuration) -> CacheTokenStore:
    identity = hashlib.sha256(f"{configuration.base_url} {configuration.api_key}".encode()).hexdigest()[:16]
    return CacheTokenStore(name=identity)


def drop_shared_token() -> None:
    """Take the provider's token out of the cache: the next call fetches a new one."""
    _token_store(_configuration()).drop()


def reset_client() -> None:
    """Forget the client and the catalogue, so that changed settings count."""
    get_client.cache_clear()
    get_quick_client.cache_clear()
    _limiter.cache_clear()
    get_catalogue.cache_clear()
