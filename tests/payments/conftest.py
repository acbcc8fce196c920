"""What the stories about payments' pages start from."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers.models import Customer


@pytest.fixture
def at_felixs(client: Client, felix: User) -> Client:
    """A browser in which Felix is signed in."""
    client.force_login(felix)
    return client


@pytest.fixture
def offers(sandbox: Sandbox) -> Sandbox:
    """A provider whose assets and ways to pay are mirrored."""
    for name in ("assets", "payment_methods"):
        assert sync_resource(name=name, mode="full").state == "succeeded"
    return sandbox


@pytest.fixture
def a_buyer(offers: Sandbox) -> Callable[..., Customer]:
    """Registers a customer at the provider and mirrors her."""

    def register(**fields: Any) -> Customer:
        usual = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org", "kyc_status": "valid"}
        row = offers.control.add_customer(**{**usual, "identification_number": "00000000T", **fields})
        assert sync_resource(name="customers", mode="full").state == "succeeded"
        return Customer.objects.get(remote_id=str(row["id"]))

    return register


@pytest.fixture
def lena(a_buyer: Callable[..., Customer]) -> Customer:
    """Lena Ortega, verified."""
    return a_buyer()
