"""The override file of `manage.py contract`: its contract to begin with, and what was learned set in it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import ContractError
from backoffice.cryptopocket.probing.amending import amend_file
from backoffice.cryptopocket.probing.writing import write_override_file


def take_from_file(catalogue: Catalogue, options: Mapping[str, Any]) -> Catalogue:
    """Return the contract of the file that is to be amended, where it is there: it knows the paths already."""
    if not options["write"] or not Path(options["write"]).exists():
        return catalogue
    try:
        return load_catalogue(options["write"])
    except ContractError as problem:
        raise CommandError(f"{problem}. Nothing was sent.") from None


def amend(command: BaseCommand, values: Mapping[tuple[str, ...], Any], path: str, *, by: str) -> None:
    """Set what was learned in the override file; nothing where nothing was. by: the subcommand that learned it."""
    if not values:
        command.stdout.write(f"{path} was not changed: nothing new was learned.")
        return
    note = f"Learned by `contract {by}` on {datetime.now(UTC):%Y-%m-%d}"
    try:
        write_override_file(path, amend_file(path, values, note=note), replace=True)
    except (OSError, ContractError) as problem:
        raise CommandError(f"{path} was not changed: {problem}") from None
    command.stdout.write(f"Written: {path}.")
