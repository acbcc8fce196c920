"""A missing, malformed or wrong key is said at start, in a sentence that never shows a key."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from backoffice.security.keys import read_keys
from backoffice.security.models import KeyProof
from backoffice.security.proof import check_keys, check_keys_of_command, write_proof

from .keys import address_of_database, keys, new_key
from .test_encrypted_customers import mirror


def read(*configured: str, is_required: bool = True) -> list[str]:
    return read_keys(configured, secret_key="django's own", is_required=is_required)


@pytest.mark.parametrize(
    "wrong", ["short", "x" * 44, "Ñ" * 44, "A" * 42 + "==", "sk_live_51Habcdefghijklmnopqrstuvwxyz0123456="]
)
def test_a_malformed_key_is_named_by_its_place_and_never_shown(wrong: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="Key 2 of 2") as caught:
        read(new_key(), wrong)
    assert wrong not in str(caught.value)


def test_a_key_is_compulsory_where_it_matters_and_made_of_djangos_own_where_it_does_not() -> None:
    with pytest.raises(ImproperlyConfigured, match="FIELD_ENCRYPTION_KEYS is not set"):
        read("", "  ")
    (made,) = read(is_required=False)
    assert "django's own" not in made
    assert read(is_required=False) == [made]


def test_the_same_key_twice_is_a_mistake() -> None:
    key = new_key()
    with pytest.raises(ImproperlyConfigured, match="twice") as caught:
        read(key, key)
    assert key not in str(caught.value)


@pytest.mark.django_db
def test_another_key_than_the_databases_is_noticed_and_one_in_front_is_not() -> None:
    write_proof()
    check_keys()
    with keys(new_key()):
        with pytest.raises(ImproperlyConfigured, match="does not hold the key"):
            check_keys()
        assert [error.id for error in check_keys_of_command()] == ["security.E001"]
    assert check_keys_of_command() == []
    write_proof()
    assert KeyProof.objects.count() == 1


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "command",
    [
        ["-c", "import backoffice.wsgi"],
        ["-m", "gunicorn", "--bind", "127.0.0.1:0", "backoffice.wsgi"],
        ["-m", "celery", "--app", "backoffice", "worker", "--pool", "solo"],
        ["-m", "celery", "--app", "backoffice", "beat"],
        ["manage.py", "sync", "customers"],
        ["manage.py", "runserver", "--noreload", "127.0.0.1:0"],
        ["manage.py", "check", "--database", "default"],
        ["manage.py", "migrate"],
    ],
)
def test_no_process_begins_with_the_wrong_key(command: list[str], tmp_path: Path) -> None:
    write_proof()
    wrong = new_key()
    ended = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "FIELD_ENCRYPTION_KEYS": wrong, "DATABASE_URL": address_of_database(),
             "VAR_DIR": str(tmp_path), "PYTHONPATH": ".", "DJANGO_SETTINGS_MODULE": "backoffice.settings"},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    told = (ended.stdout + ended.stderr).decode()
    assert ended.returncode != 0
    assert "FIELD_ENCRYPTION_KEYS does not hold the key" in told
    assert wrong not in told


@pytest.mark.django_db
def test_a_page_that_meets_an_unreadable_value_says_so(clara: User, client: Client, caplog: Any) -> None:
    customer = mirror()
    client.force_login(clara)
    client.raise_request_exception = False
    with keys(new_key()):
        for address in (
            reverse("admin:customers_customer_changelist"),
            reverse("admin:customers_customer_change", args=[customer.pk]),
        ):
            answer = client.get(address)
            assert answer.status_code == 500
            assert "cannot be opened" in answer.content.decode()
            assert "Traceback" not in answer.content.decode()
