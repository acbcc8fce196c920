"""`manage.py rotate_encryption_keys`: bring everything that is encrypted under the newest key."""

import sys
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand

from backoffice import provider
from backoffice.security.rotation import (
    Rotated,
    encrypted_columns,
    rotate_column,
    rotate_file,
    rotate_texts_in,
    stored_files,
)

BAR_WIDTH = 24


class Command(BaseCommand):
    """Re-encrypts beside running processes; can be stopped at any moment and started again.

    Exit status 1 when something could not be opened with any key, or when it was stopped.
    """

    help = "Re-encrypt secrets, personal data and documents with the first key of FIELD_ENCRYPTION_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Every column, then every file, each with its counts."""
        try:
            # The columns last: the proof of the key is the last of them.
            found = [self._rotate_second_factors(), self._rotate_files(), *self._rotate_columns()]
        except KeyboardInterrupt:
            self._show("")
            self.stdout.write("Stopped. What was done stays done; run it again to go on from here.")
            sys.exit(1)
        provider.drop_shared_token()
        total = sum(found, start=Rotated())
        self.stdout.write(f"Everything: {_in_words(total)}.")
        if total.unreadable:
            self.stderr.write("Do not take a key away: what cannot be opened may need one that is missing already.")
            sys.exit(1)
        self.stdout.write("The older keys may now be taken out of FIELD_ENCRYPTION_KEYS.")

    def _rotate_second_factors(self) -> Rotated:
        rotated = rotate_texts_in(Authenticator, "data")
        self._close("second factors", rotated)
        return rotated

    def _rotate_columns(self) -> list[Rotated]:
        return [self._rotate_column(column) for column in encrypted_columns()]

    def _rotate_column(self, column: Any) -> Rotated:
        total, done = column.count(), 0

        def show(more: int) -> None:
            nonlocal done
            done += more
            self._show(f"{column.label}: {_bar(done, total)} {done:,} of {total:,}")

        rotated = rotate_column(column, show)
        self._close(column.label, rotated)
        return rotated

    def _rotate_files(self) -> Rotated:
        rotated = Rotated()
        for number, name in enumerate(stored_files(), start=1):
            rotate_file(name, rotated)
            self._show(f"stored files: {number:,}")
        self._close("stored files", rotated)
        return rotated

    def _close(self, label: str, rotated: Rotated) -> None:
        self._show("")
        self.stdout.write(f"{label}: {_in_words(rotated)}")

    def _show(self, line: str) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r\x1b[K{line}", ending="")
            self.stdout.flush()


def _bar(done: int, total: int) -> str:
    share = min(1.0, done / total) if total else 1.0
    return f"{'█' * int(share * BAR_WIDTH):░<{BAR_WIDTH}} {share:4.0%}"


def _in_words(rotated: Rotated) -> str:
    words = f"{rotated.rewritten:,} re-encrypted, {rotated.already_newest:,} under the newest key already"
    return f"{words}, {rotated.unreadable:,} could not be opened" if rotated.unreadable else words
