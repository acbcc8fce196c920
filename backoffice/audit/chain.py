"""What a seal says: the hashes of its records, and its own, in which the one before it is contained."""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from .models import AuditRecord, AuditSeal

# Of each record what is sealed, by name, so that a column added later changes no hash of before.
SEALED_FIELDS = (
    "id",
    "at",
    "action",
    "actor_id",
    "actor_name",
    "address",
    "correlation_id",
    "subject_model",
    "subject_id",
    "operation_id",
    "sync_run_id",
    "before",
    "after",
    "details",
)
_ENTRY = struct.Struct(">q32s")

Entry = tuple[int, bytes]


def entry_of(record: AuditRecord) -> Entry:
    """A record's id, and the SHA-256 of everything that it says."""
    said = {name: getattr(record, name) for name in SEALED_FIELDS}
    return record.pk, hashlib.sha256(_canonical({**said, "at": _moment(record.at)})).digest()


def pack(entries: Iterable[Entry]) -> bytes:
    """The entries as a seal keeps them, 40 bytes each."""
    return b"".join(_ENTRY.pack(*entry) for entry in entries)


def unpack(covered: bytes) -> Iterator[Entry]:
    """The entries that a seal keeps. Raises struct.error where the bytes are no entries."""
    yield from _ENTRY.iter_unpack(covered)


def hash_of(seal: AuditSeal) -> str:
    """The SHA-256 of everything that a seal says besides this hash, in hex."""
    said = {
        "number": seal.number,
        "last_id": seal.last_id,
        "count": seal.count,
        "covered": hashlib.sha256(bytes(seal.covered)).hexdigest(),
        "previous_hash": seal.previous_hash,
        "sealed_at": _moment(seal.sealed_at),
    }
    return hashlib.sha256(_canonical(said)).hexdigest()


def _canonical(said: dict[str, Any]) -> bytes:
    """The one way to write it down: keys sorted, no spaces, ASCII."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder).encode()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
