"""Sealing: what was not sealed yet becomes the next links of the chain.

A record's id is drawn before its transaction ends, so that a lower id may appear after a higher one. Therefore a seal
covers only what lies below a mark at which nobody was in the middle of writing: on PostgreSQL the table is locked
against writers for the moment in which the mark is read, which waits for those at work; SQLite has one writer at a
time. Below the mark nothing can come any more: whatever is found there later was put there by somebody else.
"""

from collections.abc import Iterator

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from .chain import entry_of, hash_of, pack
from .models import AuditRecord, AuditSeal

RECORDS_A_SEAL = 1000
"""So many at most, so that a seal, and the memory of whoever verifies it, stays small."""
LOCK_WAIT = "3s"
"""How long other writers may be kept waiting, at most. Longer than `deadlock_timeout`: then autovacuum gives way."""

logger = structlog.get_logger(__name__)


def seal() -> list[AuditSeal]:
    """Seal everything that was written before now and is not sealed yet; return the new seals.

    Two at once are harmless: each number is taken once, and whoever comes second stops. Where a writer does not end
    for three seconds nothing is sealed; the next run does it. Must not run inside a transaction.
    """
    mark = _read_mark()
    made = list(_seal_up_to(mark)) if mark is not None else []
    if made:
        # The log is kept elsewhere: whoever rewrites the chain would have to rewrite it too.
        logger.info(
            "audit_sealed", records=sum(link.count for link in made), number=made[-1].number, hash=made[-1].hash
        )
    return made


def newest_seal() -> AuditSeal | None:
    """The end of the chain, without what it covers; None where nothing was sealed yet."""
    return AuditSeal.objects.defer("covered").order_by("-number").first()


def unsealed(last: AuditSeal | None) -> QuerySet[AuditRecord]:
    """The records behind that seal, by id; all of them where there is none."""
    records = AuditRecord.objects.order_by("pk")
    return records.filter(pk__gt=last.last_id) if last else records


def _read_mark() -> int | None:
    """The highest id below which nobody can write any more; None where there is none, or writers do not end."""
    if connection.vendor != "postgresql":
        return _highest_id()
    try:
        with transaction.atomic(durable=True):
            _wait_for_writers()
            return _highest_id()
    except OperationalError as problem:
        if not isinstance(problem.__cause__, LockNotAvailable):
            raise
        logger.warning("audit_not_sealed", reason="somebody has been writing for long; the next run seals it")
        return None


def _highest_id() -> int | None:
    highest: int | None = AuditRecord.objects.aggregate(highest=Max("pk"))["highest"]
    return highest


def _wait_for_writers() -> None:
    """Lock the table until the transaction at hand ends; whoever has written into it has ended before."""
    table = AuditRecord._meta.db_table  # noqa: SLF001 - Django's documented way to ask
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")


def _seal_up_to(mark: int) -> Iterator[AuditSeal]:
    last = newest_seal()
    while records := list(unsealed(last).filter(pk__lte=mark)[:RECORDS_A_SEAL]):
        link = _link(last, records)
        try:
            with transaction.atomic():
                link.save(force_insert=True)
        except IntegrityError:
            return
        yield link
        last = link


def _link(last: AuditSeal | None, records: list[AuditRecord]) -> AuditSeal:
    link = AuditSeal(
        number=last.number + 1 if last else 1,
        last_id=records[-1].pk,
        count=len(records),
        covered=pack(map(entry_of, records)),
        previous_hash=last.hash if last else "",
        sealed_at=timezone.now(),
    )
    link.hash = hash_of(link)
    return link
