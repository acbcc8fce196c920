"""Encryption at rest with the keys of `FIELD_ENCRYPTION_KEYS`, newest first."""

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UndecryptableError(Exception):
    """A stored secret was written with a key that is not among `FIELD_ENCRYPTION_KEYS`."""


def encrypt_text(value: str) -> str:
    """`value` encrypted with the newest key, as text."""
    return _fernet().encrypt(value.encode()).decode()


def decrypt_text(value: str) -> str:
    """The text that `encrypt_text` was given.

    Raises `UndecryptableError` when none of the keys opens it.
    """
    try:
        return _fernet().decrypt(value.encode()).decode()
    except InvalidToken:
        raise UndecryptableError(
            "A stored secret cannot be opened: its key is not among FIELD_ENCRYPTION_KEYS."
        ) from None


def _fernet() -> MultiFernet:
    return _fernet_for(tuple(settings.FIELD_ENCRYPTION_KEYS) or (_key_from_secret(settings.SECRET_KEY),))


@lru_cache(maxsize=4)
def _fernet_for(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _key_from_secret(secret: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"field-encryption" + secret.encode()).digest()).decode()
