"""What beat asks for: nothing is missing, each task exists, and a worker of the papers takes it up."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from backoffice.celery import app
from backoffice.health.heartbeats import passages

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parent.parent
PAPERS = ("README.md", "docs/operations.md")
EXPECTED = {
    "accounts-forget-sessions",
    "audit-seal",
    "customers-remove-abandoned-drafts",
    "customers-sweep-kyc-refreshes",
    "health-watch",
    "operations-sweep",
    "passage",
    "passage-operations",
    "passage-quick",
    "passage-sync",
    "passage-webhooks",
    "retention-purge",
    "sync-drift",
    "sync-full",
    "sync-head",
    "sync-open",
    "webhooks-sweep",
}


def queues_served(paper: str) -> set[str]:
    """The queues that the workers of a paper take up, all together."""
    lines = re.findall(r"--queues=([\w,]+)", (ROOT / paper).read_text())
    return {queue for line in lines for queue in line.split(",")}


def queue_of(task: str, options: dict[str, str]) -> str:
    """Where a message for the task goes."""
    return str(app.amqp.router.route(dict(options), task)["queue"].name)


def test_beat_asks_for_everything_that_must_happen_and_for_nothing_else() -> None:
    assert set(settings.CELERY_BEAT_SCHEDULE) == EXPECTED


def test_what_beat_asks_for_again_and_again_does_not_pile_up_while_no_worker_lives() -> None:
    kept_longer = {
        name
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if isinstance(entry["schedule"], timedelta)
        and not 0 < entry.get("options", {}).get("expires", 0) <= entry["schedule"].total_seconds()
    }
    assert kept_longer == set()


def test_what_beat_asks_for_once_a_day_waits_for_a_worker() -> None:
    assert "expires" not in settings.CELERY_BEAT_SCHEDULE["sync-full"].get("options", {})


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_beat_asks_for_is_a_task_that_a_worker_of_the_papers_takes_up(name: str) -> None:
    app.loader.import_default_modules()
    entry = settings.CELERY_BEAT_SCHEDULE[name]
    assert entry["task"] in app.tasks
    for paper in PAPERS:
        assert queue_of(entry["task"], entry.get("options", {})) in queues_served(paper)


def test_every_task_of_ours_goes_to_a_queue_that_is_watched() -> None:
    app.loader.import_default_modules()
    ours = [name for name in app.tasks if not name.startswith("celery.")]
    queues = {queue_of(name, {}) for name in ours}
    assert queues == {*settings.WATCHED_QUEUES, settings.CELERY_TASK_DEFAULT_QUEUE}
    assert {f"passage-{queue}" for queue in settings.WATCHED_QUEUES} | {"passage"} == set(passages())


@pytest.mark.parametrize("paper", [*PAPERS, "docs/webhooks.md"])
def test_no_paper_starts_a_worker_without_naming_its_queues(paper: str) -> None:
    commands = re.findall(r"celery --app=backoffice worker[^\n`]*", (ROOT / paper).read_text())
    assert commands
    assert [command for command in commands if "--queues=" not in command] == []
    assert queues_served(paper) <= {*settings.WATCHED_QUEUES, settings.CELERY_TASK_DEFAULT_QUEUE}
