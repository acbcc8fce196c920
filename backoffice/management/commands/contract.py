"""`manage.py contract`: the calls of the provider, with what is known, guessed and overridden."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.description import describe_catalogue
from backoffice.cryptopocket.errors import ContractError


class Command(BaseCommand):
    """Prints the catalogue as a table."""

    help = "Print the provider's calls with their provenance, and what CRYPTOPOCKET_CONTRACT overrides."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table; a bad override file is refused with the line at fault."""
        try:
            catalogue = load_catalogue(settings.CRYPTOPOCKET_CONTRACT)
        except ContractError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(describe_catalogue(catalogue))
