"""`manage.py verify_audit`: prove that the audit record was not altered since it was sealed."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit.models import AuditRecord
from backoffice.audit.verifying import DoesNotFit, Progress, verify
from backoffice.progress import ProgressLine


class Command(BaseCommand):
    """Walk the chain of seals; exit status 1 and the first thing that does not fit, if there is one."""

    help = (
        "Prove that the audit record was not altered since it was sealed, or name the first record that does not fit."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the hashes that somebody kept elsewhere."""
        parser.add_argument(
            "--known-hash",
            action="append",
            default=[],
            metavar="HASH",
            help="a newest hash that was noted earlier: the chain must contain it (may be given several times)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, show progress, and close with the counts and the newest hash."""
        line = ProgressLine(self.stdout, label="audit record", things="records") if self.stdout.isatty() else None
        try:
            verified = verify(known_hashes=frozenset(options["known_hash"]), progress=_show_on(line) if line else None)
        except DoesNotFit as finding:
            self.stderr.write(f"{finding} What stands behind it was not compared.")
            sys.exit(1)
        finally:
            if line:
                line.clear()
        self.stdout.write(
            f"{verified.records:,} records in {verified.seals:,} seals fit; {verified.unsealed:,} are not sealed yet."
        )
        self.stdout.write(f"Newest hash: {verified.newest_hash or 'none, nothing is sealed yet'}")


def _show_on(line: ProgressLine) -> Progress:
    total = AuditRecord.objects.count()
    return lambda done: line.show(done, total)
