"""Reads: what in the provider's answers is worth a look."""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from .models import Sighting

NEW, GONE = "new", "gone"
"""Why something is worth a look."""

LEAST_ANSWERS = 20
"""A field counts as gone after so many answers without it, where so many had it before."""

TIMES_ITS_RARITY = 5
"""A field that one answer in ten has must be missing from fifty."""


def sightings() -> QuerySet[Any]:
    """All of them, each with `missed`: how many answers of its call have come without it since its last sight."""
    answers = Sighting.objects.filter(call=OuterRef("call"), aspect=Sighting.Aspect.ANSWER).values("times_seen")[:1]
    missed = Coalesce(Subquery(answers), 0) - F("answers_at_last_sight")
    return Sighting.objects.annotate(
        missed=Case(
            When(aspect=Sighting.Aspect.PART, then=ExpressionWrapper(missed, output_field=IntegerField())),
            default=Value(0),
        ),
        remark=Case(
            When(is_new(), then=Value(NEW)),
            When(is_gone(), then=Value(GONE)),
            default=Value(""),
            output_field=CharField(),
        ),
    )


def is_new() -> Q:
    """What the contract does not know and what was not there from the beginning, until somebody takes note of it."""
    return Q(standing=Sighting.Standing.NEW, accepted_at=None)


def is_gone() -> Q:
    """Fields that the items of a list do not have any more; only for rows of `sightings`.

    Not of single reads: what one object has depends on where it stands, and mostly those are read that are not final.
    """
    noted = Q(accepted_at__gte=F("last_seen_at"))
    of_lists = Q(aspect=Sighting.Aspect.PART, call__startswith="list_")
    regular = of_lists & Q(times_seen__gte=LEAST_ANSWERS, missed__gte=LEAST_ANSWERS)
    rare_enough = Q(missed__gte=TIMES_ITS_RARITY * F("answers_at_last_sight") / F("times_seen"))
    return regular & rare_enough & ~(noted & Q(accepted_at__isnull=False))


def remarks() -> QuerySet[Any]:
    """What is worth a look: new or gone, and nobody has taken note of it yet."""
    return sightings().exclude(remark="")
