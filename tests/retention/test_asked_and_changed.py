"""What was asked of the provider and what changed in the mirror go as well, and only that it was so stays."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from backoffice.audit.models import AuditRecord
from backoffice.operations import kinds
from backoffice.operations.models import FINAL_STATES, LIVE_STATES, Operation, OperationApproval, OperationEvent, State
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS
from backoffice.retention.services import purge_due
from backoffice.sync.models import RecordedChange
from customers.models import DelegatedVerification
from tests.people import sign_in

MARCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERIOD = timedelta(days=FIVE_YEARS_IN_DAYS)
NINETY_DAYS = timedelta(days=90)
SECOND = timedelta(seconds=1)
REGISTRATIONS = ("create_customer", "register_company", "create_customer_delegated_kyc")
LED_TO_NOTHING = (State.REFUSED, State.CANCELLED, State.NOT_APPROVED, State.ABANDONED)
REQUEST = {"user_id": "4711", "customer": "Nadia Benali", "name": "Nadia Benali", "email": "nadia@example.org"}

AskFor = Callable[..., Operation]


def _purge_at(moment: datetime) -> dict[str, int]:
    with time_machine.travel(moment, tick=False):
        return purge_due()


@pytest.fixture
def ask_for(clara: User) -> AskFor:
    """Clara asked for something in March, and it ended then."""

    def ask_for(kind: str, state: State, **columns: Any) -> Operation:
        asked = {"request": REQUEST, "dedupe_key": f"{kind} {Operation.objects.count()}", "requested_by": clara}
        with time_machine.travel(MARCH, tick=False):
            return Operation.objects.create(
                kind=kind, state=state, finished_at=None if state in LIVE_STATES else MARCH, **{**asked, **columns}
            )

    return ask_for


def _about_lena(**columns: Any) -> dict[str, Any]:
    return {"subject_model": "customers.customer", "subject_id": "1", **columns}


def test_what_was_asked_goes_five_years_after_its_end_and_who_asked_what_kind_of_act_stays(
    ask_for: AskFor, clara: User, ada: User
) -> None:
    asked = ask_for(
        "create_payment", State.REFUSED, answer={"payment": 1}, kept_answer="{}", error_code="require_kyc",
        error_text="Nadia must be verified", **_about_lena(),
    )  # fmt: skip
    step = OperationEvent.objects.create(operation=asked, to_state=State.REFUSED, by=clara, note="Nadia has called")
    decided = OperationApproval.objects.create(
        operation=asked, requested_by=clara, by=ada, decision="refused", reason="Nadia is not known"
    )

    assert _purge_at(MARCH + PERIOD - SECOND)["operations"] == 0
    assert _purge_at(MARCH + PERIOD)["operations"] == 1
    assert _purge_at(MARCH + PERIOD)["operations"] == 0

    for row in (asked, step, decided):
        row.refresh_from_db()
    assert (asked.request, asked.answer) == ({}, None)
    assert (asked.kept_answer, asked.dedupe_key, asked.error_text) == ("", "", "")
    assert (asked.state, asked.error_code, asked.requested_by, asked.finished_at) == (
        State.REFUSED, "require_kyc", clara, MARCH,
    )  # fmt: skip
    assert asked.purged_at == MARCH + PERIOD
    assert (step.to_state, step.by, step.note) == (State.REFUSED, clara, "")
    assert (decided.by, decided.decision, decided.reason) == (ada, "refused", "-")
    purged = AuditRecord.objects.get(action="data.purged")
    assert purged.details == {"kind": "operations", "ids": [asked.pk], "count": 1}


@pytest.mark.parametrize("state", LIVE_STATES)
def test_what_has_not_ended_keeps_what_was_asked_whatever_its_age(ask_for: AskFor, state: State) -> None:
    for kind in ("create_payment", "create_customer"):
        ask_for(kind, state)

    assert not any(_purge_at(MARCH + 3 * PERIOD).values())


@pytest.mark.parametrize("state", FINAL_STATES)
@pytest.mark.parametrize("kind", [kind.name for kind in kinds.all_kinds()])
def test_the_page_says_that_the_content_was_removed_and_when(
    client: Client, ada: User, ask_for: AskFor, kind: str, state: State
) -> None:
    columns = _about_lena(approvals_needed=1, error_code="user_already_exists", answer={"customer_id": "4711"})
    asked = ask_for(kind, state, request={**REQUEST, "captures": []}, **columns)
    _purge_at(MARCH + PERIOD)
    sign_in(client, ada)

    page = client.get(f"/admin/operations/operation/{asked.pk}/change/")
    assert page.status_code == 200
    assert "Removed by the retention at 2 Mar 2031" in page.content.decode()
    assert client.get(f"/admin/operations/operation/{asked.pk}/standing/").status_code == 200
    assert "removed by the retention" in client.get("/admin/operations/operation/").content.decode()


def test_a_company_whose_registration_was_emptied_is_not_said_to_have_lost_its_password(
    client: Client, ada: User, ask_for: AskFor
) -> None:
    asked = ask_for("register_company", State.SUCCEEDED, answer={"has_secrets": True}, **_about_lena())
    _purge_at(MARCH + PERIOD)

    page = sign_in(client, ada).get(f"/admin/operations/operation/{asked.pk}/change/").content.decode()

    assert "never reached us" not in page


@pytest.mark.parametrize("kind", REGISTRATIONS)
@pytest.mark.parametrize("state", LED_TO_NOTHING)
def test_who_never_became_a_customer_is_forgotten_after_ninety_days(ask_for: AskFor, kind: str, state: State) -> None:
    asked = ask_for(kind, state, error_text="Nadia is known already")
    OperationEvent.objects.create(operation=asked, to_state=state, note="Nadia has called")

    assert not any(_purge_at(MARCH + NINETY_DAYS - SECOND).values())
    assert _purge_at(MARCH + NINETY_DAYS)["registrations_without_customer"] == 1

    asked.refresh_from_db()
    assert (asked.request, asked.dedupe_key, asked.error_text) == ({}, "", "")
    assert not OperationEvent.objects.exclude(note="").exists()
    assert not any(_purge_at(MARCH + 3 * PERIOD).values())


@pytest.mark.parametrize("kind", REGISTRATIONS)
def test_the_registration_of_a_customer_and_an_answer_that_came_late_are_kept_for_five_years(
    ask_for: AskFor, kind: str
) -> None:
    ask_for(kind, State.SUCCEEDED, **_about_lena())
    ask_for(kind, State.ABANDONED, kept_answer='{"id": 4711}')

    assert not any(_purge_at(MARCH + PERIOD - SECOND).values())
    assert _purge_at(MARCH + PERIOD)["operations"] == 2


def test_what_was_asked_with_data_and_pictures_that_are_still_here_goes_with_them(ask_for: AskFor, clara: User) -> None:
    asked = ask_for("create_customer_delegated_kyc", State.ABANDONED)
    with time_machine.travel(MARCH, tick=False):
        checked = DelegatedVerification.objects.create(operation=asked, created_by=clara, submission="1")

    assert not any(_purge_at(MARCH + PERIOD - SECOND).values())
    assert _purge_at(MARCH + PERIOD)["delegated_verifications"] == 1
    asked.refresh_from_db()
    checked.refresh_from_db()
    assert asked.purged_at == checked.purged_at == MARCH + PERIOD


def test_recorded_changes_go_five_years_after_they_were_recorded(db: None) -> None:
    changed = {"resource": "payments", "remote_id": "1", "source": "sync", "columns": {"status": ["a", "b"]}}
    RecordedChange.objects.create(read_at=MARCH, recorded_at=MARCH, **changed)
    newer = RecordedChange.objects.create(read_at=MARCH, recorded_at=MARCH + SECOND, **changed)

    assert _purge_at(MARCH + PERIOD - SECOND)["recorded_changes"] == 0
    assert _purge_at(MARCH + PERIOD)["recorded_changes"] == 1
    assert list(RecordedChange.objects.all()) == [newer]
    assert AuditRecord.objects.get(action="data.purged").details == {"kind": "recorded_changes", "count": 1}
