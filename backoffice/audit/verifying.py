"""Verifying: the chain is walked from its beginning, and the first thing that does not fit is named."""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from .chain import Entry, entry_of, hash_of, unpack
from .models import AuditRecord, AuditSeal
from .sealing import newest_seal, unsealed
from .triggers import find_unprotected_tables

_AT_ONCE = 1000

Progress = Callable[[int], None]


class DoesNotFit(Exception):  # noqa: N818 - it reads as what it says
    """The first thing in the audit record that is not as it was sealed; the text is a sentence for people."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found to fit: how many records in how many seals, the newest hash, and how many wait to be sealed."""

    records: int
    seals: int
    newest_hash: str
    unsealed: int


def verify(*, known_hashes: frozenset[str] = frozenset(), progress: Progress | None = None) -> Verified:
    """Compare every sealed record with its seal, and every seal with the one before it; in constant memory.

    known_hashes: hashes that were kept elsewhere; each must be one of the chain, so that a chain made anew, or one
    whose end was cut off, is told. progress: is called with the number of records compared so far.
    Raises DoesNotFit.
    """
    end = newest_seal()
    checked = _Checked(missing=set(known_hashes))
    if end is not None:
        for seal in AuditSeal.objects.filter(number__lte=end.number).order_by("number").iterator(chunk_size=10):
            checked.add(seal)
            if progress:
                progress(checked.records)
    checked.check_end()
    if tables := find_unprotected_tables(connection):
        raise DoesNotFit(
            _("All records fit, but the triggers of %(tables)s are missing: anybody could change what stands there.")
            % {"tables": ", ".join(tables)}
        )
    return Verified(
        records=checked.records,
        seals=checked.seals,
        newest_hash=checked.previous_hash,
        unsealed=unsealed(end).count(),
    )


class _Checked:
    """How far the chain fits."""

    def __init__(self, *, missing: set[str]) -> None:
        self.records = 0
        self.seals = 0
        self.previous_hash = ""
        self._missing = missing
        self._last_id: int | None = None

    def add(self, seal: AuditSeal) -> None:
        """Compare the next seal with the one before it, and its records with it. Raises DoesNotFit."""
        self._check_seal(seal)
        self._check_records(seal)
        self.records += seal.count
        self.seals += 1
        self.previous_hash = seal.hash
        self._last_id = seal.last_id
        self._missing.discard(seal.hash)

    def check_end(self) -> None:
        """Say whether every hash that was kept elsewhere was met. Raises DoesNotFit."""
        if self._missing:
            raise DoesNotFit(
                _("The chain does not contain the hash %(hash)s: it was made anew, or its end was cut off.")
                % {"hash": min(self._missing)}
            )

    def _check_seal(self, seal: AuditSeal) -> None:
        expected = self.seals + 1
        if seal.number != expected:
            raise DoesNotFit(_("Seal %(number)d was removed.") % {"number": expected})
        if seal.previous_hash != self.previous_hash:
            raise DoesNotFit(
                _("Seal %(number)d does not follow the seal before it: one of the two was altered.")
                % {"number": seal.number}
            )
        if seal.hash != hash_of(seal):
            raise DoesNotFit(_("Seal %(number)d was altered.") % {"number": seal.number})

    def _check_records(self, seal: AuditSeal) -> None:
        """Walk what was sealed and what is there side by side, in the order of ids."""
        there = map(entry_of, self._records_of(seal).iterator(chunk_size=_AT_ONCE))
        entry = next(there, None)
        for sealed_id, sealed_hash in _sealed_in(seal):
            if entry is not None and entry[0] < sealed_id:
                raise DoesNotFit(_("Record %(id)d was inserted afterwards.") % {"id": entry[0]})
            if entry is None or entry[0] > sealed_id:
                raise DoesNotFit(_("Record %(id)d was removed.") % {"id": sealed_id})
            if entry[1] != sealed_hash:
                raise DoesNotFit(_("Record %(id)d was altered.") % {"id": sealed_id})
            entry = next(there, None)
        if entry is not None:
            raise DoesNotFit(_("Record %(id)d was inserted afterwards.") % {"id": entry[0]})

    def _records_of(self, seal: AuditSeal) -> QuerySet[AuditRecord]:
        records = AuditRecord.objects.filter(pk__lte=seal.last_id).order_by("pk")
        return records if self._last_id is None else records.filter(pk__gt=self._last_id)


def _sealed_in(seal: AuditSeal) -> Iterator[Entry]:
    try:
        yield from unpack(bytes(seal.covered))
    except struct.error:
        raise DoesNotFit(_("Seal %(number)d was altered.") % {"number": seal.number}) from None
