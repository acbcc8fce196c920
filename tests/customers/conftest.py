"""What the stories about customers start from."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from backoffice.sandbox import Sandbox
from customers.models import Customer
from tests.people import sign_in

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


@pytest.fixture
def at_provider(sandbox: Sandbox, mirrored: Callable[..., Customer]) -> Callable[..., Customer]:
    """Registers a customer at the provider and puts the same into the mirror."""

    def register(**fields: Any) -> Customer:
        row = sandbox.control.add_customer(**{"name": "Marta", "last_name": "Ruiz", **fields})
        columns = {name: row[name] for name in ("email", "name", "last_name", "kyc_status") if row.get(name)}
        return mirrored(str(row["id"]), **columns)

    return register


@pytest.fixture
def clara_works(client: Client, clara: User) -> Client:
    """Clara's browser."""
    sign_in(client, clara)
    return client


@pytest.fixture
def marta(at_provider: Callable[..., Customer]) -> Customer:
    """Marta Ruiz, a customer whom the provider knows."""
    return at_provider(email="marta@example.org")


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 32 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 17 + b"\x00\x00\x00\x00IEND\xaeB`\x82"


def upload_of(content: bytes, name: str = "payslip.pdf", media_type: str = "application/pdf") -> SimpleUploadedFile:
    """A file as a browser hands it in."""
    return SimpleUploadedFile(name, content, content_type=media_type)
