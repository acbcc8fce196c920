"""How the calls went, in numbers: the same on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from backoffice.calls.models import ProviderCall
from backoffice.calls.queries import Period, call_health, measure

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 12, 30, 30, tzinfo=UTC)
Verdict = ProviderCall.Verdict


def _call(at: datetime, *, verdict: str = Verdict.OK, answer_ms: int | None = 10, call: str = "get_payment") -> None:
    ProviderCall.objects.create(
        at=at, call=call, verdict=verdict, answer_ms=answer_ms, duration_ms=answer_ms or 0, request_bytes=0
    )


def test_the_calls_of_an_hour_are_counted_by_the_part_in_which_they_were_made() -> None:
    _call(NOW - timedelta(seconds=30))
    _call(NOW - timedelta(seconds=31), verdict=Verdict.REFUSED)
    _call(NOW - timedelta(minutes=10), verdict=Verdict.UNKNOWN, answer_ms=None)
    _call(NOW - timedelta(hours=2))
    slots = measure(Period.HOUR, now=NOW)
    assert len(slots) == 30
    assert slots[-1].begins_at == datetime(2026, 7, 1, 12, 30, tzinfo=UTC)
    assert (slots[-1].answered, slots[-1].refused, slots[-1].failed) == (1, 0, 0)
    assert (slots[-2].answered, slots[-2].refused, slots[-2].total) == (0, 1, 1)
    failed = next(slot for slot in slots if slot.failed)
    assert failed.begins_at == datetime(2026, 7, 1, 12, 20, tzinfo=UTC)
    assert (failed.half_within_ms, failed.most_within_ms) == (None, None)
    assert sum(slot.total for slot in slots) == 3


def test_half_and_nineteen_of_twenty_are_answered_within_what_it_says() -> None:
    for milliseconds in range(1, 101):
        _call(NOW - timedelta(minutes=1), answer_ms=milliseconds)
    _call(NOW - timedelta(hours=1), answer_ms=7)
    slots = measure(Period.DAY, now=NOW)
    assert (slots[-1].half_within_ms, slots[-1].most_within_ms) == (50, 95)
    assert (slots[-2].half_within_ms, slots[-2].most_within_ms) == (7, 7)


def test_one_call_can_be_looked_at_alone() -> None:
    _call(NOW, call="get_payment")
    _call(NOW, call="list_payments")
    assert sum(slot.total for slot in measure(Period.WEEK, call="list_payments", now=NOW)) == 1


@pytest.mark.parametrize("period", list(Period))
def test_no_calls_are_no_numbers(period: Period) -> None:
    assert {(slot.total, slot.half_within_ms) for slot in measure(period)} == {(0, None)}


def test_health_says_which_part_failed_and_when_the_last_one_was_answered() -> None:
    answered = timezone.now() - timedelta(hours=1)
    _call(answered)
    for verdict in (Verdict.NOT_SENT, Verdict.UNKNOWN, Verdict.OK, Verdict.REFUSED):
        _call(timezone.now() - timedelta(hours=2 if verdict == Verdict.OK else 0), verdict=verdict)
    health = call_health(within=timedelta(minutes=15))
    assert (health.total, health.failed, round(health.failed_share, 2)) == (3, 2, 0.67)
    assert health.last_success_at
    assert health.last_success_at > answered


def test_without_any_call_nothing_has_failed() -> None:
    health = call_health(within=timedelta(minutes=15))
    assert (health.total, health.failed_share, health.last_success_at) == (0, 0.0, None)
