"""``manage.py sandbox``: run the stand-in provider."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.sandbox.command import CannotStartError, run
from backoffice.sandbox.options import add_arguments


class Command(BaseCommand):
    """Run a local stand-in for the provider, until interrupted."""

    help = "Run a local stand-in for the provider over HTTP; needs no credentials and no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the same options as ``python -m backoffice.sandbox``."""
        add_arguments(parser)

    def handle(self, *_: Any, **options: Any) -> None:
        """Serve until interrupted.

        Raises:
            CommandError: the options cannot be, or a port is taken.
        """
        try:
            run(options)
        except CannotStartError as error:
            raise CommandError(str(error)) from error
