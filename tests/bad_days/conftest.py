"""What the stories about bad days start from: a working day, and a provider that can be told to fail."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from tests.bad_days.acts import MIRRORED, Desk, arrange, find


def _browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def desk(sandbox: Sandbox, clara: User, felix: User) -> Desk:
    """Clara of compliance and Felix of finance at work; Marta, her payment and her transfer are mirrored."""
    ids = arrange(sandbox)
    for name in MIRRORED:
        assert sync_resource(name=name, mode="full").state == "succeeded"
    return Desk(compliance=_browser_of(clara), finance=_browser_of(felix), **find(ids))


@pytest.fixture
def adas(client: Client, ada: User) -> Client:
    """The browser of Ada, who may see everything."""
    client.force_login(ada)
    return client
