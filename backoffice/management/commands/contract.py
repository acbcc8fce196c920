"""`manage.py contract`: what is known of the provider's calls, and how to learn the rest.

show: the catalogue. probe: which assumptions hold, by reading only. try: one call that writes, in a sandbox.
listen: what deliveries of webhooks show, in a sandbox.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.description import describe_catalogue
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import ContractError
from backoffice.management.contract_listen import add_listen_arguments, run_listen
from backoffice.management.contract_probe import add_probe_arguments, run_probe
from backoffice.management.contract_try import add_try_arguments, run_try


class Command(BaseCommand):
    """Shows the catalogue, probes a provider, tries one call, listens to webhooks."""

    help = (
        "The provider's calls: what is known and overridden (show), what holds (probe), one call by hand (try), "
        "webhooks (listen)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the four subcommands; without one, the catalogue is shown."""
        kinds = parser.add_subparsers(dest="action", metavar="{show,probe,try,listen}")
        kinds.add_parser("show", help="print the catalogue with its provenance; what is done without a subcommand")
        add_probe_arguments(kinds.add_parser("probe", help="find out which assumptions hold, by reading only"))
        add_try_arguments(kinds.add_parser("try", help="send one call that writes, in a sandbox"))
        add_listen_arguments(kinds.add_parser("listen", help="learn how webhooks are signed and read, in a sandbox"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the subcommand says; a bad override file is refused with the line at fault."""
        catalogue = _load()
        if options["action"] == "probe":
            run_probe(self, catalogue, options)
        elif options["action"] == "try":
            run_try(self, catalogue, options)
        elif options["action"] == "listen":
            run_listen(self, catalogue, options)
        else:
            self.stdout.write(describe_catalogue(catalogue))


def _load() -> Catalogue:
    try:
        return load_catalogue(settings.CRYPTOPOCKET_CONTRACT)
    except ContractError as error:
        raise CommandError(str(error)) from None
