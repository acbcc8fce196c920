"""What was kept for all channels together becomes a note for each of them, and goes back again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from backoffice.health.models import Telling

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
TOGETHER = [("health", "0001_initial")]
EACH = [("health", "0004_alerts_without_tellings")]


def migrate(target: list[tuple[str, str]]) -> Any:
    """Bring the database there; what gives a model as it is then."""
    MigrationExecutor(connection).migrate(target)
    return MigrationExecutor(connection).loader.project_state(target).apps.get_model


@pytest.fixture
def create(transactional_db: None) -> Iterator[Callable[..., int]]:
    """Makes an alert in the database as it was; afterwards it is brought up to date again."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    alerts = migrate(TOGETHER)("health", "Alert").objects

    def create(key: str, **told: Any) -> int:
        number: int = alerts.create(key=key, kind="stale", opened_at=NOW, last_seen_at=NOW, **told).pk
        return number

    yield create
    MigrationExecutor(connection).migrate(newest)


def told() -> list[tuple[Any, ...]]:
    """What each channel was told of which alert."""
    columns = ("alert__key", "channel", "told_at", "recovery_told_at", "times_told", "problem")
    return list(Telling.objects.order_by("alert__key", "channel").values_list(*columns))


def test_each_channel_is_noted_with_what_it_was_told_and_one_that_failed_is_told_again(
    create: Callable[..., int], settings: Any
) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["operator@example.org"], "https://chat.example/"
    over = NOW + timedelta(minutes=9)
    create("a:both", told_at=NOW, recovery_told_at=over, times_told=3)
    create("b:one", told_at=NOW, times_told=2, delivery_error="webhook: HTTP 500")
    create("c:nobody", delivery_error="e-mail: SMTPException; webhook: ConnectionError")
    create("d:new")
    migrate(EACH)

    assert told() == [
        ("a:both", "email", NOW, over, 3, ""),
        ("a:both", "webhook", NOW, over, 3, ""),
        ("b:one", "email", NOW, None, 2, ""),
        ("b:one", "webhook", None, None, 0, "HTTP 500"),
        ("c:nobody", "email", None, None, 0, "SMTPException"),
        ("c:nobody", "webhook", None, None, 0, "ConnectionError"),
    ]


def test_a_channel_that_is_not_set_up_was_told_nothing(create: Callable[..., int], settings: Any) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["operator@example.org"], ""
    create("a:one", told_at=NOW, times_told=1)
    migrate(EACH)

    assert told() == [("a:one", "email", NOW, None, 1, "")]


def test_it_goes_back_to_what_it_was(create: Callable[..., int], settings: Any) -> None:
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["operator@example.org"], "https://chat.example/"
    rows: list[dict[str, Any]] = [
        {"key": "a", "told_at": NOW, "recovery_told_at": NOW, "times_told": 3, "delivery_error": ""},
        {"key": "b", "told_at": NOW, "recovery_told_at": None, "times_told": 2, "delivery_error": "webhook: HTTP 500"},
        {"key": "c", "told_at": None, "recovery_told_at": None, "times_told": 0, "delivery_error": "e-mail: OSError"},
        {"key": "d", "told_at": None, "recovery_told_at": None, "times_told": 0, "delivery_error": ""},
    ]
    for row in rows:
        create(**row)
    migrate(EACH)
    alerts = migrate(TOGETHER)("health", "Alert").objects

    assert list(alerts.order_by("key").values(*rows[0])) == rows
