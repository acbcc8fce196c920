"""How fast events are taken, beside a bare Django view that inserts one row: the same gunicorn, the same client."""

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import product_environment
from benchmarks.webhooks.serving import Served

PATH = "/webhooks/cryptopocket/"
CONNECTIONS = 8
MOST_SECONDS = 120
APPLICATIONS = {"ours": "backoffice.wsgi", "bare": "benchmarks.bare.site"}


@dataclass(frozen=True)
class Turn:
    """Events a second, and the server's processor time for one."""

    rate: float
    cpu_milliseconds: float


def measure_accepting(*, database_url: str, events: int, rounds: int) -> dict[str, Any]:
    """Events a second of both, turn about, the median of the rounds; and the queries of one event."""
    with tempfile.TemporaryDirectory(prefix="backoffice-benchmark-") as folder:
        environment = product_environment(database_url=database_url, folder=Path(folder))
        with Served(environment, logs=Path(folder)) as served:
            queries = json.loads(served.run("benchmarks.worker", "webhook-queries"))["queries"]
            served.run("benchmarks.bare.site")
            ports = {name: served.serve(application) for name, application in APPLICATIONS.items()}
            for name, port in ports.items():
                _measure_turn(served, name, port, events=200)
            turns = [
                {name: _measure_turn(served, name, port, events=events) for name, port in ports.items()}
                for _ in range(rounds)
            ]
    return {
        "events": events,
        "rounds": rounds,
        "queries": queries,
        "rate": {name: statistics.median(turn[name].rate for turn in turns) for name in APPLICATIONS},
        "cpu": {name: statistics.median(turn[name].cpu_milliseconds for turn in turns) for name in APPLICATIONS},
        "ratio": statistics.median(turn["ours"].rate / turn["bare"].rate for turn in turns),
    }


def _measure_turn(served: Served, name: str, port: int, *, events: int) -> Turn:
    """Send events to one of both; raises where one was not taken."""
    numbers = [str(number) for number in (events, CONNECTIONS, MOST_SECONDS)]
    before = served.cpu_seconds(APPLICATIONS[name])
    figures = json.loads(served.run("benchmarks.webhooks.sending", str(port), PATH, *numbers))
    if figures["statuses"] != {"200": events}:
        raise AssertionError(f"Not every event was taken: {figures}")
    used = served.cpu_seconds(APPLICATIONS[name]) - before
    return Turn(rate=events / float(figures["seconds"]), cpu_milliseconds=used / events * 1000)
