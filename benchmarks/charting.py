"""The log of calls with a month in it: how long its charts, its list and the question of health take."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from backoffice.calls.models import ProviderCall
from backoffice.calls.queries import Period, call_health, measure

_AT_ONCE = 20_000
_NAMES = ("list_payments", "get_payment", "list_customers", "list_bank_transactions", "create_payment")
_CONTENT = {"sent": {"page": 1, "per_page": 500}, "answer": {f"field_{number}": "text" for number in range(20)}}


def measure_charting(rows: int) -> dict[str, Any]:
    """Milliseconds of each question, the best of three, on a month of calls."""
    _fill(rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE calls_providercall" if connection.vendor == "postgresql" else "ANALYZE")
    newest = ProviderCall.objects.defer("request", "answer")
    questions: dict[str, Callable[[], Any]] = {
        **{f"charts of the last {period}": lambda period=period: measure(period) for period in Period},  # type: ignore[misc]  # its default is its value
        "charts of one call, last week": lambda: measure(Period.WEEK, call="get_payment"),
        "health of the last 15 minutes": lambda: call_health(within=timedelta(minutes=15)),
        "list, first page": lambda: list(newest[:100]),
        "list, HTTP 503": lambda: list(newest.filter(http_status=503)[:100]),
        "list, slow ones": lambda: list(newest.filter(duration_ms__gte=5_000)[:100]),
        "list, correlation id": lambda: list(newest.filter(correlation_id="0" * 32)[:100]),
    }
    return {"rows": rows, **{name: min(_time(question) for _ in range(3)) for name, question in questions.items()}}


def _time(question: Callable[[], Any]) -> float:
    began = time.perf_counter()
    question()
    return (time.perf_counter() - began) * 1000


def _fill(rows: int) -> None:
    """The cipher text is the same everywhere: making a million of them would measure something else."""
    field = ProviderCall._meta.get_field("request")  # noqa: SLF001 - Django's documented way to ask
    cipher = field.get_prep_value(_CONTENT)
    field.get_prep_value = lambda value: value  # type: ignore[method-assign]  # written as it is
    other: Any = ProviderCall._meta.get_field("answer")  # noqa: SLF001 - as above
    other.get_prep_value = lambda value: value
    month, now = timedelta(days=30), timezone.now()
    for first in range(0, rows, _AT_ONCE):
        ProviderCall.objects.bulk_create(
            ProviderCall(
                at=now - month * (1 - number / rows),
                call=_NAMES[number % len(_NAMES)],
                verdict="unknown" if number % 97 == 0 else "ok",
                http_status=503 if number % 97 == 0 else 200,
                duration_ms=20 + number * 7919 % 3000 + (6_000 if number % 499 == 0 else 0),
                answer_ms=20 + number * 7919 % 3000,
                request_bytes=200,
                answer_bytes=100_000,
                correlation_id=f"{number // 10:032x}",
                request=cipher,
                answer=cipher,
            )
            for number in range(first, min(first + _AT_ONCE, rows))
        )
