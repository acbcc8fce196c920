"""The servers and the browser that some tests need: found on this machine, or the test is skipped with one line.

Where `SERVICES_REQUIRED` is set, a missing one is a failure, so that nothing is left untested by accident.
"""

import os
import shutil
from functools import lru_cache

import psycopg
import pytest
import redis

POSTGRESQL_URL = os.environ.get("POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@lru_cache
def find_browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


@lru_cache
def postgresql_answers() -> bool:
    """Whether the PostgreSQL of `POSTGRESQL_URL` can be used."""
    try:
        psycopg.connect(POSTGRESQL_URL, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@lru_cache
def redis_answers() -> bool:
    """Whether the Redis of `REDIS_URL` can be used."""
    client = redis.Redis.from_url(REDIS_URL, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


def what_is_missing(item: pytest.Item) -> str | None:
    """One line on the service that `item` needs and this machine has not; None when it can run."""
    if item.get_closest_marker("browser") and find_browser() is None:
        return "Chromium is not installed: apt-get install chromium (or your system's package), and run again."
    if item.get_closest_marker("postgresql") and not postgresql_answers():
        return "No PostgreSQL answers: start one on localhost, or name one in POSTGRESQL_URL."
    if item.get_closest_marker("redis") and not redis_answers():
        return "No Redis answers: start one on localhost, or name one in REDIS_URL."
    return None
