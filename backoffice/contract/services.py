"""Verbs: take note of what is new or gone."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from backoffice.audit.services import record

from .models import Sighting


def take_note(sighting: Sighting, *, by: Any) -> None:
    """Say that this is known now: it is no remark any more, until something changes again."""
    with transaction.atomic():
        Sighting.objects.filter(pk=sighting.pk).update(accepted_at=timezone.now(), accepted_by=by)
        record("shape.noted", by=by, subject=sighting, call=sighting.call, place=sighting.place, found=sighting.found)
