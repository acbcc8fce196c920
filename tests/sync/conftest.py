"""What the tests of the mirror use: resources of their own, forgotten afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.sync import resources, tasks
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource
from backoffice.sync.services import sync_resource
from tests.sync.lists import RemoteList, lines_resource, payments_resource


@pytest.fixture(autouse=True)
def _own_resources() -> Iterator[None]:
    """What a test registers is gone after it."""
    known = dict(resources._resources)
    yield
    resources._resources.clear()
    resources._resources.update(known)


@pytest.fixture
def remote() -> RemoteList:
    """A list at the provider, still empty."""
    return RemoteList()


@pytest.fixture
def bank_lines(remote: RemoteList, db: None) -> Resource:
    """Bank lines that are mirrored from the list."""
    return lines_resource(remote)


@pytest.fixture
def purchases(remote: RemoteList, db: None) -> Resource:
    """Payments that are mirrored from the list."""
    return payments_resource(remote)


@pytest.fixture
def options_of_nudges() -> list[dict[str, Any]]:
    """How each of `nudges` was handed to the broker."""
    return []


@pytest.fixture
def nudges(monkeypatch: pytest.MonkeyPatch, options_of_nudges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was handed to the broker."""
    sent: list[dict[str, Any]] = []

    def send(_args: Any, wish: dict[str, Any], **options: Any) -> None:
        # Its correlation id is another with every wish: tests/audit looks at it.
        sent.append({name: value for name, value in wish.items() if name != "correlation_id"})
        options_of_nudges.append(options)

    monkeypatch.setattr(tasks.sync_one, "apply_async", send)
    return sent


def sync(name: str = "lines", mode: str = "full") -> SyncRun:
    """Sync and give the run back as it is stored."""
    run = sync_resource(name=name, mode=mode)
    run.refresh_from_db()
    return run
