"""What is past its period goes, for good and on record; while the period runs, nothing does."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client

from backoffice.audit.models import AuditRecord
from backoffice.operations.models import LIVE_STATES, Operation, State
from backoffice.operations.services import cancel
from backoffice.retention import services
from backoffice.retention.kinds import FIVE_YEARS_IN_DAYS, all_kinds, find_kind
from backoffice.retention.models import FileToRemove, RetentionPolicy
from backoffice.retention.services import purge_due
from backoffice.retention.tasks import purge
from backoffice.sync.models import Quarantine, SyncRun
from banking.services import request_reconciliation
from customers.activity import last_active_at
from customers.erasure import restrict_customer
from customers.models import (
    CompanyVerification,
    Customer,
    DelegatedVerification,
    Document,
    EnhancedVerification,
    IdentityCapture,
)
from payments.models import OffRamp, OffRampInstructions, Payment, PaymentInstructions
from tests.banking.rows import a_customer, a_line, a_payment, an_account
from tests.people import sign_in

MARCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PERIOD = timedelta(days=FIVE_YEARS_IN_DAYS)
SECOND = timedelta(seconds=1)
HandIn = Callable[..., Document]
Committing = Callable[..., Any]


def _purge_at(moment: datetime) -> dict[str, int]:
    with time_machine.travel(moment, tick=False):
        return purge_due()


def _counts(**counts: int) -> dict[str, int]:
    return {
        **dict.fromkeys((kind.name for kind in all_kinds()), 0),
        **counts,
    }


def test_a_document_goes_when_its_period_has_ended_and_not_a_second_before(
    hand_in: HandIn, django_capture_on_commit_callbacks: Committing
) -> None:
    document = hand_in(MARCH)
    name = str(document.file.name)

    assert _purge_at(MARCH + PERIOD - SECOND) == _counts()
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        assert _purge_at(MARCH + PERIOD) == _counts(customer_documents=1)

    document.refresh_from_db()
    assert not default_storage.exists(name)
    assert (document.file.name, document.sha256, document.purged_at) == ("", "", MARCH + PERIOD)
    assert document.operation is not None
    assert document.operation.request == {}
    assert _purge_at(MARCH + PERIOD) == _counts()


def _checked(by: User, *, state: State, touched_at: datetime = MARCH) -> tuple[DelegatedVerification, str]:
    """Nadia's data and her face, asked for and ended in March without a customer."""
    with time_machine.travel(MARCH, tick=False):
        request = {"verification": 1, "name": "Nadia Benali", "email": "nadia@example.org", "captures": []}
        asked = Operation.objects.create(
            kind="create_customer_delegated_kyc", state=state, request=request, dedupe_key="1", requested_by=by,
            finished_at=None if state in LIVE_STATES else MARCH,
        )  # fmt: skip
        checked = DelegatedVerification.objects.create(
            operation=asked, created_by=by, submission="1", details={"name": "Nadia"}
        )
        face = IdentityCapture(verification=checked, kind="face", media_type="image/jpeg", size=4, sha256="a" * 64)
        face.file.save("face.jpg", ContentFile(b"face"))
    DelegatedVerification.objects.filter(pk=checked.pk).update(touched_at=touched_at)
    return checked, str(face.file.name)


def test_pictures_of_a_delegated_kyc_that_was_left_go_when_nothing_was_touched_for_the_period(
    clara: User, django_capture_on_commit_callbacks: Committing
) -> None:
    checked, face = _checked(clara, state=State.ABANDONED, touched_at=MARCH + SECOND)

    assert _purge_at(MARCH + PERIOD)["delegated_verifications"] == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert _purge_at(MARCH + PERIOD + SECOND)["delegated_verifications"] == 1

    checked.refresh_from_db()
    assert (checked.details, checked.captures.count(), default_storage.exists(face)) == ({}, 0, False)
    assert checked.operation is not None
    assert checked.operation.request == {}


@pytest.mark.parametrize("state", [State.UNKNOWN, State.QUEUED, State.AWAITING_APPROVAL])
def test_pictures_of_a_delegated_kyc_that_has_not_ended_stay(clara: User, state: State) -> None:
    _checked(clara, state=state)

    assert _purge_at(MARCH + 3 * PERIOD) == _counts()


def test_the_record_says_what_was_purged_and_never_what_it_contained(hand_in: HandIn) -> None:
    document = hand_in(MARCH)
    _purge_at(MARCH + PERIOD)

    purged = AuditRecord.objects.get(action="data.purged")
    assert purged.details == {"kind": "customer_documents", "ids": [document.pk], "count": 1}


@pytest.mark.parametrize("model", [Payment, OffRamp])
@pytest.mark.parametrize("column", ["created_at", "first_seen_at"])
def test_the_period_begins_again_with_whatever_the_customer_does(
    hand_in: HandIn, lena: Customer, model: type[Payment] | type[OffRamp], column: str
) -> None:
    hand_in(MARCH)
    later = MARCH + timedelta(days=400)
    moments = {"read_at": MARCH, "changed_at": MARCH, "first_seen_at": MARCH, "created_at": None, column: later}
    model.objects.create(remote_id="1", customer=lena, **moments)

    assert _purge_at(later + PERIOD - SECOND) == _counts()
    assert _purge_at(later + PERIOD) == _counts(customer_documents=1)


def _felix_reconciles(felix: User, at: datetime) -> Operation:
    """Felix asks for Lena's transfer to be reconciled with her payment, which she made in March."""
    an_account()
    line, payment = a_line(), a_payment(created_at=MARCH)
    with time_machine.travel(at, tick=False):
        return request_reconciliation(line=line, payment=payment, requested_by=felix)


def test_what_lena_handed_in_stays_while_felix_s_reconciling_of_her_payment_is_not_at_its_end(
    hand_in: HandIn, lena: Customer, felix: User, clara: User
) -> None:
    hand_in(MARCH)
    _felix_reconciles(felix, MARCH)
    restrict_customer(lena, reason="Letter 17", by=clara)

    assert _purge_at(MARCH + 3 * PERIOD) == _counts()


def test_the_period_begins_again_when_a_reconciling_of_lena_s_payment_ends(
    hand_in: HandIn, lena: Customer, felix: User
) -> None:
    hand_in(MARCH)
    asked, later = MARCH + timedelta(days=400), MARCH + timedelta(days=410)
    operation = _felix_reconciles(felix, asked)
    assert last_active_at(lena) == asked
    with time_machine.travel(later, tick=False):
        cancel(operation_id=operation.pk, by=felix, reason="The wrong one")

    assert last_active_at(lena) == later
    assert _purge_at(later + PERIOD - SECOND)["customer_documents"] == 0
    assert _purge_at(later + PERIOD)["customer_documents"] == 1


def test_reconciling_somebody_else_s_payment_keeps_nothing_of_lena_s(
    hand_in: HandIn, lena: Customer, felix: User
) -> None:
    hand_in(MARCH)
    a_customer("4712", name="Marta", registered_at=MARCH)
    an_account()
    line, payment = a_line(), a_payment(customer_id="4712")
    request_reconciliation(line=line, payment=payment, requested_by=felix)

    assert last_active_at(lena) == MARCH
    assert _purge_at(MARCH + PERIOD) == _counts(customer_documents=1)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.QUEUED, State.AWAITING_APPROVAL])
def test_a_document_whose_customer_has_a_live_operation_stays_whatever_its_age(hand_in: HandIn, state: State) -> None:
    hand_in(MARCH)
    hand_in(MARCH + SECOND, state=state)

    assert _purge_at(MARCH + 3 * PERIOD) == _counts()


def test_links_and_secrets_go_ninety_days_after_their_end(hand_in: HandIn, lena: Customer) -> None:
    first, second = hand_in(MARCH).operation, hand_in(MARCH + SECOND).operation
    assert first is not None
    assert second is not None
    link = EnhancedVerification.objects.create(
        customer=lena, operation=first, form_id="1", status="x", link="https://secret.example", expires_at=MARCH
    )
    form = CompanyVerification.objects.create(
        customer=lena, operation=second, link="https://secret.example", password="secret", ends_at=MARCH
    )
    after = MARCH + timedelta(days=90)

    assert _purge_at(after - SECOND) == _counts()
    assert _purge_at(after) == _counts(verification_links=1, company_secrets=1)
    link.refresh_from_db()
    form.refresh_from_db()
    assert (link.link, form.link, form.password) == ("", "", "")
    assert (link.form_id, link.form_digest) == ("", "")


def test_how_to_pay_goes_ninety_days_after_the_payment_last_changed(
    client: Client, felix: User, hand_in: HandIn, lena: Customer
) -> None:
    asked = [hand_in(MARCH), hand_in(MARCH + SECOND), hand_in(MARCH + 2 * SECOND, state=State.UNKNOWN)]
    first, second, live = (document.operation_id for document in asked)
    assert first and second and live  # noqa: PT018 - tells the type checker that all of them are there
    row = {"customer": lena, "read_at": MARCH, "changed_at": MARCH, "first_seen_at": MARCH, "created_at": MARCH}
    payment, of_live = (Payment.objects.create(remote_id=remote_id, **row) for remote_id in ("p1", "p2"))
    off_ramp = OffRamp.objects.create(remote_id="o1", **row)
    told = {"amount": Decimal(5), "currency": "EUR", "url": "https://secret.example", "concept": "ABC"}
    sale = {"amount": Decimal(5), "symbol": "USDT", "quoted_amount": Decimal(5), "quoted_currency": "EUR"}
    with time_machine.travel(MARCH, tick=False):
        paid = PaymentInstructions.objects.create(operation_id=first, payment=payment, iban="ES91", **told)
        kept = PaymentInstructions.objects.create(operation_id=live, payment=of_live, **told)
        sold = OffRampInstructions.objects.create(operation_id=second, off_ramp=off_ramp, wallet="0xA1", **sale)
    after = MARCH + timedelta(days=90)

    assert _purge_at(after - SECOND) == _counts()
    assert _purge_at(after) == _counts(payment_instructions=1, off_ramp_instructions=1)
    for instructions in (paid, kept, sold):
        instructions.refresh_from_db()
    assert (paid.url, paid.iban, paid.concept, paid.purged_at) == ("", "", "ABC", after)
    assert (sold.wallet, sold.purged_at) == ("", after)
    assert kept.url == "https://secret.example"
    sign_in(client, felix)
    for page in (f"/admin/payments/payment/{payment.pk}/change/", f"/admin/payments/offramp/{off_ramp.pk}/change/"):
        shown = client.get(page).content.decode()
        assert "purged" in shown
        assert "answer was lost" not in shown


def test_resolved_items_and_old_runs_go_and_the_newest_run_of_each_kind_stays(db: None) -> None:
    run = {"resource": "customers", "mode": "full", "lease_token": "0" * 32, "heartbeat_at": MARCH}
    old = SyncRun.objects.create(started_at=MARCH, finished_at=MARCH, state="succeeded", **run)
    newest = SyncRun.objects.create(started_at=MARCH, finished_at=MARCH, state="succeeded", **run)
    seen = {"resource": "customers", "payload": "{}", "fingerprint": "", "reason": "", "run": old}
    moments = {"first_seen_at": MARCH, "last_seen_at": MARCH}
    resolved = Quarantine.objects.create(item_key="1", resolved_at=MARCH, **seen, **moments)
    unresolved = Quarantine.objects.create(item_key="2", **seen, **moments)

    assert _purge_at(MARCH + timedelta(days=90) - SECOND) == _counts()
    assert _purge_at(MARCH + timedelta(days=400)) == _counts(resolved_quarantine=1, sync_runs=1)
    assert list(SyncRun.objects.all()) == [newest]
    assert list(Quarantine.objects.all()) == [unresolved]
    assert resolved not in Quarantine.objects.all()


def test_a_purge_that_was_killed_before_its_files_went_goes_on_at_the_next(hand_in: HandIn) -> None:
    name = str(hand_in(MARCH).file.name)
    _purge_at(MARCH + PERIOD)  # killed here: what was to happen after the commit did not

    assert default_storage.exists(name)
    assert [file.name for file in FileToRemove.objects.all()] == [name]
    purge()
    assert not default_storage.exists(name)
    assert not FileToRemove.objects.exists()


def test_a_purge_that_breaks_off_takes_nothing_of_its_batch(
    hand_in: HandIn, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Committing
) -> None:
    documents = [hand_in(MARCH + number * SECOND) for number in range(3)]
    monkeypatch.setattr(services, "ROWS_A_BATCH", 2)
    monkeypatch.setattr(services, "record", _fail_at_the_second())

    with pytest.raises(ZeroDivisionError), django_capture_on_commit_callbacks(execute=True):
        _purge_at(MARCH + 2 * PERIOD)

    assert [bool(row.purged_at) for row in Document.objects.order_by("pk")] == [True, True, False]
    assert default_storage.exists(str(documents[2].file.name))
    monkeypatch.undo()
    assert _purge_at(MARCH + 2 * PERIOD) == _counts(customer_documents=1)


def _fail_at_the_second() -> Callable[..., None]:
    calls: list[str] = []

    def record(action: str, **_details: Any) -> None:
        calls.append(action)
        if len(calls) == 2:
            raise ZeroDivisionError

    return record


def test_a_dry_run_says_what_is_due_and_changes_nothing(hand_in: HandIn) -> None:
    document = hand_in(MARCH)
    out = io.StringIO()
    with time_machine.travel(MARCH + PERIOD, tick=False):
        call_command("purge", "--dry-run", stdout=out)

    assert f"Customers' documents: 1 due (kept {FIVE_YEARS_IN_DAYS} days)" in out.getvalue()
    assert Document.objects.get(pk=document.pk).purged_at is None
    assert not AuditRecord.objects.filter(action="data.purged").exists()


def test_the_command_purges(hand_in: HandIn) -> None:
    hand_in(MARCH)
    out = io.StringIO()
    with time_machine.travel(MARCH + PERIOD, tick=False):
        call_command("purge", stdout=out)

    assert "Customers' documents: 1 purged" in out.getvalue()


def test_a_purged_document_cannot_be_downloaded_and_its_pages_still_open(
    hand_in: HandIn, client: Client, ada: User
) -> None:
    document = hand_in(MARCH)
    _purge_at(MARCH + PERIOD)
    sign_in(client, ada)

    assert client.get(f"/admin/customers/document/{document.pk}/download/").status_code == 404
    assert client.get(f"/admin/customers/document/{document.pk}/change/").status_code == 200
    assert client.get(f"/admin/operations/operation/{document.operation_id}/change/").status_code == 200
    assert client.get("/admin/operations/operation/").status_code == 200


def test_sofia_changes_a_period_and_it_is_written_down(client: Client, sofia: User, hand_in: HandIn) -> None:
    hand_in(MARCH)
    policy = RetentionPolicy.objects.get(kind="customer_documents")
    address = f"/admin/retention/retentionpolicy/{policy.pk}/change-period/"

    answer = sign_in(client, sofia).post(address, {"days": "3650"})

    assert answer.status_code == 302
    changed = AuditRecord.objects.get(action="retention_period.changed")
    assert (changed.before, changed.after) == ({"days": FIVE_YEARS_IN_DAYS}, {"days": 3650})
    assert changed.actor_name == "sofia"
    assert _purge_at(MARCH + timedelta(days=3650) - SECOND) == _counts()
    assert _purge_at(MARCH + timedelta(days=3650)) == _counts(customer_documents=1)


@pytest.mark.parametrize("kind", ["customer_documents", "delegated_verifications"])
def test_what_shows_whom_we_checked_is_kept_for_five_years_at_least(client: Client, sofia: User, kind: str) -> None:
    policy = RetentionPolicy.objects.get(kind=kind)
    address = f"/admin/retention/retentionpolicy/{policy.pk}/change-period/"

    page = sign_in(client, sofia).post(address, {"days": str(FIVE_YEARS_IN_DAYS - 1)}).content.decode()

    assert "At least 1827 days." in page
    assert RetentionPolicy.objects.get(pk=policy.pk).days == FIVE_YEARS_IN_DAYS


def test_a_period_that_was_set_before_its_kind_had_to_be_kept_longer_is_made_longer_by_the_release(db: None) -> None:
    documents = RetentionPolicy.objects.filter(kind="customer_documents")
    runs = RetentionPolicy.objects.filter(kind="sync_runs")
    documents.update(days=730)
    runs.update(days=300)

    call_command("migrate", verbosity=0)

    assert documents.get().days == FIVE_YEARS_IN_DAYS
    assert runs.get().days == 300
    changed = AuditRecord.objects.get(action="retention_period.changed")
    assert (changed.before, changed.after) == ({"days": 730}, {"days": FIVE_YEARS_IN_DAYS})


def test_only_a_supervisor_who_signed_in_just_now_changes_a_period(
    client: Client, sofia: User, aurelio: User, clara: User
) -> None:
    policy = RetentionPolicy.objects.get(kind="sync_runs")
    address = f"/admin/retention/retentionpolicy/{policy.pk}/change-period/"

    assert sign_in(client, aurelio).post(address, {"days": "50"}).status_code == 403
    assert client.get("/admin/retention/retentionpolicy/").status_code == 200
    assert sign_in(client, clara).get("/admin/retention/retentionpolicy/").status_code == 403
    assert sign_in(client, sofia, recently=False).post(address, {"days": "50"}).status_code == 302
    assert RetentionPolicy.objects.get(pk=policy.pk).days == 400


def test_every_kind_has_a_period_after_migrating(db: None) -> None:
    for policy in RetentionPolicy.objects.all():
        kind = find_kind(policy.kind)
        assert kind is not None
        assert policy.days == kind.default_days >= kind.least_days


def test_the_papers_name_every_kind_with_its_period() -> None:
    papers = (Path(__file__).parents[2] / "docs" / "retention.md").read_text()
    for kind in all_kinds():
        days = f"{kind.default_days} day" if kind.default_days == 1 else f"{kind.default_days} days"
        assert kind.shares_period_of or f"| {kind.label} | {days} " in papers
