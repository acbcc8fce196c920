"""What the stories about payments' pages start from."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture(autouse=True)
def _folder_of_static_files(settings: Any, tmp_path: Path) -> None:
    """A folder that exists: the server warns of one that does not."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def at_felixs(client: Client, felix: User) -> Client:
    """A browser in which Felix is signed in."""
    client.force_login(felix)
    return client
