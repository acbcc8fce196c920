"""What the stories about pages start from: people's browsers and a few rows of the mirror."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from customers.models import Customer
from payments.models import Payment
from tests.people import sign_in


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """Signs somebody in, only just now, and gives the browser."""

    return partial(sign_in, client)


@pytest.fixture
def make_customer(db: None) -> Callable[..., Customer]:
    """Puts a customer into the mirror."""

    def make(remote_id: str, **columns: Any) -> Customer:
        now = timezone.now()
        moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
        return Customer.objects.create(remote_id=remote_id, **moments, **columns)

    return make


@pytest.fixture
def make_payment(db: None) -> Callable[..., Payment]:
    """Puts a payment of 100 EUR into the mirror."""

    def make(remote_id: str, **columns: Any) -> Payment:
        now = timezone.now()
        moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
        amount = {"fiat_amount": Decimal(100), "fiat_symbol": "EUR", "status": "started"}
        return Payment.objects.create(remote_id=remote_id, **{**moments, **amount, **columns})

    return make
