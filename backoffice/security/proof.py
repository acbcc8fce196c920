"""Whether `FIELD_ENCRYPTION_KEYS` holds the key of this database: asked at start, not on a page."""

from typing import Any

from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from .encryption import UndecryptableError
from .models import KeyProof

SENTENCE = (
    "FIELD_ENCRYPTION_KEYS does not hold the key that this database is encrypted with, so nothing secret in it could "
    "be read. Put that key back (behind a new one, if there is one), or restore the database that belongs to the "
    "keys. Where no keys are set, SECRET_KEY takes their place: it has changed. Nothing was written."
)


def write_proof(**_signal: Any) -> None:
    """Keep the proof, once; run after `migrate`."""
    if not KeyProof.objects.filter(pk=KeyProof.ONLY).exists():
        KeyProof.objects.create(pk=KeyProof.ONLY, proof=KeyProof.TEXT)


def check_keys() -> None:
    """Raise ImproperlyConfigured when the keys are not this database's.

    A database that cannot be asked, or was not migrated yet, proves nothing: whoever needs it will say so.
    """
    try:
        list(KeyProof.objects.all())
    except UndecryptableError:
        raise ImproperlyConfigured(SENTENCE) from None
    except DatabaseError:
        return


def check_keys_of_command(**_check: Any) -> list[Error]:
    """The same as a system check, which every command makes before it begins."""
    try:
        check_keys()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="security.E001")]
    return []


def check_keys_of_process(**_signal: Any) -> None:
    """The same for a Celery process, which ends with the sentence: its signals swallow everything but an exit."""
    try:
        check_keys()
    except ImproperlyConfigured as problem:
        raise SystemExit(str(problem)) from None
