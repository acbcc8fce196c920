"""What is encrypted in the database, and what a stranger with a copy of it sees."""

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection

from backoffice.operations.models import Operation
from backoffice.security.encryption import UndecryptableError
from backoffice.sync.models import Quarantine

pytestmark = pytest.mark.django_db
WISH = {"name": "Marta", "identification_number": "00000000T", "nested": {"amounts": [1, "2.50", None]}}


def ask(by: User, **values: Any) -> Operation:
    return Operation.objects.create(kind="create_customer", request=WISH, dedupe_key="marta", requested_by=by, **values)


def stored(model: Any, column: str, pk: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}" WHERE "id" = %s', [pk])  # noqa: S608
        return str(cursor.fetchone()[0])


def test_what_was_asked_for_is_unreadable_in_the_database_and_the_same_when_it_is_read_back(clara: User) -> None:
    operation = ask(clara)
    assert "00000000T" not in stored(Operation, "request", operation.pk)
    assert Operation.objects.get(pk=operation.pk).request == WISH


def test_the_same_wish_is_another_cipher_text_each_time(clara: User) -> None:
    operation = ask(clara)
    first = stored(Operation, "request", operation.pk)
    Operation.objects.get(pk=operation.pk).save()
    assert stored(Operation, "request", operation.pk) != first


def test_searching_in_encrypted_values_is_an_error_and_not_an_empty_list(clara: User) -> None:
    ask(clara)
    for lookup in ("kept_answer__icontains", "kept_answer__in", "kept_answer__startswith", "kept_answer"):
        with pytest.raises(FieldError):
            list(Operation.objects.filter(**{lookup: "Marta"}))
    assert Operation.objects.filter(kept_answer="").exists()


def test_a_dump_of_the_rows_holds_the_cipher_text_and_can_be_loaded_again(clara: User) -> None:
    operation = ask(clara, kept_answer="a secret")
    dump = serializers.serialize("json", Operation.objects.all())
    assert "00000000T" not in dump
    assert "a secret" not in dump
    Operation.objects.update(request={}, kept_answer="")
    for loaded in serializers.deserialize("json", dump):
        loaded.save()
    operation.refresh_from_db()
    assert (operation.request, operation.kept_answer) == (WISH, "a secret")


def test_a_value_that_only_looks_like_a_dump_is_kept_as_it_was_typed(clara: User) -> None:
    operation = ask(clara, kept_answer="encrypted:gAAAAA")
    operation.full_clean(exclude=["dedupe_key"])
    operation.save()
    assert Operation.objects.get(pk=operation.pk).kept_answer == "encrypted:gAAAAA"


def test_without_the_right_key_a_value_cannot_be_opened(clara: User, settings: Any) -> None:
    operation = ask(clara)
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UndecryptableError) as caught:
        Operation.objects.get(pk=operation.pk)
    assert "00000000T" not in str(caught.value)


def test_an_item_in_quarantine_is_unreadable_in_the_database(clara: User) -> None:
    from tests.face.test_pages import _quarantined

    item = _quarantined(1)
    assert stored(Quarantine, "payload", item.pk) not in {"", item.payload}
    assert json.loads(Quarantine.objects.get(pk=item.pk).payload)
