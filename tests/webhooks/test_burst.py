"""A burst of events over real HTTP to the product as it runs: none is lost, and few reads come of many events."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.webhooks.burst import Product, running_product, send_burst
from tests.databases import MakeDatabase
from tests.operations.installation import KEY

pytestmark = pytest.mark.processes

ENGINE_OF_THIS_RUN = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"


@pytest.fixture
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    """Web, worker and beat, subscribed at a stand-in, on the engine asked for."""
    make: MakeDatabase = request.getfixturevalue(f"make_{getattr(request, 'param', ENGINE_OF_THIS_RUN)}")
    with running_product(database_url=make(tmp_path), folder=tmp_path, FIELD_ENCRYPTION_KEYS=KEY) as running:
        yield running


@pytest.mark.parametrize("product", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_no_event_of_a_burst_is_lost_though_the_database_goes_away(product: Product) -> None:
    figures = send_burst(product, events=600, away_seconds=1.5)
    assert (figures.kept, figures.lost) == (600, 0)
    assert figures.settled == figures.rows
    assert set(figures.answers) <= {200, 503, None}
    if product.database_url.startswith("postgres"):
        assert figures.answers[503] > 0


def test_a_thousand_events_about_one_payment_cause_a_handful_of_reads(product: Product) -> None:
    figures = send_burst(product, events=1000, payments=1)
    assert figures.settled == figures.rows == 1000
    assert 1 <= figures.read_backs <= 3 + figures.seconds_to_settle / 2
