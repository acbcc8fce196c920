"""What every test may use: a stand-in provider of its own, named people, a private folder for documents."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from kombu import pools
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

from backoffice import provider
from backoffice.audit.triggers import without_triggers
from backoffice.calls.recording import call_log
from backoffice.celery import app
from backoffice.contract.watching import shape_watch
from backoffice.sandbox import Sandbox, start_sandbox
from tests.databases import make_postgresql, make_sqlite  # noqa: F401 - fixtures of every test
from tests.services import find_browser, what_is_missing

PATIENCE_MILLISECONDS = 20_000


def pytest_configure() -> None:
    """Ctrl-C ends what the tests start, even where a shell has them run in the background; no example is too slow."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # On a machine that is busy with other things a single example may take long.
    hypothesis.settings.register_profile("any speed", deadline=None)
    hypothesis.settings.load_profile("any speed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run, in one line; fail instead where everything is compulsory."""
    missing = what_is_missing(item)
    if missing is None:
        return
    if os.environ.get("SERVICES_REQUIRED"):
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)


@pytest.fixture(scope="session", autouse=True)
def _patience_with_the_browser() -> None:
    """A page is waited for as long as a busy machine may need; what never comes still fails the test."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's own Chromium, without the calls home that it makes by default."""
    return {
        "executable_path": find_browser(),
        "args": ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
    }


@pytest.fixture
def start_provider(settings: Any) -> Iterator[Callable[..., Sandbox]]:
    """Starts stand-in providers with the options given; the last one started is the one the product talks to.

    `SANDBOX_DIALECT` names the dialect of those that are given none; its override file goes into
    `CRYPTOPOCKET_CONTRACT`, as everywhere.
    """
    running: list[Sandbox] = []

    def start(**options: Any) -> Sandbox:
        sandbox = start_sandbox(**{"dialect": os.environ.get("SANDBOX_DIALECT", "default"), **options})
        running.append(sandbox)
        settings.CRYPTOPOCKET_BASE_URL = sandbox.base_url
        settings.CRYPTOPOCKET_API_KEY = sandbox.options.api_key
        settings.CRYPTOPOCKET_API_SECRET = sandbox.options.api_secret
        settings.CRYPTOPOCKET_READ_TIMEOUT_SECONDS = 2.0
        settings.CRYPTOPOCKET_REQUESTS_PER_SECOND = 10_000.0
        provider.reset_client()
        return sandbox

    yield start
    provider.reset_client()
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def sandbox(start_provider: Callable[..., Sandbox]) -> Sandbox:
    """An empty stand-in provider that the product talks to; fill it through `sandbox.control`."""
    return start_provider(customers=0, payments=0, offramps=0, bank_transactions=0)


@pytest.fixture(autouse=True)
def _private_folder(settings: Any, tmp_path: Path) -> None:
    """Documents of a test stay in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    storages = {name: dict(options) for name, options in settings.STORAGES.items()}
    storages["default"]["OPTIONS"] = {**storages["default"]["OPTIONS"], "location": settings.MEDIA_ROOT}
    settings.STORAGES = storages


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The tests' database, let go of at the end by whoever still answers a browser that was only just closed."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """The browser's own loop runs in the test's thread, where Django would refuse to touch the database."""
    with pytest.MonkeyPatch.context() as patch:
        if any(test.get_closest_marker("browser") for test in request.session.items):
            patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture(autouse=True)
def _broker_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nudges go to a broker in this process, where nobody listens: tests do the work themselves."""
    with app.connection_for_write("memory://") as connection:
        monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[connection])
        yield


@pytest.fixture(autouse=True)
def _no_calls_of_another_test() -> Iterator[None]:
    """Calls and shapes that wait to be noted belong to the test that made them."""
    call_log.forget()
    shape_watch.forget()
    yield
    call_log.forget()
    shape_watch.forget()


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_the_audit_record() -> Iterator[None]:
    """Tests with real transactions empty every table afterwards, which the audit record's triggers refuse."""
    empty_the_tables = BaseDatabaseOperations.execute_sql_flush

    def empty_without_triggers(operations: Any, statements: Any) -> None:
        with without_triggers(operations.connection):
            empty_the_tables(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", empty_without_triggers)
        yield


@pytest.fixture(autouse=True)
def _static_files_are_found_when_asked_for(settings: Any) -> None:
    """Otherwise each test's client would read every one of them first."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def _passwords_cost_nothing(settings: Any) -> None:
    """Slow password hashes protect people, not tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    """The password is enough in tests that are not about second factors; those turn it on again."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def _no_token_from_another_test(request: pytest.FixtureRequest) -> None:
    """The provider's token is shared through the cache, and must not outlive the stand-in that gave it."""
    if {"db", "transactional_db", "sandbox", "start_provider"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
        cache.clear()


def _person(username: str, group: str) -> User:
    user = User.objects.create_user(username=username, password="correct horse battery", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def clara(db: None) -> User:
    """Clara works in compliance."""
    return _person("clara", "Compliance")


@pytest.fixture
def felix(db: None) -> User:
    """Felix works in finance."""
    return _person("felix", "Finance")


@pytest.fixture
def fiona(db: None) -> User:
    """Fiona works in finance, beside Felix."""
    return _person("fiona", "Finance")


@pytest.fixture
def sofia(db: None) -> User:
    """Sofía is a supervisor."""
    return _person("sofia", "Supervisor")


@pytest.fixture
def aurelio(db: None) -> User:
    """Aurelio is an auditor: he looks, and changes nothing."""
    return _person("aurelio", "Auditor")


@pytest.fixture
def adam(db: None) -> User:
    """Adam is an administrator: he manages people and subscriptions, and sees no customers."""
    return _person("adam", "Administrator")


@pytest.fixture
def ada(db: None) -> User:
    """Ada may everything."""
    return User.objects.create_superuser(username="ada", password="correct horse battery")
