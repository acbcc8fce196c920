"""A list of many payments as a file: how long it takes, and how much memory the whole process needs."""

import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from benchmarks.memory import peak_megabytes
from payments.models import Payment

ADDRESS = "/admin/payments/payment/export/"
PAYMENTS_A_WRITE = 1000


def fill_payments(rows: int) -> dict[str, Any]:
    """Put so many payments into the mirror, and somebody who may export them."""
    User.objects.create_superuser(username="benchmark", password="benchmark")
    for first in range(0, rows, PAYMENTS_A_WRITE):
        Payment.objects.bulk_create(_payments(range(first, min(rows, first + PAYMENTS_A_WRITE))))
    return {"rows": Payment.objects.count()}


def export_csv() -> dict[str, Any]:
    """Seconds and megabytes of an export as CSV."""
    return _export("csv")


def export_xlsx() -> dict[str, Any]:
    """Seconds and megabytes of an export as XLSX."""
    return _export("xlsx")


def _export(file_format: str) -> dict[str, Any]:
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get())
    before, began = peak_megabytes(), time.perf_counter()
    answer: Any = client.post(ADDRESS, {"format": file_format})
    if answer.status_code != 200 or not answer.streaming:
        raise AssertionError(f"The export was answered with {answer.status_code}.")
    size = sum(len(part) for part in answer.streaming_content)
    return {
        "seconds": time.perf_counter() - began,
        "size": size / 2**20,
        "peak": peak_megabytes(),
        "growth": peak_megabytes() - before,
    }


def _payments(numbers: range) -> Iterator[Payment]:
    now = timezone.now()
    for number in numbers:
        yield Payment(
            remote_id=str(number),
            external_id=f"order-{number:08}",
            status="coins_sent",
            payment_type="transfer",
            fiat_amount=Decimal(number % 900_000) / 100,
            fiat_symbol="EUR",
            coin_symbol="USDT",
            coin_amount=Decimal(number) / 10**8,  # type: ignore[misc]  # a Decimal kept as its digits
            transfer_concept=f"12{number % 100_000:05}",
            holder=f"Lena Ortega {number % 5000}",
            txid=f"{number:064x}",
            created_at=now - timedelta(seconds=number),
            read_at=now,
            first_seen_at=now,
            changed_at=now,
        )
