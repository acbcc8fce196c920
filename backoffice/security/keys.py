"""The keys of `FIELD_ENCRYPTION_KEYS`: checked when the settings are read, so that a wrong one stops the start."""

import base64
import binascii
import hashlib
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
_MAKE_ONE = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'


def read_keys(configured: Sequence[str], *, secret_key: str, is_required: bool) -> list[str]:
    """The Fernet keys to use, newest first: those configured, or one made of Django's key where that is allowed.

    Raises ImproperlyConfigured, which says which key is wrong and never what it is.
    """
    keys = [key.strip() for key in configured if key.strip()]
    if not keys and is_required:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS is not set: secrets and personal data are encrypted with it. "
            f"Make a key with: {_MAKE_ONE}"
        )
    for number, key in enumerate(keys, start=1):
        if not _is_key(key):
            raise ImproperlyConfigured(
                f"Key {number} of {len(keys)} in FIELD_ENCRYPTION_KEYS is not a key: it must be {KEY_BYTES} bytes in "
                f"URL-safe base64, separated by commas from the next. Make one with: {_MAKE_ONE}"
            )
    if len(set(keys)) != len(keys):
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS names the same key twice: leave one of them out.")
    return keys or [_key_from_secret(secret_key)]


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def _key_from_secret(secret: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(b"field-encryption" + secret.encode()).digest()).decode()
