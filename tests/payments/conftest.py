"""What the stories about payments' pages start from."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def at_felixs(client: Client, felix: User) -> Client:
    """A browser in which Felix is signed in."""
    client.force_login(felix)
    return client
