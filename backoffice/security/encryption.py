"""Encryption at rest with the keys of `FIELD_ENCRYPTION_KEYS`, newest first.

What is written is under the newest key; what is read may be under any of them, until `rotate_encryption_keys` has
brought everything under the newest.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UndecryptableError(Exception):
    """Something stored was written with a key that is not among `FIELD_ENCRYPTION_KEYS`, or was altered since."""


def encrypt_text(value: str) -> str:
    """`value` encrypted with the newest key, as text."""
    return encrypt_bytes(value.encode()).decode()


def decrypt_text(value: str) -> str:
    """The text that `encrypt_text` was given. Raises `UndecryptableError`."""
    return decrypt_bytes(value.encode()).decode()


def encrypt_bytes(value: bytes) -> bytes:
    """`value` encrypted with the newest key; a token of ASCII without line ends."""
    return _all_keys().encrypt(value)


def decrypt_bytes(token: bytes) -> bytes:
    """The bytes that `encrypt_bytes` was given. Raises `UndecryptableError` when none of the keys opens the token."""
    try:
        return _all_keys().decrypt(token)
    except InvalidToken:
        raise UndecryptableError(
            "Something stored cannot be opened: its key is not among FIELD_ENCRYPTION_KEYS, or it was altered."
        ) from None


def is_newest(token: bytes) -> bool:
    """Whether the token is under the newest key already."""
    try:
        _newest_key().decrypt(token)
    except InvalidToken:
        return False
    return True


def blind_index(value: str, *, purpose: str) -> str:
    """A keyed digest of a text, by which it is found without being readable: the same text has the same digest.

    purpose: keeps the digests of different columns apart. It is made with a key derived from the newest key; 64
    characters of hex. An empty text has an empty digest.
    """
    return _digest(value, purpose=purpose, key=_keys()[0]) if value else ""


def blind_indexes(value: str, *, purpose: str) -> list[str]:
    """The digests under every key, newest first: what to search for while keys are being rotated."""
    return [_digest(value, purpose=purpose, key=key) for key in _keys()] if value else []


def _digest(value: str, *, purpose: str, key: str) -> str:
    derived = hmac.digest(key.encode(), f"blind-index:{purpose}".encode(), hashlib.sha256)
    return hmac.new(derived, value.encode(), hashlib.sha256).hexdigest()


def _keys() -> tuple[str, ...]:
    return tuple(settings.FIELD_ENCRYPTION_KEYS)


def _all_keys() -> MultiFernet:
    return _fernet_for(_keys())


def _newest_key() -> MultiFernet:
    return _fernet_for(_keys()[:1])


@lru_cache(maxsize=8)
def _fernet_for(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
