"""Background work: nudges and runs. A lost nudge is made good by the next beat."""

import logging
from typing import Any

from celery import shared_task
from django.contrib.auth import get_user_model

from backoffice.audit.context import Context, acting, new_correlation_id, under_one_id
from backoffice.sync import drift, services, viewing
from backoffice.sync.engine.gaps import read_through_at, was_cut_off
from backoffice.sync.engine.lease import abandon_dead_runs, find_resumable
from backoffice.sync.errors import DriftCheckRunningError, SyncAlreadyRunning
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource, all_resources, find_dependents
from backoffice.sync.schedule import wish_lasts_seconds

logger = logging.getLogger(__name__)

ASK_AGAIN_AFTER_SECONDS = 10
ASK_AGAIN_TIMES = 30


@shared_task
def sync_all(mode: str) -> None:
    """Ask for a sync of every resource, in the order in which they depend on each other.

    A full sync that was cut off in the middle (a worker that died) is gone on with at the next `head`, not only the
    next night. Where it is cut off again and again, every other time the newest end is read first: a full sync that
    goes on does not read it. A list that was never read through to its end is read by full syncs until it was: a
    `head` would have to begin anew each time.
    """
    with under_one_id():
        for resource in all_resources():
            if mode == SyncRun.Mode.OPEN and not resource.can_be_open:
                continue
            services.request_sync(name=resource.name, mode=_choose_mode(resource, SyncRun.Mode(mode)))


@shared_task
def sync_one(name: str, mode: str, user_id: int | None = None, asked_again: int = 0, correlation_id: str = "") -> None:
    """Sync one resource. Another run that holds it and reads as much does the work: that is no error.

    Where the other run reads less (`open` holds a resource whose `head` is due), this one is asked for again a little
    later: left out each time, new objects would never come.

    What is read for each of the new rows (the lines of a new bank account) is asked for at once.
    """
    user = get_user_model().objects.filter(pk=user_id).first() if user_id else None
    with acting(_circumstances(user, correlation_id)):
        try:
            run = services.sync_resource(name=name, mode=mode, requested_by=user)
        except SyncAlreadyRunning as busy:
            if _reads_as_much(busy.run, mode) or asked_again >= ASK_AGAIN_TIMES:
                logger.info("sync of %s (%s) is left to the run that holds it", name, mode)
            else:
                _ask_again(
                    name=name, mode=mode, user_id=user_id, asked_again=asked_again + 1, correlation_id=correlation_id
                )
            return
        logger.info("sync of %s (%s): %s, %d new, %d changed", name, mode, run.state, run.created, run.changed)
        for dependent in find_dependents(name) if run.created else ():
            if dependent.is_partitioned:
                services.request_sync(name=dependent.name, mode=SyncRun.Mode.HEAD)


@shared_task
def read_viewed(name: str, remote_id: str, correlation_id: str = "") -> None:
    """Read an object for those who look at its page."""
    with acting(_circumstances(None, correlation_id)):
        viewing.read_for_viewers(name=name, remote_id=remote_id)


@shared_task
def check_all_drift() -> None:
    """Ask for a drift check of every resource that can be read singly."""
    with under_one_id():
        for resource in all_resources():
            if resource.read_one is not None:
                drift.request_check(name=resource.name)


@shared_task
def check_drift(name: str, user_id: int | None = None, correlation_id: str = "") -> None:
    """Compare a sample of a resource's rows with the provider. Another check that runs does the work."""
    user = get_user_model().objects.filter(pk=user_id).first() if user_id else None
    with acting(_circumstances(user, correlation_id)):
        try:
            check = drift.check_resource(name=name, requested_by=user)
        except DriftCheckRunningError:
            logger.info("the drift check of %s is left to the one that runs", name)
            return
        logger.info("drift check of %s: %d of %d rows drifted", name, check.drifted, check.sample)


def _circumstances(user: Any, correlation_id: str) -> Context:
    known = {"actor_id": user.pk, "actor_name": user.get_username()} if user else {}
    return Context(**known, correlation_id=correlation_id or new_correlation_id())


def _reads_as_much(run: SyncRun | None, mode: str) -> bool:
    return run is not None and run.mode in {mode, SyncRun.Mode.FULL}


def _ask_again(**arguments: Any) -> None:
    logger.info("sync of %s (%s) waits for the run that holds it", arguments["name"], arguments["mode"])
    lasts = wish_lasts_seconds(arguments["mode"], of_a_person=arguments["user_id"] is not None)
    expires = None if lasts is None else ASK_AGAIN_AFTER_SECONDS + lasts
    sync_one.apply_async((), arguments, countdown=ASK_AGAIN_AFTER_SECONDS, expires=expires)


def _choose_mode(resource: Resource, mode: SyncRun.Mode) -> SyncRun.Mode:
    if mode != SyncRun.Mode.HEAD:
        return mode
    abandon_dead_runs(resource=resource.name)
    cut_off = find_resumable(resource.name)
    if cut_off is not None and _keeps_out_the_newest(cut_off):
        return mode
    is_gone_on_with = cut_off is not None and cut_off.state == SyncRun.State.ABANDONED
    return SyncRun.Mode.FULL if is_gone_on_with or _stopped_before_its_first_end(resource) else mode


def _stopped_before_its_first_end(resource: Resource) -> bool:
    """Whether runs of the list were cut off, and none ever came to its end."""
    return read_through_at(resource.name) is None and was_cut_off(resource.name)


def _keeps_out_the_newest(cut_off: SyncRun) -> bool:
    """Whether it went on from one that was cut off as well, and the newest end was not read since."""
    if cut_off.resumed_from_id is None:
        return False
    later = SyncRun.objects.filter(resource=cut_off.resource, mode=SyncRun.Mode.HEAD, pk__gt=cut_off.pk)
    return not later.exists()
