"""What the stories about bad days start from: a working day, and a provider that can be told to fail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from kombu import pools

from backoffice.celery import app
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from tests.bad_days.acts import Desk, arrange, find


@pytest.fixture(autouse=True)
def _folder_of_static_files(settings: Any, tmp_path: Path) -> None:
    """A folder that exists: the server warns of one that does not."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def _broker_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nudges go to a broker in this process; the tests do the work themselves."""
    with app.connection_for_write("memory://") as connection:
        monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[connection])
        yield


def _browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def desk(sandbox: Sandbox, clara: User, felix: User, _broker_in_memory: None) -> Desk:
    """Clara of compliance and Felix of finance at work; Marta, her payment and her transfer are mirrored."""
    ids = arrange(sandbox)
    for name in ("customers", "payments", "bank_accounts", "bank_transactions"):
        assert sync_resource(name=name, mode="full").state == "succeeded"
    return Desk(compliance=_browser_of(clara), finance=_browser_of(felix), **find(ids))


@pytest.fixture
def adas(client: Client, ada: User, _broker_in_memory: None) -> Client:
    """The browser of Ada, who may see everything."""
    client.force_login(ada)
    return client
