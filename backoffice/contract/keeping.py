"""Writes what was seen: new things with their standing, known ones with their counts."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F

from .models import Sighting
from .noticing import Aspect, Seen

Standing = Sighting.Standing
MOST_OF_A_CALL = 1_000
"""So many things are noted of one call. A provider that names its fields anew in each answer fills no disk."""

MORE = "(more than is kept)"
"""Where everything beyond that stands, as one."""

NOTHING = "nothing"
"""The kind of a field without a value: any field may be empty now and then."""


@dataclass
class Count:
    """How often one thing was seen since the last writing. answers: how many its call had had at the last sight."""

    is_known: bool
    first_at: datetime
    last_at: datetime = field(init=False)
    times: int = 0
    answers: int = 0

    def add(self, at: datetime, *, answers: int) -> None:
        """It was seen once more."""
        self.times += 1
        self.last_at = at
        self.answers = answers

    def joined(self, other: "Count") -> "Count":
        """Both as one."""
        one = Count(is_known=self.is_known and other.is_known, first_at=min(self.first_at, other.first_at))
        one.last_at = max(self.last_at, other.last_at)
        one.times, one.answers = max(self.times, other.times), max(self.answers, other.answers)
        return one


def write_counts(counts: Mapping[Seen, Count]) -> None:
    """Write what was counted, in the caller's transaction; as many statements however much it is."""
    calls = {seen.call for seen in counts}
    known = {_key(row): row for row in Sighting.objects.filter(call__in=calls)}
    counts = _within_limits(counts, known)
    before = Before(known)
    new = [_as_row(seen, count, before) for seen, count in counts.items() if seen not in known]
    old = [_counted(known[seen], count, before) for seen, count in counts.items() if seen in known]
    Sighting.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["call", "aspect", "place", "found"],
        update_fields=["last_seen_at"],
    )
    Sighting.objects.bulk_update(old, ["times_seen", "last_seen_at", "answers_at_last_sight"], batch_size=100)


def _within_limits(counts: Mapping[Seen, Count], known: Collection[Seen]) -> dict[Seen, Count]:
    """The counts; what is new beyond the limit of its call is counted as one."""
    room = {call: MOST_OF_A_CALL - times for call, times in Counter(seen.call for seen in known).items()}
    kept: dict[Seen, Count] = {}
    for seen, count in counts.items():
        place = seen
        if seen not in known:
            left = room.get(seen.call, MOST_OF_A_CALL)
            room[seen.call] = left - 1
            place = seen if left > 0 else Seen(seen.call, Aspect.PART, MORE, "")
        kept[place] = kept[place].joined(count) if place in kept else count
    return kept


class Before:
    """What was known of the calls before this writing."""

    def __init__(self, known: Mapping[Seen, Sighting]) -> None:
        self._answers = {seen.call: row.times_seen for seen, row in known.items() if seen.aspect == Aspect.ANSWER}
        self._kinds = {
            (seen.call, seen.place) for seen in known if seen.aspect == Aspect.KIND and seen.found != NOTHING
        }

    def answers(self, call: str) -> int:
        """How many answers with content the call had had."""
        return self._answers.get(call, 0)

    def is_first_answer(self, call: str) -> bool:
        """Whether no answer with content was known: what is in the first ones is what all others are compared with."""
        return call not in self._answers

    def has_kind(self, call: str, place: str) -> bool:
        """Whether a value of some kind was known there."""
        return (call, place) in self._kinds


def standing_of(seen: Seen, before: Before, *, is_known: bool) -> Standing:
    """Whether something that was never seen before was expected."""
    if seen.aspect == Aspect.KIND:
        is_change = seen.found != NOTHING and before.has_kind(seen.call, seen.place)
        return Standing.NEW if is_change else Standing.BASELINE
    if is_known:
        return Standing.CONTRACT
    if seen.aspect == Aspect.PART and before.is_first_answer(seen.call):
        return Standing.BASELINE
    return Standing.NEW


def _as_row(seen: Seen, count: Count, before: Before) -> Sighting:
    return Sighting(
        **seen._asdict(),
        standing=standing_of(seen, before, is_known=count.is_known),
        first_seen_at=count.first_at,
        last_seen_at=count.last_at,
        times_seen=count.times,
        answers_at_last_sight=before.answers(seen.call) + count.answers,
    )


def _counted(row: Sighting, count: Count, before: Before) -> Sighting:
    row.times_seen = F("times_seen") + count.times
    row.last_seen_at = max(row.last_seen_at, count.last_at)
    row.answers_at_last_sight = before.answers(row.call) + count.answers
    return row


def _key(row: Sighting) -> Seen:
    return Seen(row.call, row.aspect, row.place, row.found)
