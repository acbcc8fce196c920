"""A burst of events from the stand-in, over HTTP, to the product as it runs, with its database away for a while."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from backoffice.sandbox import Sandbox, start_sandbox
from benchmarks.environment import product_environment
from benchmarks.webhooks.accepting import PATH
from benchmarks.webhooks.away import database_away
from benchmarks.webhooks.serving import Served

PAYMENTS = 50
_LONGEST_SECONDS = 600.0
_COUNT = "SELECT count(*) FILTER (WHERE state NOT IN ('waiting', 'reading')), count(*) FROM webhooks_webhookevent"
_QUEUES = "operations,webhooks,quick,sync,default"


@dataclass(frozen=True)
class BurstFigures:
    """What became of a burst.

    ``rows`` can be more than ``kept``: where the answer was lost, an event comes again with another time. ``answers``
    are the tries by HTTP status, None for no answer. ``read_backs`` are reads of single payments at the provider.
    """

    events: int
    kept: int
    rows: int
    settled: int
    answers: dict[int | None, int]
    read_backs: int
    seconds_to_take: float
    seconds_to_settle: float

    @property
    def lost(self) -> int:
        """Events of which there is no row."""
        return self.events - self.kept


@dataclass(frozen=True)
class Product:
    """The product as it runs: web, worker and beat, subscribed at a stand-in."""

    provider: Sandbox
    served: Served
    database_url: str

    def inbox(self) -> dict[str, int]:
        """Count the events in the inbox, and the different bodies in them."""
        counted: dict[str, int] = json.loads(self.served.run("benchmarks.worker", "inbox"))
        return counted


@contextmanager
def running_product(
    *, database_url: str, folder: Path, waiting_payments: int = 0, **environment: str
) -> Iterator[Product]:
    """Start the product on a migrated database, and a stand-in with 50 payments and those that wait."""
    sizes = {"customers": 10, "payments": PAYMENTS, "offramps": 0, "bank_transactions": 0}
    with start_sandbox(**sizes, webhook_parallel=8, webhook_tries=100_000) as provider:
        for _ in range(waiting_payments):
            provider.control.add_payment(status="pending_bank")
        variables = product_environment(database_url=database_url, folder=folder) | {
            "CRYPTOPOCKET_BASE_URL": provider.base_url,
            "CRYPTOPOCKET_API_KEY": provider.options.api_key,
            "CRYPTOPOCKET_API_SECRET": provider.options.api_secret,
            **environment,
        }
        with Served(variables, logs=folder) as served:
            served.run("django", "sync", "customers", "payments")
            port = served.serve("backoffice.wsgi")
            celery = ("celery", "--app=backoffice")
            served.start("worker", *celery, "worker", f"--queues={_QUEUES}", "--concurrency=2", "--loglevel=WARNING")
            served.start("beat", *celery, "beat", "--loglevel=WARNING", f"--pidfile={folder / 'beat.pid'}")
            provider.control.subscribe(f"http://127.0.0.1:{port}{PATH}")
            yield Product(provider, served, database_url)


def send_burst(product: Product, *, events: int, payments: int = PAYMENTS, away_seconds: float = 0.0) -> BurstFigures:
    """Send that many events about the first payments; a third of the way the database goes away for a while.

    Raises:
        AssertionError: not every event was taken, or looked after, in ten minutes.
    """
    control = product.provider.control
    ids = [{"payment_id": payment["id"], "status": payment["status"]} for payment in control.payments()[:payments]]
    before = control.calls("getPayment")
    began = time.monotonic()
    control.send_burst(events, "COINS_SENT", ids)
    if away_seconds:
        _must(control.wait_for_deliveries(count=events // 3, seconds=_LONGEST_SECONDS), "a third was not taken")
        with database_away(product.database_url):
            time.sleep(away_seconds)
    _must(control.wait_for_deliveries(count=events, seconds=_LONGEST_SECONDS), "not every event was taken")
    taken = time.monotonic()
    settled = _wait_until_settled(product.database_url, deadline=taken + _LONGEST_SECONDS)
    seconds_to_settle = time.monotonic() - began
    inbox = product.inbox()
    return BurstFigures(
        events=events,
        kept=inbox["different"],
        rows=inbox["rows"],
        settled=settled,
        answers=control.delivery_answers(),
        read_backs=control.calls("getPayment") - before,
        seconds_to_take=taken - began,
        seconds_to_settle=seconds_to_settle,
    )


def measure_burst(*, database_url: str, folder: Path, events: int, away_seconds: float) -> BurstFigures:
    """Send a burst about 50 payments to a product that has just started."""
    with Served(product_environment(database_url=database_url, folder=folder), logs=folder) as served:
        served.run("django", "migrate", "--verbosity", "0")
    with running_product(database_url=database_url, folder=folder) as product:
        return send_burst(product, events=events, away_seconds=away_seconds)


def _wait_until_settled(database_url: str, *, deadline: float) -> int:
    """Return how many events are settled, once all are."""
    while (counts := _count_rows(database_url))[0] < counts[1]:
        _must(time.monotonic() < deadline, f"only {counts[0]} of {counts[1]} events are settled")
        time.sleep(0.2)
    return counts[0]


def _count_rows(database_url: str) -> tuple[int, int]:
    """Events that nothing more is done about, and all of them; asked of the database, to be no burden."""
    if database_url.startswith("sqlite:///"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as file:
            return tuple(file.execute(_COUNT).fetchone())
    with psycopg.connect(database_url) as server:
        return tuple(server.execute(_COUNT).fetchone() or (0, 0))


def _must(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise AssertionError(otherwise)
