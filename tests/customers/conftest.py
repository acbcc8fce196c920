"""What the stories about customers start from."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from customers.models import Customer

LENA: dict[str, Any] = {
    "submission": "0123456789abcdef0123456789abcdef",
    "name": "Lena",
    "last_name": "Ortega",
    "email": "lena@example.org",
    "phone": "+34 612 345 678",
    "dob": "1990-05-04",
    "country": "ESP",
    "identification_type": "ESP:DNI",
    "identification_number": "00000000T",
}


@pytest.fixture
def lena() -> dict[str, Any]:
    """What a person types to register Lena Ortega."""
    return dict(LENA)


@pytest.fixture
def mirrored(db: None) -> Callable[..., Customer]:
    """Puts a customer into the mirror, as a sync would have."""

    def mirror(remote_id: str = "4711", **columns: Any) -> Customer:
        now = timezone.now()
        moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
        return Customer.objects.create(remote_id=remote_id, **{**moments, **columns})

    return mirror
