"""`manage.py purge`: purge what is due now, or only say what that would be."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.retention.kinds import all_kinds
from backoffice.retention.services import count_files_left, period_of, purge_due, rows_due


class Command(BaseCommand):
    """Purges, or with `--dry-run` prints how many records of each kind are due and changes nothing."""

    help = "Purge the records whose period has ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--dry-run`."""
        parser.add_argument("--dry-run", action="store_true", help="print what is due, and change nothing")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Print a line for each kind."""
        counts, what = (_count_due(), "due") if options["dry_run"] else (purge_due(), "purged")
        for kind in all_kinds():
            self.stdout.write(f"{kind.label}: {counts[kind.name]} {what} (kept {period_of(kind).days} days)")
        if left := count_files_left():
            files = "1 file" if left == 1 else f"{left} files"
            self.stdout.write(f"{files} could not be removed and will be tried again: see file_not_removed in the log.")


def _count_due() -> dict[str, int]:
    return {kind.name: rows_due(kind).count() for kind in all_kinds()}
