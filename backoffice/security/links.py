"""Addresses from elsewhere: text to copy, never a link, and called out where it is not safe to open them."""

import unicodedata
from urllib.parse import urlsplit

_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}


def is_safe_address(text: str) -> bool:
    """Whether people may send this address on and open it: https, with a host, and nothing in it that deceives.

    What deceives are names before the host ("https://bank.example@evil.example"), backslashes, and characters that
    cannot be seen or turn the direction of writing.
    """
    if has_deceiving_characters(text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) and "@" not in parts.netloc


def has_deceiving_characters(text: str) -> bool:
    """Whether there are backslashes in it, or characters that cannot be seen or turn the direction of writing."""
    return "\\" in text or any(unicodedata.category(character) in _INVISIBLE for character in text)
