"""A new key takes the place of the old one, beside everything that runs."""

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from backoffice.operations.models import Operation
from backoffice.security import rotation
from backoffice.security.encryption import decrypt_text, encrypt_text, is_newest
from backoffice.security.models import KeyProof
from backoffice.security.proof import write_proof
from backoffice.security.rotation import encrypted_columns, rotate_column
from customers.models import Customer, Document
from customers.queries import customers_of_number

from .keys import address_of_database, configured, keys, new_key, stored
from .test_encrypted_customers import NUMBER, mirror


def fill(by: User) -> Customer:
    """A row of several kinds, and a file."""
    write_proof()
    customer = mirror()
    Operation.objects.create(kind="create_customer", request={"n": NUMBER}, dedupe_key="m", requested_by=by)
    name = default_storage.save("a/b/c.pdf", ContentFile(b"%PDF- Marta"))
    Document.objects.create(
        customer=customer, type="payslip", file=name, media_type="application/pdf", size=11, sha256="0", uploaded_by=by
    )
    return customer


def rotate() -> str:
    told = StringIO()
    call_command("rotate_encryption_keys", stdout=told, stderr=told)
    return told.getvalue()


def under_the_newest() -> set[bool]:
    """Whether each stored value and file is under the newest key."""
    values = [stored for column in encrypted_columns() for rows in rotation._batches(column) for _pk, stored in rows]
    with Path(default_storage.path("a/b/c.pdf")).open("rb") as file:
        file.readline()
        return {*(is_newest(value.encode()) for value in values), is_newest(file.readline().strip())}


@pytest.mark.django_db
def test_after_a_rotation_the_old_key_can_be_thrown_away(clara: User, sandbox: Any) -> None:
    customer = fill(clara)
    cache.set("unrelated", 1)
    newest = new_key()
    with keys(newest, *configured()):
        assert under_the_newest() == {False}
        told = rotate()
        assert "0 re-encrypted" in rotate()
    with keys(newest):
        assert under_the_newest() == {True}
        assert list(customers_of_number(NUMBER)) == [customer]
        assert Customer.objects.get().identification_number == NUMBER
        assert Operation.objects.get().request == {"n": NUMBER}
        assert default_storage.open("a/b/c.pdf").read() == b"%PDF- Marta"
        assert "customers.customer.identification_number: 1 re-encrypted" in told
        assert "may now be taken out" in told


@pytest.mark.django_db
def test_second_factors_still_work_when_the_old_key_is_gone(clara: User) -> None:
    data = {"secret": encrypt_text("JBSWY3DPEHPK3PXP"), "migrated_codes": [encrypt_text("11112222")], "used_mask": 3}
    kept = Authenticator.objects.create(user=clara, type="totp", data=data)
    newest = new_key()
    with keys(newest, *configured()):
        assert "second factors: 2 re-encrypted" in rotate()
        assert "second factors: 0 re-encrypted, 2 under the newest" in rotate()
    with keys(newest):
        kept.refresh_from_db()
        assert decrypt_text(kept.data["secret"]) == "JBSWY3DPEHPK3PXP"
        assert decrypt_text(kept.data["migrated_codes"][0]) == "11112222"
        assert kept.data["used_mask"] == 3


@pytest.mark.django_db
def test_what_no_key_opens_is_counted_and_keeps_the_old_keys(clara: User) -> None:
    fill(clara)
    with keys(new_key()):
        told = StringIO()
        with pytest.raises(SystemExit):
            call_command("rotate_encryption_keys", stdout=told, stderr=told)
    assert "could not be opened" in told.getvalue()
    assert "may now be taken out" not in told.getvalue()
    assert Customer.objects.get().identification_number == NUMBER


@pytest.mark.django_db
def test_a_write_at_the_same_moment_is_not_overwritten(clara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = fill(clara)
    column = next(found for found in encrypted_columns() if found.label == "customers.customer.kyc_form_url")
    with keys(new_key(), *configured()):

        def write_meanwhile(value: str) -> str:
            Customer.objects.filter(pk=customer.pk).update(kyc_form_url="https://new.example/1")
            return decrypt_text(value)

        monkeypatch.setattr(rotation, "decrypt_text", write_meanwhile)
        rotate_column(column)
        assert Customer.objects.get().kyc_form_url == "https://new.example/1"
        assert is_newest(stored(Customer, "kyc_form_url", customer.pk).encode())


@pytest.mark.django_db
def test_a_row_that_is_removed_at_the_same_moment_stays_removed(clara: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(clara)
    column = next(found for found in encrypted_columns() if found.label == "operations.operation.request")
    with keys(new_key(), *configured()):

        def remove_meanwhile(value: str) -> str:
            Operation.objects.all().delete()
            return decrypt_text(value)

        monkeypatch.setattr(rotation, "decrypt_text", remove_meanwhile)
        assert rotate_column(column).rewritten == 0
    assert not Operation.objects.exists()


@pytest.mark.django_db
def test_the_proof_of_the_key_changes_last() -> None:
    assert encrypted_columns()[-1].model is KeyProof
    labels = {column.label for column in encrypted_columns()}
    assert {"customers.customer.payload", "operations.operation.request", "sync.quarantine.payload"} <= labels


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGKILL])
def test_a_rotation_that_is_stopped_half_way_is_gone_on_with(clara: User, with_signal: int) -> None:
    write_proof()
    count, newest = 3000, new_key()
    Operation.objects.bulk_create(
        Operation(kind="create_customer", request={"n": number}, dedupe_key=str(number), requested_by=clara)
        for number in range(count)
    )
    both = [newest, *configured()]
    environment = {**os.environ, "FIELD_ENCRYPTION_KEYS": ",".join(both), "DATABASE_URL": address_of_database()}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "rotate_encryption_keys"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    with keys(*both):
        while not (done := _count_newest()) and process.poll() is None:
            pass
        process.send_signal(with_signal)
        told = process.communicate(timeout=60)[0].decode()
        done = _count_newest()
        assert 0 < done < count
        assert "Traceback" not in told
        assert ("go on from here" in told) is (with_signal == signal.SIGINT)
        assert f"{count - done:,} re-encrypted, {done:,} under the newest" in rotate()
    with keys(newest):
        assert sum(operation.request["n"] for operation in Operation.objects.all()) == sum(range(count))


def _count_newest() -> int:
    column = next(found for found in encrypted_columns() if found.label == "operations.operation.request")
    return sum(is_newest(value.encode()) for rows in rotation._batches(column) for _pk, value in rows)
