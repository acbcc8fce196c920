"""Values with which nothing works, or worse than nothing: refused at the start, by name."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from backoffice.patience import longest_act, shortest_sync_lease

ROTATION_AT_MOST = timedelta(days=31)
SHORTEST_HEALTH_TOKEN = 16

_DAY_SECONDS = 86_400
_LIMITS: dict[str, tuple[float, float]] = {
    "WEBHOOK_LIVE_CHECK_SECONDS": (1, 600),
    "WEBHOOK_SWEEP_SECONDS": (1, 3_600),
    "WEBHOOK_MOST_UNSIGNED_A_DAY": (1, 1_000_000),
    "SYNC_HEAD_SECONDS": (1, _DAY_SECONDS),
    "SYNC_OPEN_SECONDS": (1, _DAY_SECONDS),
    "SYNC_OPEN_SHARE": (0, 1),
    "SYNC_VIEWED_SHARE": (0, 1),
    "SYNC_VIEWED_AFTER_SECONDS": (1, _DAY_SECONDS),
    "SYNC_FULL_HOUR": (0, 23),
    "RETENTION_HOUR": (0, 23),
    "DRIFT_HOUR": (0, 23),
    "DRIFT_SAMPLE_ROWS": (0, 10_000),
    "ALERT_QUARANTINE_ITEMS": (1, 1_000_000),
    "ALERT_REFUSED_EVENTS": (1, 1_000_000),
    "ALERT_WAITING_OPERATIONS_MINUTES": (1, 1_440),
    "HEALTH_DISK_FREE_MEGABYTES": (0, 10_000_000),
}
_PATH = re.compile(r"(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*/?", re.ASCII)
_TAKEN = {"admin", "account", "health", "static"}
_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")


def check_limits(values: Mapping[str, Any]) -> None:
    """Look at the settings by name. Raises ImproperlyConfigured, with the name and what it must be."""
    for name, (least, most) in _LIMITS.items():
        if not least <= values[name] <= most:
            raise ImproperlyConfigured(f"{name} is {values[name]}: it must be from {least:g} to {most:g}.")
    _check_path(values["WEBHOOK_PATH"])
    _check_previous_secret(values["CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL"])
    _check_addresses(values)
    _check_health_token(values["HEALTH_TOKEN"], is_local=values["IS_LOCAL"])
    if not values["IS_LOCAL"]:
        _check_patience(values)


def _check_path(path: str) -> None:
    if not _PATH.fullmatch(path):
        raise ImproperlyConfigured("WEBHOOK_PATH must be a plain path, as webhooks/cryptopocket/.")
    if path.split("/", maxsplit=1)[0] in _TAKEN:
        raise ImproperlyConfigured(f"WEBHOOK_PATH is {path}: pages of the back office are there. Choose another.")


def _check_previous_secret(until: datetime | None) -> None:
    if until is not None and until > datetime.now(UTC) + ROTATION_AT_MOST:
        raise ImproperlyConfigured(
            "CRYPTOPOCKET_API_SECRET_PREVIOUS_UNTIL is more than 31 days ahead: a secret that was replaced must not "
            "count for ever."
        )


def _check_addresses(values: Mapping[str, Any]) -> None:
    if any(not _ADDRESS.fullmatch(address) for address in values["ALERT_EMAILS"]):
        raise ImproperlyConfigured("ALERT_EMAILS must be e-mail addresses, comma separated.")
    if "\n" in values["DEFAULT_FROM_EMAIL"] or "\r" in values["DEFAULT_FROM_EMAIL"]:
        raise ImproperlyConfigured("EMAIL_FROM must be one line.")


def _check_health_token(token: str, *, is_local: bool) -> None:
    if token and len(token) < SHORTEST_HEALTH_TOKEN and not is_local:
        raise ImproperlyConfigured("HEALTH_TOKEN is too short: anybody could try them all. Take 16 characters or more.")


def _check_patience(values: Mapping[str, Any]) -> None:
    """Whoever is given up too early is still at work: an act is then sent twice, a run is cut off."""
    connect, read = values["CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS"], values["CRYPTOPOCKET_READ_TIMEOUT_SECONDS"]
    upload = values["CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS"]
    least = {
        "OPERATIONS_LEASE_SECONDS": longest_act(connect=connect, read=max(read, upload)),
        "OPERATIONS_SETTLE_SECONDS": read,
        "OPERATIONS_SETTLE_SLOW_SECONDS": upload,
        "SYNC_LEASE_SECONDS": shortest_sync_lease(connect=connect, read=read),
    }
    for name, seconds in least.items():
        if values[name] < seconds:
            raise ImproperlyConfigured(
                f"{name} is {values[name]}: with these timeouts of calls it must be {seconds:g} or more."
            )
