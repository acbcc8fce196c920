"""What `/health/` looks at. Each check says in one line what is wrong; it never shows an address or a secret."""

import abc
import dataclasses
import shutil
import time
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from health_check.base import HealthCheck, HealthCheckResult
from health_check.exceptions import ServiceUnavailable
from kombu.exceptions import OperationalError

from backoffice.celery import app
from backoffice.sync.queries import LateList, late_lists

from .heartbeats import is_silent, last_signs, passages
from .token import is_token_failing

_MEGABYTE = 1024 * 1024
_BROKER_SECONDS = 2


@dataclasses.dataclass
class Check(HealthCheck):
    """A check that runs in the request's own thread, over the connection that it has."""

    name = ""

    def run(self) -> None:
        """Look. Raises ServiceUnavailable."""
        try:
            self.look()
        except DatabaseError as problem:
            raise ServiceUnavailable(f"the database failed: {type(problem).__name__}") from None

    def result(self) -> HealthCheckResult:
        """Look, and say what was found and how long it took.

        The library's own way needs an event loop, and threads of its own with connections that nobody closes.
        """
        began, error = time.monotonic(), None
        try:
            self.run()
        except ServiceUnavailable as unavailable:
            error = unavailable
        return HealthCheckResult(check=self, error=error, time_taken=time.monotonic() - began)

    @abc.abstractmethod
    def look(self) -> None:
        """Look. Raises ServiceUnavailable with what is wrong."""


@dataclasses.dataclass
class DatabaseCheck(Check):
    """The database answers."""

    name = "database"

    def look(self) -> None:
        """Ask for nothing but an answer."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


@dataclasses.dataclass
class CacheCheck(Check):
    """The cache gives back what it was given."""

    name = "cache"

    def look(self) -> None:
        """Put a value in, and read it."""
        value = uuid.uuid4().hex
        try:
            cache.set("health", value, 30)
            is_kept = cache.get("health") is not None
        except DatabaseError:
            raise
        except Exception as problem:  # noqa: BLE001 - each cache has errors of its own; any means that it does not work
            raise ServiceUnavailable(f"the cache failed: {type(problem).__name__}") from None
        if not is_kept:
            raise ServiceUnavailable("the cache does not keep what it is given")


@dataclasses.dataclass
class BrokerCheck(Check):
    """The broker can be reached."""

    name = "broker"

    def look(self) -> None:
        """Connect."""
        try:
            with app.connection_for_write(connect_timeout=_BROKER_SECONDS) as broker:
                broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=_BROKER_SECONDS)
        except (OperationalError, OSError) as problem:
            raise ServiceUnavailable(f"the broker cannot be reached: {type(problem).__name__}") from None


@dataclasses.dataclass
class ProcessCheck(Check):
    """A process was heard of lately: `worker`, `beat`, or those of `passages` for a message from one to the
    other."""

    process: str = "worker"

    @property
    def name(self) -> str:  # type: ignore[override]  # one class for several checks
        """The process's name."""
        return self.process

    def look(self) -> None:
        """Read when it was heard of last."""
        if is_silent(self.process, signs := last_signs()):
            seen_at = signs.get(self.process)
            raise ServiceUnavailable(
                f"last heard of at {seen_at:%Y-%m-%d %H:%M:%S} UTC" if seen_at else "never heard of"
            )


@dataclasses.dataclass
class DiskCheck(Check):
    """There is room where documents and our own files are written."""

    name = "disk"

    def look(self) -> None:
        """Ask for the free space of both."""
        wanted = settings.HEALTH_DISK_FREE_MEGABYTES
        free = min(shutil.disk_usage(folder).free for folder in _folders()) // _MEGABYTE
        if free < wanted:
            raise ServiceUnavailable(f"{free} MB are free, {wanted} MB are wanted")


@dataclasses.dataclass
class FreshnessCheck(Check):
    """No list is older than it should be, by any kind of run; not even while it catches up."""

    name = "freshness"

    def look(self) -> None:
        """Ask for those that are late."""
        if late := [_in_words(found) for found in late_lists()]:
            raise ServiceUnavailable(f"late: {'; '.join(late)}")


@dataclasses.dataclass
class TokenCheck(Check):
    """The provider accepts our token."""

    name = "token"

    def look(self) -> None:
        """Ask the log of calls."""
        if is_token_failing():
            raise ServiceUnavailable("the provider does not accept our token")


def all_checks() -> list[Any]:
    """Everything that `/health/` looks at, in the order in which it is shown."""
    processes = [ProcessCheck(process=name) for name in ("worker", "beat", *passages())]
    return [DatabaseCheck(), CacheCheck(), BrokerCheck(), *processes, DiskCheck(), FreshnessCheck(), TokenCheck()]


def _in_words(late: LateList) -> str:
    """`payments (open since 2026-03-14 09:26:53 UTC, full never)`: since each kind of run last ended well."""
    kinds = [
        f"{found.mode} since {found.last_success_at:%Y-%m-%d %H:%M:%S} UTC"
        if found.last_success_at
        else f"{found.mode} never"
        for found in late.modes
    ]
    return f"{late.resource.name} ({', '.join(kinds)})"


def _folders() -> list[Path]:
    return [folder for folder in (settings.VAR_DIR, Path(settings.MEDIA_ROOT)) if folder.exists()]
