"""How fast we learn: percentiles by what brought the news, and whether what is wanted of it is reached."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.sync.delays import Delays, read_delays
from backoffice.sync.models import RecordedChange
from backoffice.sync.resources import get_resource

pytestmark = pytest.mark.django_db

EVENT = RecordedChange.MeasuredFrom.EVENT
AT_MOST = RecordedChange.MeasuredFrom.PREVIOUS_READ


def _record(
    *seconds: float,
    by: str = "webhook",
    resource: str = "payments",
    measured_from: str = EVENT,
    ago: timedelta = timedelta(minutes=5),
) -> None:
    moment = timezone.now() - ago
    RecordedChange.objects.bulk_create(
        RecordedChange(
            resource=resource,
            remote_id="Pay1",
            source=by,
            columns={"status": ["started", "coins_sent"]},
            read_at=moment,
            recorded_at=moment,
            learned_by=by,
            learned_after_ms=round(length * 1000),
            measured_from=measured_from,
        )
        for length in seconds
    )


def _read(**within: float) -> list[Delays]:
    return read_delays(since=timezone.now() - timedelta(**(within or {"hours": 24})))


def _seconds(delays: Delays) -> list[float]:
    return [length.total_seconds() for _percent, length in delays.percentiles]


def test_of_a_hundred_changes_the_percentiles_are_the_50th_95th_and_99th() -> None:
    _record(*range(1, 101))
    (webhooks,) = _read()
    assert (webhooks.count, _seconds(webhooks)) == (100, [50, 95, 99])


def test_a_single_change_is_all_percentiles() -> None:
    _record(2)
    (webhooks,) = _read()
    assert _seconds(webhooks) == [2, 2, 2]


@pytest.mark.parametrize("seconds", [0, 0.003, 0.12, 0.999, 1.001, 4.96, 61, 100.001, 7777, 90_000, 10_000_000])
def test_a_delay_is_rounded_up_by_five_percent_at_most(seconds: float) -> None:
    _record(seconds)
    (webhooks,) = _read()
    shown = webhooks.percentiles[0][1].total_seconds()
    assert seconds <= shown <= max(seconds * 1.051, 0.005)


def test_each_resource_and_source_stands_by_itself_and_webhooks_come_first() -> None:
    _record(1, by="viewed")
    _record(70, by="open", measured_from=AT_MOST)
    _record(1, by="webhook")
    _record(3, by="head", resource="offramps")
    assert [(delays.resource, delays.by) for delays in _read()] == [
        ("payments", "webhook"),
        ("payments", "open"),
        ("payments", "viewed"),
        ("offramps", "head"),
    ]


def test_what_is_older_than_the_window_does_not_count() -> None:
    _record(1, ago=timedelta(hours=2))
    _record(9, ago=timedelta(days=3))
    assert [delays.count for delays in _read(hours=24)] == [1]
    assert [delays.count for delays in _read(days=7)] == [2]


def test_what_was_not_measured_does_not_count() -> None:
    RecordedChange.objects.create(
        resource="payments",
        remote_id="Pay1",
        source="sync",
        columns={},
        read_at=timezone.now(),
        recorded_at=timezone.now(),
    )
    assert _read() == []


def test_events_are_to_be_within_five_seconds_in_95_of_100_cases() -> None:
    _record(*[1] * 94, 5, *[30] * 5)
    (webhooks,) = _read()
    assert (webhooks.is_proven, webhooks.share_within) == (True, 0.95)
    _record(30)
    (webhooks,) = _read()
    assert not webhooks.is_proven
    assert not webhooks.is_likely


def test_runs_are_to_be_within_their_own_interval(settings: Any) -> None:
    settings.SYNC_OPEN_SECONDS, settings.SYNC_HEAD_SECONDS = 30, 180
    _record(100, by="open")
    _record(100, by="head")
    _record(100, by="operation")
    assert {delays.by: (delays.wanted, delays.is_proven) for delays in _read()} == {
        "open": (timedelta(seconds=30), False),
        "head": (timedelta(seconds=180), True),
        "operation": (None, False),
    }


def test_an_upper_bound_counts_with_the_part_that_is_within() -> None:
    _record(*[200] * 100, by="head", measured_from=AT_MOST)
    (heads,) = _read()
    limit = heads.wanted
    assert limit is not None
    assert (heads.is_bound, heads.is_proven) == (True, False)
    assert heads.share_within == pytest.approx(limit.total_seconds() / 200)


def test_a_bound_hardly_above_the_interval_is_likely_within_it(settings: Any) -> None:
    settings.SYNC_OPEN_SECONDS = 180
    _record(*[185] * 100, by="open", measured_from=AT_MOST)
    (single_reads,) = _read()
    assert (single_reads.is_proven, single_reads.is_likely) == (False, True)


def test_one_query_reads_them_whatever_their_number(django_assert_num_queries: Any) -> None:
    _record(*range(300))
    _record(*range(300), by="open", resource="offramps")
    with django_assert_num_queries(1):
        assert len(read_delays(since=timezone.now() - timedelta(days=1), resources=[get_resource("payments")])) == 1
    with django_assert_num_queries(1):
        assert len(_read()) == 2
