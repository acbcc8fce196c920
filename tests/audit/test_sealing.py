"""The audit record is sealed, and whatever is done to it behind the triggers' back is told."""

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, QuerySet

from backoffice.audit import sealing, tasks
from backoffice.audit.chain import entry_of, hash_of, pack
from backoffice.audit.models import AuditRecord, AuditSeal
from backoffice.audit.sealing import newest_seal, seal, unsealed
from backoffice.audit.services import draft, record, record_many
from backoffice.audit.triggers import drop_triggers, without_triggers
from backoffice.audit.verifying import DoesNotFit, verify


@pytest.fixture(autouse=True)
def _small_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "RECORDS_A_SEAL", 4)


@pytest.fixture
def views(db: None) -> list[AuditRecord]:
    """Ten views of documents, sealed; between the seventh and the eighth an id was drawn and not used."""
    seal()
    record_many(draft("document.viewed", page=page) for page in range(7))
    gap = AuditRecord.objects.latest("pk").pk + 2
    record_many([AuditRecord(pk=gap, at=draft("x").at, action="document.viewed")])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval('audit_auditrecord_id_seq', %s)", [gap])
    record_many(draft("document.viewed", page=page) for page in range(2))
    seal()
    return list(AuditRecord.objects.filter(action="document.viewed").order_by("pk"))


def _sealed(number: int) -> QuerySet[AuditSeal]:
    return AuditSeal.objects.filter(number=number)


def _verify(*arguments: str) -> tuple[int, str]:
    """The exit status of the command, and what it says."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), err.getvalue()
    return 0, out.getvalue()


def test_what_was_sealed_fits(views: list[AuditRecord]) -> None:
    status, said = _verify()
    newest = newest_seal()
    assert status == 0
    assert newest is not None
    assert f"{AuditRecord.objects.count():,} records in {newest.number} seals fit; 0 are not sealed yet." in said
    assert newest.hash in said


@pytest.mark.django_db
def test_nothing_sealed_yet_is_no_error() -> None:
    assert _verify()[0] == 0
    assert "none, nothing is sealed yet" in _verify()[1]


@pytest.mark.parametrize("field", ["action", "actor_name", "at", "details", "before", "address", "correlation_id"])
def test_an_altered_record_is_named(views: list[AuditRecord], field: str) -> None:
    values: dict[str, Any] = {
        "at": views[0].at,
        "details": {"page": 99},
        "before": {},
        "address": "203.0.113.9",
    }
    with without_triggers(connection):
        AuditRecord.objects.filter(pk=views[4].pk).update(**{field: values.get(field, "changed")})
    assert _verify() == (1, f"Record {views[4].pk} was altered. What stands behind it was not compared.\n")


@pytest.mark.parametrize("position", [0, 5, 9])
def test_a_removed_record_is_named(views: list[AuditRecord], position: int) -> None:
    with without_triggers(connection):
        AuditRecord.objects.filter(pk=views[position].pk).delete()
    assert _verify() == (1, f"Record {views[position].pk} was removed. What stands behind it was not compared.\n")


@pytest.mark.parametrize("place", [lambda views: views[7].pk - 1, lambda _views: 0, lambda _views: -5])
def test_an_inserted_record_is_named(views: list[AuditRecord], place: Callable[[list[AuditRecord]], int]) -> None:
    """No trigger forbids to insert; below what is sealed nothing is ever inserted by the product."""
    AuditRecord.objects.create(pk=place(views), at=views[7].at, action="document.viewed")
    assert _verify() == (1, f"Record {place(views)} was inserted afterwards. What stands behind it was not compared.\n")


def test_two_records_that_change_places_are_named(views: list[AuditRecord]) -> None:
    one, other = views[2], views[3]
    with without_triggers(connection):
        AuditRecord.objects.filter(pk=one.pk).update(details=other.details)
        AuditRecord.objects.filter(pk=other.pk).update(details=one.details)
    assert f"Record {one.pk} was altered" in _verify()[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"count": 3}, "Seal 2 was altered"),
        ({"last_id": F("last_id") - 1}, "Seal 2 was altered"),
        ({"covered": b"nothing"}, "Seal 2 was altered"),
        ({"hash": "0" * 64}, "Seal 2 was altered"),
        ({"previous_hash": "0" * 64}, "Seal 2 does not follow the seal before it"),
        ({"number": 999}, "Seal 2 was removed"),
    ],
)
def test_an_altered_seal_is_named(views: list[AuditRecord], change: dict[str, Any], said: str) -> None:
    with without_triggers(connection):
        _sealed(2).update(**change)
    assert _verify()[0] == 1
    assert said in _verify()[1]


@pytest.mark.parametrize("number", [1, 2])
def test_a_removed_seal_is_named(views: list[AuditRecord], number: int) -> None:
    with without_triggers(connection):
        _sealed(number).delete()
    assert f"Seal {number} was removed" in _verify()[1]


def test_a_record_altered_together_with_its_seal_breaks_the_next_link(views: list[AuditRecord]) -> None:
    link = AuditSeal.objects.get(previous_hash=_hash_before(views[1]))
    with without_triggers(connection):
        AuditRecord.objects.filter(pk=views[1].pk).update(actor_name="somebody else")
        _seal_again(link)
    assert f"Seal {link.number + 1} does not follow the seal before it" in _verify()[1]


def test_a_whole_chain_made_anew_is_told_by_a_hash_that_was_kept_elsewhere(views: list[AuditRecord]) -> None:
    kept = _newest_hash()
    assert _verify("--known-hash", kept)[0] == 0
    with without_triggers(connection):
        AuditSeal.objects.all().delete()
        AuditRecord.objects.filter(pk=views[0].pk).delete()
    seal()
    assert _verify()[0] == 0
    status, said = _verify("--known-hash", kept)
    assert status == 1
    assert f"The chain does not contain the hash {kept}: it was made anew, or its end was cut off." in said


@pytest.mark.django_db
def test_missing_triggers_are_told() -> None:
    seal()
    with transaction.atomic():
        drop_triggers(connection)
        assert "the triggers of audit_auditrecord, audit_auditseal are missing" in _verify()[1]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_job_seals_only_what_is_new() -> None:
    tasks.seal()
    first = AuditSeal.objects.count()
    tasks.seal()
    assert AuditSeal.objects.count() == first
    record("document.viewed")
    assert unsealed(newest_seal()).count() == 1
    tasks.seal()
    assert AuditSeal.objects.count() == first + 1
    assert unsealed(newest_seal()).count() == 0


@pytest.mark.django_db
def test_two_sealers_at_once_make_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one has looked at the end of the chain before the first one has written."""
    before = newest_seal()
    seal()
    made = AuditSeal.objects.count()
    monkeypatch.setattr(sealing, "newest_seal", lambda: before)
    assert seal() == []
    assert AuditSeal.objects.count() == made
    assert verify().unsealed == 0


@pytest.mark.django_db(transaction=True)
def test_a_record_that_commits_late_is_sealed_and_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its id is lower than that of a record which was committed before it."""
    monkeypatch.setattr(sealing, "LOCK_WAIT", "100ms")
    seal()
    is_written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            record("document.viewed", page="late")
            is_written.set()
            may_commit.wait(timeout=20)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert is_written.wait(timeout=20)
    if connection.vendor == "postgresql":
        # SQLite lets nobody else write meanwhile.
        record("document.viewed", page="early")
    assert seal() == []
    may_commit.set()
    writer.join()
    seal()
    assert verify().unsealed == 0
    late = AuditRecord.objects.get(details={"page": "late"})
    assert AuditSeal.objects.filter(last_id__gte=late.pk).exists()


@pytest.mark.django_db
def test_verifying_tells_how_far_it_is() -> None:
    record_many(draft("document.viewed") for _number in range(9))
    seal()
    told: list[int] = []
    verify(progress=told.append)
    assert told[-1] == AuditRecord.objects.count()
    assert told == sorted(told)


@pytest.mark.django_db
def test_a_chain_that_does_not_fit_is_an_error_with_a_sentence() -> None:
    record("document.viewed")
    seal()
    with without_triggers(connection):
        AuditRecord.objects.all().delete()
    with pytest.raises(DoesNotFit, match="was removed"):
        verify()


def _newest_hash() -> str:
    newest = newest_seal()
    assert newest is not None
    return newest.hash


def _hash_before(view: AuditRecord) -> str:
    """The hash that the seal of this record follows."""
    before = AuditSeal.objects.filter(last_id__lt=view.pk).order_by("-number").first()
    return before.hash if before else ""


def _seal_again(link: AuditSeal) -> None:
    """Make a seal anew over what stands there now, as somebody would who knows how it is done."""
    records = AuditRecord.objects.filter(pk__lte=link.last_id).order_by("-pk")[: link.count]
    link.covered = pack(sorted(map(entry_of, records)))
    link.hash = hash_of(link)
    link.save()
