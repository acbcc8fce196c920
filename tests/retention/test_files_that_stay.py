"""A file that cannot be removed holds up nothing else, and is tried again until it is gone."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS
from backoffice.retention.models import FileToRemove
from backoffice.retention.services import purge_due
from customers.models import Document, IdentityCapture
from tests.customers.conftest import JPEG
from tests.customers.pages import page_of
from tests.customers.test_delegated import begin, hand_in_everything, jpeg
from tests.people import sign_in

MARCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERIOD = timedelta(days=FIVE_YEARS_IN_DAYS)
HandIn = Callable[..., Document]


def hold(name: str) -> Path:
    """Put a full folder in the place of a stored file: the system refuses to remove it, also for root."""
    path = Path(default_storage.path(name))
    path.unlink()
    path.mkdir()
    (path / "held").touch()
    return path


def let_go(path: Path) -> None:
    (path / "held").unlink()


def test_one_file_that_cannot_be_removed_stops_neither_the_others_nor_the_purge(
    hand_in: HandIn, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    names = [str(hand_in(MARCH + timedelta(seconds=number)).file.name) for number in range(3)]
    held = hold(names[0])
    with structlog.testing.capture_logs() as logs, time_machine.travel(MARCH + 2 * PERIOD, tick=False):
        with django_capture_on_commit_callbacks(execute=True):
            assert purge_due()["customer_documents"] == 3
        assert purge_due()["customer_documents"] == 0

    assert [default_storage.exists(name) for name in names] == [True, False, False]
    left = FileToRemove.objects.get()
    assert left.name == names[0]
    said = [log for log in logs if log["event"] == "file_not_removed"]
    assert [(log["row"], log["error"]) for log in said] == [(left.pk, "OSError")] * 2
    assert Path(names[0]).name not in f"{logs}{caplog.text}"

    out = io.StringIO()
    call_command("purge", stdout=out)
    assert "1 file could not be removed" in out.getvalue()
    let_go(held)
    purge_due()
    assert not held.exists()
    assert not FileToRemove.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_new_picture_stays_where_the_one_before_it_cannot_be_removed(client: Client, clara: Any) -> None:
    sign_in(client, clara)
    draft = begin(client)
    hand_in_everything(client, draft)
    before = IdentityCapture.objects.get(kind="face")
    held = hold(str(before.file.name))
    client.post(page_of(draft, "captures"), {"face": jpeg("face.jpg", JPEG + b"better")})

    face = IdentityCapture.objects.get(kind="face")
    assert face.file.name != before.file.name
    assert default_storage.exists(str(face.file.name))
    assert held.exists()
    assert FileToRemove.objects.get().name == before.file.name
