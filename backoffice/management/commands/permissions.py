"""`manage.py permissions`: who may do what, as docs/permissions.md; `--check` says whether that file is true."""

from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.face.permission_table import ROLES, Line, permission_lines
from backoffice.security.groups import GROUPS

PAPER = Path(__file__).resolve().parents[3] / "docs" / "permissions.md"
_MARKS = {True: "yes", False: "no"}
_HEAD = """# Who may do what

Written by `manage.py permissions` from the code; do not edit it here. `manage.py permissions --check` and a test
compare it, and another test asks for every cell of the first table over HTTP: {lines} lines for {roles} groups, that is
{cells} cells.

The groups are made and kept up to date by `backoffice/security/groups.py` at every `migrate`; nobody edits them by
hand. "No group" is somebody who can sign in and is in none. Everybody has the pages about their own sign-in besides.

* Compliance never reconciles. Finance never sees identity documents. Auditors change nothing.
* Administrators manage people and the subscriptions to the provider's events; they approve nothing.
* Supervisors approve and edit the approval policies; they have the provider do nothing.

## Pages and acts
"""


class Command(BaseCommand):
    """Writes the paper, or compares it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """One option."""
        parser.add_argument("--check", action="store_true", help="change nothing; fail where the file is not true")

    def handle(self, *, check: bool, **_options: Any) -> None:
        """Write docs/permissions.md; with `check` only compare. Raises CommandError where it differs."""
        text = permissions_paper()
        if not check:
            PAPER.write_text(text)
            self.stdout.write(f"{PAPER.name} is written.")
        elif PAPER.read_text() != text:
            raise CommandError("docs/permissions.md is not what the code says. Run: manage.py permissions")


def permissions_paper() -> str:
    """The whole paper."""
    lines = permission_lines()
    parts = [_HEAD.format(lines=len(lines), roles=len(ROLES), cells=len(lines) * len(ROLES))]
    for area, of_area in groupby(lines, key=lambda line: line.area):
        parts.append(f"### {area}\n\n{_table(list(of_area))}")
    parts.append(f"## The rights behind them\n\n{_rights()}")
    return "\n".join(parts)


def _table(lines: list[Line]) -> str:
    rows = [(line.what, f"`{line.address}`", *(_MARKS[line.allowed[role]] for role in ROLES)) for line in lines]
    return _markdown(("What", "Address", *ROLES), rows)


def _rights() -> str:
    names = _names_of_permissions()
    granted = sorted({permission for permissions in GROUPS.values() for permission in permissions})
    rows = [
        (names[right], f"`{right}`", *(_MARKS[right in permissions] for permissions in GROUPS.values()))
        for right in granted
    ]
    return _markdown(("Right", "Name in the code", *GROUPS), rows)


def _names_of_permissions() -> dict[str, str]:
    """What every permission is called, as the database will hold it."""
    names = {}
    for model in apps.get_models():
        options = model._meta  # noqa: SLF001 - Django's documented way to ask
        for action in options.default_permissions:
            names[f"{options.app_label}.{action}_{options.model_name}"] = f"Can {action} {options.verbose_name_raw}"
        for codename, name in options.permissions:
            names[f"{options.app_label}.{codename}"] = str(name)
    return names


def _markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    written = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in written)
