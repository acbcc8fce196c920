"""What a process of the product says about its inbox."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.sync.models import RecordedChange
from backoffice.webhooks.models import WebhookEvent
from benchmarks.webhooks.sending import make_event


def count_queries() -> dict[str, Any]:
    """Queries of taking one event, the first of this process left out."""
    return {"queries": [_queries_of_one() for _ in range(2)][-1]}


def describe_inbox() -> dict[str, Any]:
    """How many events there are, and how many different bodies."""
    bodies = WebhookEvent.objects.values_list("body", flat=True)
    return {"rows": len(bodies), "different": len(set(bodies))}


def list_learned() -> dict[str, Any]:
    """Of each payment whose status changed: its id, when the row was written, by what we learned, after how long."""
    changes = RecordedChange.objects.filter(resource="payments", columns__has_key="status").order_by("pk")
    rows = changes.values_list("remote_id", "recorded_at", "learned_by", "learned_after_ms")
    return {"rows": [[remote_id, at.isoformat(), by, after_ms] for remote_id, at, by, after_ms in rows]}


def _queries_of_one() -> int:
    body, headers = make_event()
    with CaptureQueriesContext(connection) as queries:
        answer = Client(HTTP_HOST="127.0.0.1").post(
            f"/{settings.WEBHOOK_PATH}", body, content_type="application/json", headers=headers
        )
    if answer.status_code != 200:
        raise AssertionError(f"The inbox answered {answer.status_code}.")
    return len(queries)
