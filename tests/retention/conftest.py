"""What the stories about keeping and purging start from."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from backoffice.operations.models import Operation, State
from customers.models import Customer, Document


@pytest.fixture
def lena(db: None) -> Customer:
    """Lena, a customer of the mirror."""
    now = timezone.now()
    return Customer.objects.create(
        remote_id="4711",
        name="Lena",
        last_name="Ortega",
        email="lena@example.org",
        identification_number="12345678Z",
        payload='{"name": "Lena"}',
        registered_at=datetime(2026, 1, 1, tzinfo=UTC),
        read_at=now,
        first_seen_at=now,
        changed_at=now,
    )


@pytest.fixture
def hand_in(lena: Customer, clara: User) -> Callable[..., Document]:
    """Hands in a document of Lena's at a moment; its operation has ended then, unless another state is given."""

    def hand_in(at: datetime, *, state: State = State.SUCCEEDED, content: bytes = b"secret of Lena") -> Document:
        with time_machine.travel(at, tick=False):
            operation = _upload(lena, clara, state, at)
            document = Document(
                customer=lena, operation=operation, type="other", media_type="application/pdf", size=len(content),
                sha256="a" * 64, uploaded_by=clara,
            )  # fmt: skip
            document.file.save("scan.pdf", ContentFile(content))
        return document

    return hand_in


def _upload(lena: Customer, clara: User, state: State, at: datetime) -> Operation:
    request: dict[str, Any] = {"user_id": lena.remote_id, "customer": "Lena Ortega", "type": "other", "size": 1}
    return Operation.objects.create(
        kind="upload_customer_document",
        state=state,
        request={**request, "sha256": "a" * 64, "submission": "1"},
        dedupe_key=str(at),
        requested_by=clara,
        subject_model="customers.customer",
        subject_id=str(lena.pk),
        finished_at=None if state in {State.UNKNOWN, State.QUEUED} else at,
    )
