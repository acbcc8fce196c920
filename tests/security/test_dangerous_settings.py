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


# What gives up too early whoever is still at work; with the stand-in, which is never slow, that is fine.

IN_EARNEST = {
    **OF_TODAY,
    "IS_LOCAL": False,
    "CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS": 5.0,
    "CRYPTOPOCKET_READ_TIMEOUT_SECONDS": 30.0,
    "CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS": 120.0,
    "OPERATIONS_SETTLE_SECONDS": 60,
    "OPERATIONS_SETTLE_SLOW_SECONDS": 240,
}


def test_the_leases_of_today_fit_the_timeouts_of_today() -> None:
    check_limits(IN_EARNEST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPERATIONS_LEASE_SECONDS", 180),
        ("OPERATIONS_SETTLE_SECONDS", 29),
        ("OPERATIONS_SETTLE_SLOW_SECONDS", 60),
        ("SYNC_LEASE_SECONDS", 90),
    ],
)
def test_what_counts_somebody_as_lost_who_may_still_wait_for_the_provider_is_refused(name: str, value: int) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        check_limits({**IN_EARNEST, name: value})
    check_limits({**IN_EARNEST, name: value, "IS_LOCAL": True})


@pytest.mark.parametrize(
    ("timeout", "seconds", "name"),
    [
        ("CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS", 200.0, "OPERATIONS_LEASE_SECONDS"),
        ("CRYPTOPOCKET_READ_TIMEOUT_SECONDS", 55.0, "SYNC_LEASE_SECONDS"),
    ],
)
def test_whoever_waits_longer_for_the_provider_must_lengthen_the_leases(
    timeout: str, seconds: float, name: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        check_limits({**IN_EARNEST, timeout: seconds})


def test_a_sender_of_two_lines_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM"):
        check_limits({**OF_TODAY, "DEFAULT_FROM_EMAIL": "a@example.org\nBcc: b@example.org"})


def test_a_token_that_can_be_guessed_is_refused_where_it_is_in_earnest() -> None:
    with pytest.raises(ImproperlyConfigured, match="HEALTH_TOKEN"):
        check_limits({**OF_TODAY, "HEALTH_TOKEN": "hunter2", "IS_LOCAL": False})
