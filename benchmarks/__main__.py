"""Measures on databases of its own, each measurement in a process of its own, and prints tables."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from backoffice.sandbox import start_sandbox
from benchmarks import report
from benchmarks.databases import temporary_postgresql, temporary_sqlite
from benchmarks.environment import product_environment
from benchmarks.webhooks.accepting import measure_accepting
from benchmarks.webhooks.burst import measure_burst
from benchmarks.webhooks.learning import measure_learning

ENGINES = {"PostgreSQL": temporary_postgresql, "SQLite": temporary_sqlite}
PARTS = ("ways", "memory", "end-to-end", "calls", "export", "webhooks", "learning", "burst")
FEW = 10_000
ROUNDS = 3
ROUNDS_OF_EVENTS = 5
CHANGES_PER_SECOND = 5.0
INTERVAL = 60
"""Seconds between two reads of what is open, where no events come; a third of the product's default."""


def main() -> None:
    """Run all measurements, or a small run of them."""
    options = _parse_arguments()
    rows, sample, many = (10_000, 200, 50_000) if options.quick else (100_000, 1000, 1_000_000)
    changes = 50 if options.quick else 300
    events, away_seconds = (1000, 2.0) if options.quick else (10_000, 10.0)
    engines = [name for name in options.engines or ENGINES if _answers(name)]
    parts: dict[str, Callable[[str], None]] = {
        "ways": lambda engine: _compare_ways(engine, rows=rows, sample=sample),
        "memory": lambda engine: _compare_memory(engine, many=many),
        "end-to-end": lambda engine: _go_end_to_end(engine, rows=rows),
        "calls": lambda engine: _note_calls(engine, rows=rows, many=many),
        "export": lambda engine: _export(engine, rows=many),
        "webhooks": lambda engine: _take_events(engine, events=events // 4),
        "learning": lambda engine: _learn(engine, changes=changes),
        "burst": lambda engine: _take_a_burst(engine, events=events, away_seconds=away_seconds),
    }
    for name in options.parts or PARTS:
        for engine in engines:
            parts[name](engine)


def _compare_ways(engine: str, *, rows: int, sample: int) -> None:
    with ENGINES[engine]() as url:
        figures = _measure(url, "speed", rows, sample, ROUNDS)
    _print(report.describe_speed(engine, figures))
    if "e" in figures:
        _print(report.describe_targets(figures))


def _compare_memory(engine: str, *, many: int) -> None:
    growths = [_measure_growths(engine, rows) for rows in (FEW, many)]
    _print(report.describe_memory(engine, rows=(FEW, many), growths=growths))


def _measure_growths(engine: str, rows: int) -> dict[str, float]:
    """Megabytes of growth of a first load and of the run after it, which finds nothing changed."""
    with ENGINES[engine]() as url:
        return {what: _measure(url, "memory", rows)["growth"] for what in ("first load", "nothing changed")}


def _go_end_to_end(engine: str, *, rows: int) -> None:
    """The provider answers from this process, the product runs in another one."""
    sizes = {"customers": 100, "payments": 0, "offramps": 0, "bank_transactions": rows}
    with start_sandbox(**sizes) as provider, ENGINES[engine]() as url:
        figures = _measure(url, "end-to-end", CRYPTOPOCKET_BASE_URL=provider.base_url)
    _print(report.describe_end_to_end(engine, figures))


def _note_calls(engine: str, *, rows: int, many: int) -> None:
    """The log of calls: what it costs a sync, and how fast it is with a month of calls in it."""
    sizes = {"customers": 100, "payments": 0, "offramps": 0, "bank_transactions": rows}
    with start_sandbox(**sizes) as provider, ENGINES[engine]() as url:
        figures = _measure(url, "noting", CRYPTOPOCKET_BASE_URL=provider.base_url)
    _print(report.describe_noting(engine, figures))
    with ENGINES[engine]() as url:
        figures = _measure(url, "charting", many)
    _print(report.describe_charting(engine, figures))


def _export(engine: str, *, rows: int) -> None:
    """The list of payments as a file, in both formats, each in a process that did nothing else."""
    with ENGINES[engine]() as url:
        _measure(url, "fill-payments", rows)
        figures = {name: _measure(url, f"export-{name}") for name in ("csv", "xlsx")}
    _print(report.describe_exports(engine, rows=rows, figures=figures))


def _take_events(engine: str, *, events: int) -> None:
    """The inbox beside a bare view that inserts one row."""
    with ENGINES[engine]() as url:
        figures = measure_accepting(database_url=url, events=events, rounds=ROUNDS_OF_EVENTS)
    _print(report.describe_accepting(engine, figures))


def _learn(engine: str, *, changes: int) -> None:
    """Payments that move on at the pace of a working day: how soon each stands in our table."""
    with ENGINES[engine]() as url, tempfile.TemporaryDirectory(prefix="backoffice-benchmark-") as folder:
        figures = measure_learning(
            database_url=url, folder=Path(folder), changes=changes, per_second=CHANGES_PER_SECOND, interval=INTERVAL
        )
    _print(report.describe_learning(engine, figures, per_second=CHANGES_PER_SECOND))


def _take_a_burst(engine: str, *, events: int, away_seconds: float) -> None:
    """Many events at once, with the database away for a while."""
    with ENGINES[engine]() as url, tempfile.TemporaryDirectory(prefix="backoffice-benchmark-") as folder:
        figures = measure_burst(database_url=url, folder=Path(folder), events=events, away_seconds=away_seconds)
    _print(report.describe_burst(engine, figures, away_seconds=away_seconds))


def _measure(database_url: str, name: str, *numbers: int, **environment: str) -> dict[str, Any]:
    """The figures of one measurement, made by a process of its own on that database."""
    command = [sys.executable, "-m", "benchmarks.worker", name, *map(str, numbers)]
    with tempfile.TemporaryDirectory(prefix="backoffice-benchmark-") as folder:
        settings = product_environment(database_url=database_url, folder=Path(folder)) | environment
        done = subprocess.run(command, env=settings, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _answers(engine: str) -> bool:
    """Whether the engine can be used here; says so where it cannot."""
    try:
        with ENGINES[engine]():
            return True
    except psycopg.OperationalError:
        _print("No PostgreSQL answers: start one on localhost, or name one in POSTGRESQL_URL. It is left out.")
        return False


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast the mirror is.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and less")
    parser.add_argument("--engine", dest="engines", action="append", choices=ENGINES, help="only this one")
    parser.add_argument("--part", dest="parts", action="append", choices=PARTS, help="only this one")
    return parser.parse_args()


def _print(text: str) -> None:
    print(f"{text}\n", flush=True)


if __name__ == "__main__":
    main()
