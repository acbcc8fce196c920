"""The five ways to fill the table of bank lines, timed."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from backoffice.sync.engine.fingerprints import make_fingerprinter
from backoffice.sync.models import SyncRun
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction
from benchmarks.items import IBAN, NAME, Lines, mirror

_MODEL = BankTransaction._meta  # noqa: SLF001 - Django's documented way to ask a model
_TABLE = _MODEL.db_table
_COLUMNS = tuple(field.column or "" for field in _MODEL.concrete_fields if not field.primary_key)


def measure_speed(rows: int, sample: int, rounds: int) -> dict[str, Any]:
    """Seconds of each way for `rows` lines, the best of some rounds in which each has its turn.

    `update_or_create` is timed for `sample` lines and scaled. The time to make the items is left out of all.
    """
    measured = [_measure_round(rows=rows, sample=sample) for _ in range(rounds)]
    figures: dict[str, Any] = {key: min(figures[key] for figures in measured) for key in measured[0]}
    return {**figures, "rows": rows, "sample": sample, "rounds": rounds}


def _measure_round(*, rows: int, sample: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    _empty_table()
    if connection.vendor == "postgresql":
        figures["e"] = _measure(Lines(count=rows), lambda lines: _copy_and_upsert(_as_tuples(lines)))
        _empty_table()
        figures["e_ready"] = _measure_ready_rows(Lines(count=rows))
        _empty_table()
    figures["a"], figures["a_statements"] = _sync(Lines(count=rows), created=rows)
    figures["b"], figures["b_statements"] = _sync(Lines(count=rows), unchanged=rows)
    figures["c"], figures["c_statements"] = _sync(Lines(count=rows, changed=1), changed=rows // 100)
    figures["d_same"] = _measure(Lines(count=sample, changed=1), _update_or_create) * rows / sample
    _empty_table()
    figures["d"] = _measure(Lines(count=sample), _update_or_create) * rows / sample
    return figures


def _sync(lines: Lines, **expected: int) -> tuple[float, float]:
    """Seconds and statements per 1,000 rows of a full sync, whose counts must be the expected ones."""
    mirror(lines)
    with _counting() as statements:
        seconds = _measure(lines, lambda _: _check(sync_resource(name=NAME, mode=SyncRun.Mode.FULL), expected))
    return seconds, len(statements) / lines.count * 1000


def _measure_ready_rows(lines: Lines) -> float:
    """Seconds of the storing alone: the rows are made ready before."""
    ready = list(_as_tuples(lines))
    return _measure(Lines(count=0), lambda _: _copy_and_upsert(ready))


def _check(run: SyncRun, expected: dict[str, int]) -> None:
    found = {name: getattr(run, name) for name in expected}
    if found != expected or run.state != SyncRun.State.SUCCEEDED:
        raise AssertionError(f"The sync was to give {expected} and gave {found}: {run.state} {run.error}")


def _update_or_create(lines: Lines) -> None:
    """What one writes without an engine: parse the item, `update_or_create` the row."""
    resource = mirror(lines)
    for item in _items(lines):
        row, now = resource.parse(item, IBAN), timezone.now()
        BankTransaction.objects.update_or_create(
            remote_id=row.remote_id,
            defaults={**row.columns, "read_at": now, "changed_at": now},
            create_defaults={**row.columns, "read_at": now, "changed_at": now, "first_seen_at": now},
        )


def _copy_and_upsert(rows: Iterable[tuple[Any, ...]]) -> None:
    """The practical limit: COPY into a temporary table, one upsert."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in _COLUMNS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {names} FROM "{_TABLE}" LIMIT 0')
        with cursor.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
            for values in rows:
                copy.write_row(values)
        cursor.execute(
            f'INSERT INTO "{_TABLE}" ({names}) SELECT {names} FROM incoming '
            f'ON CONFLICT ("remote_id") DO UPDATE SET {updates}'
        )


def _as_tuples(lines: Lines) -> Iterator[tuple[Any, ...]]:
    """The rows of the lines, read with the same code as the engine's."""
    resource = mirror(lines)
    fingerprint, now = make_fingerprinter(version=1, partition=IBAN), timezone.now()
    for item in _items(lines):
        row = resource.parse(item, IBAN)
        canonical, digest = fingerprint(item)
        values = {
            "remote_id": row.remote_id,
            "payload": canonical,
            "fingerprint": digest,
            "read_at": now,
            "first_seen_at": now,
            "changed_at": now,
            **row.columns,
        }
        yield tuple(values.get(name) for name in _COLUMNS)


def _empty_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f'TRUNCATE "{_TABLE}" CASCADE' if connection.vendor == "postgresql" else f'DELETE FROM "{_TABLE}"'
        )


def _items(lines: Lines) -> Iterator[Mapping[str, Any]]:
    return (item for page in lines.pages() for item in page.items)


def _measure(lines: Lines, work: Callable[[Lines], object]) -> float:
    """Seconds of the work without those that went into making the items."""
    began = time.perf_counter()
    work(lines)
    return time.perf_counter() - began - lines.seconds


@contextmanager
def _counting() -> Iterator[list[None]]:
    """One entry for each statement."""
    statements: list[None] = []

    def count(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append(None)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(count):
        yield statements
