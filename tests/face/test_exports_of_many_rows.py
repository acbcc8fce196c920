"""However many rows a list has, its file is made in the same room."""

import gc
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.face.exports import lines
from payments.models import Payment

pytestmark = pytest.mark.django_db

PAYMENTS = "/admin/payments/payment/export/"
FEW = 600
MANY = 10 * FEW
ROWS_A_READ = 100
"""Few are several reads of the database already, so that small lists show what large ones do."""
MARGIN_BYTES = 1_000_000
"""What caches and the rubbish of the moment may differ by: less than two hundred bytes a row."""


def add_payments(first: int, last: int) -> None:
    """Put payments into the mirror, each with an object of its own as received."""
    now = timezone.now()
    Payment.objects.bulk_create(
        Payment(
            remote_id=f"payment-{number:06}",
            external_id=f"order-{number:06}",
            payload=f'{{"id": "payment-{number:06}"}}',
            fiat_amount=Decimal(100 + number),
            fiat_symbol="EUR",
            status="started",
            read_at=now,
            first_seen_at=now,
            changed_at=now,
        )
        for number in range(first, last)
    )


def export_at(browser: Client, file_format: str) -> int:
    """Take the list as a file, part after part and keeping none; the most memory that it took, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        answer: Any = browser.post(PAYMENTS, {"format": file_format})
        length = sum(len(part) for part in answer.streaming_content)
        assert length > Payment.objects.count()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_ten_times_the_rows_take_no_more_memory(
    signed_in: Callable[[User], Client], felix: User, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    monkeypatch.setattr(lines, "ROWS_A_READ", ROWS_A_READ)
    browser = signed_in(felix)
    add_payments(0, FEW)
    export_at(browser, file_format)  # what is only loaded once
    with_few = export_at(browser, file_format)
    add_payments(FEW, MANY)
    with_many = export_at(browser, file_format)
    assert with_many - with_few < MARGIN_BYTES, (with_few, with_many)
