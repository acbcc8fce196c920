"""What the stories about bad days start from: a working day, and a provider that can be told to fail."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from tests.bad_days.acts import MIRRORED, PUBLIC_ADDRESS, Desk, arrange, find


def _browser_of(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


@pytest.fixture
def desk(sandbox: Sandbox, clara: User, felix: User, adam: User, settings: Any) -> Desk:
    """Clara of compliance, Felix of finance and Adam at work; Marta, her payment and her transfer are mirrored."""
    settings.WEBHOOK_PUBLIC_URL = PUBLIC_ADDRESS
    ids = arrange(sandbox)
    for name in MIRRORED:
        assert sync_resource(name=name, mode="full").state == "succeeded"
    return Desk(
        compliance=_browser_of(clara),
        finance=_browser_of(felix),
        administrator=_browser_of(adam),
        **find(ids),
    )


@pytest.fixture
def adas(client: Client, ada: User) -> Client:
    """The browser of Ada, who may see everything."""
    client.force_login(ada)
    return client
