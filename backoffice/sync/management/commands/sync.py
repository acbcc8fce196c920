"""`manage.py sync`: bring the mirror up to date from a terminal."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.progress import ProgressLine
from backoffice.sync.errors import SyncAlreadyRunning, UnknownResourceError
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import Resource, all_resources, get_resource
from backoffice.sync.services import sync_resource


class Command(BaseCommand):
    """Sync resources one after the other; exit status 1 if anything failed or was quarantined."""

    help = "Bring the mirror of the provider's objects up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add which resources and how much of them."""
        parser.add_argument("resources", nargs="*", metavar="RESOURCE", help="all, if none is named")
        parser.add_argument(
            "--mode",
            choices=SyncRun.Mode.values,
            default=SyncRun.Mode.FULL.value,
            help="full: every page; head: the newest; open: single objects that are not final yet",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, show progress, close with a line of counts for each resource."""
        mode = SyncRun.Mode(options["mode"])
        went_well = [self._sync(resource, mode) for resource in _choose(options["resources"], mode)]
        if not all(went_well):
            sys.exit(1)

    def _sync(self, resource: Resource, mode: SyncRun.Mode) -> bool:
        progress = ProgressLine(self.stdout, label=resource.name, things="rows") if self.stdout.isatty() else None

        def show(run: SyncRun) -> None:
            if progress:
                progress.show(run.seen, run.total)

        try:
            run = sync_resource(name=resource.name, mode=mode, progress=show)
        except SyncAlreadyRunning as problem:
            self.stderr.write(f"{resource.name}: {problem}")
            return False
        finally:
            if progress:
                progress.clear()
        self.stdout.write(describe_run(run))
        if run.error:
            self.stderr.write(f"{resource.name}: {run.error}")
        return run.state == SyncRun.State.SUCCEEDED and not run.quarantined


def describe_run(run: SyncRun) -> str:
    """The closing line: how it ended, and the counts."""
    counts = (
        (run.created, "new"),
        (run.changed, "changed"),
        (run.unchanged, "unchanged"),
        (run.stale, "older than stored"),
        (run.missing, "gone missing"),
        (run.quarantined, "quarantined"),
    )
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count or word in {"new", "changed", "unchanged"})
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    return f"{run.resource}: {run.get_state_display()}. {run.seen:,} rows seen in {seconds:.1f} s: {told}."


def _choose(names: list[str], mode: SyncRun.Mode) -> list[Resource]:
    """The resources to sync, in the order in which they depend on each other."""
    try:
        wanted = {get_resource(name).name for name in names}
    except UnknownResourceError as problem:
        raise CommandError(str(problem)) from None
    chosen = [resource for resource in all_resources() if not wanted or resource.name in wanted]
    if mode != SyncRun.Mode.OPEN:
        return chosen
    if fixed := [resource.name for resource in chosen if resource.name in wanted and not resource.can_be_open]:
        raise CommandError(f"Nothing of {', '.join(fixed)} is read singly: --mode open does not apply.")
    return [resource for resource in chosen if resource.can_be_open]
