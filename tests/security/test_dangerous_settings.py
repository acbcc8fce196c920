"""A value with which nothing works, or worse than nothing, is refused at the start, by its name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from backoffice.settings.limits import check_limits

OF_TODAY: dict[str, Any] = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}


def test_the_values_of_today_are_taken() -> None:
    check_limits(OF_TODAY)


@pytest.mark.parametrize("path", ["in/7f3a9/", "webhooks/cryptopocket", "a.b/c"])
def test_a_path_that_nobody_guesses_is_taken(path: str) -> None:
    check_limits({**OF_TODAY, "WEBHOOK_PATH": path})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBHOOK_PATH", ""),
        ("WEBHOOK_PATH", "admin/"),
        ("WEBHOOK_PATH", "admin"),
        ("WEBHOOK_PATH", "account/login/"),
        ("WEBHOOK_PATH", "health/"),
        ("WEBHOOK_PATH", "../inbox/"),
        ("WEBHOOK_PATH", "in//box/"),
        ("WEBHOOK_PATH", "in box/"),
        ("WEBHOOK_PATH", "in%2Fbox/"),
        ("WEBHOOK_PATH", "inbox/?key=1"),
        ("WEBHOOK_PATH", "in/<int:box>/"),
        ("WEBHOOK_SWEEP_SECONDS", 0),
        ("WEBHOOK_LIVE_CHECK_SECONDS", -1),
        ("SYNC_VIEWED_SHARE", 20),
        ("SYNC_VIEWED_AFTER_SECONDS", 0),
        ("DRIFT_HOUR", 24),
        ("DRIFT_SAMPLE_ROWS", -1),
        ("ALERT_REFUSED_EVENTS", 0),
        ("ALERT_WAITING_OPERATIONS_MINUTES", 0),
        ("ALERT_EMAILS", ["a@example.org\nBcc: b@example.org"]),
        ("ALERT_EMAILS", ["nobody"]),
        ("CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL", datetime.now(UTC) + timedelta(days=400)),
    ],
)
def test_a_dangerous_value_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        check_limits({**OF_TODAY, name: value})


def test_a_sender_of_two_lines_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM"):
        check_limits({**OF_TODAY, "DEFAULT_FROM_EMAIL": "a@example.org\nBcc: b@example.org"})


def test_a_token_that_can_be_guessed_is_refused_where_it_is_in_earnest() -> None:
    with pytest.raises(ImproperlyConfigured, match="HEALTH_TOKEN"):
        check_limits({**OF_TODAY, "HEALTH_TOKEN": "hunter2", "IS_LOCAL": False})
