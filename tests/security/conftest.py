"""What the stories about secrets and personal data start from."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from customers.models import Customer, Document

from .files import DOCUMENTS, Keep


@pytest.fixture
def make_customer(db: None) -> Callable[..., Customer]:
    """Puts a customer into the mirror."""

    def make(remote_id: str, **columns: Any) -> Customer:
        now = timezone.now()
        moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
        return Customer.objects.create(remote_id=remote_id, **moments, **columns)

    return make


@pytest.fixture
def keep(clara: User, make_customer: Callable[..., Customer]) -> Keep:
    """Puts a document of that type into the records."""

    def store(media_type: str = "application/pdf") -> Document:
        content, extension = DOCUMENTS[media_type]
        return Document.objects.create(
            customer=make_customer("4711", name="Marta"),
            type="payslip",
            file=default_storage.save(f"d/x{extension}", ContentFile(content)),
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_by=clara,
        )

    return store
