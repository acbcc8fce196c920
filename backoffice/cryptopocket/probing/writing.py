"""Makes the override file out of what was found, and checks that it loads."""

import os
import tempfile
from pathlib import Path

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.endpoint_table import BUILT_IN
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.probing.notebook import Finding, Notebook
from backoffice.cryptopocket.probing.overrides import Tables, find_overrides
from backoffice.cryptopocket.probing.toml_text import write_toml

_READABLE = 0o644
"""The file holds no secret, and the product may run as somebody else than who probed."""

_WEBHOOK = """
# What no read can show, as it is assumed: `manage.py contract listen --write` learns it from the first events.
# [webhook]
# key_header = "X-API-Key"
# signature_header = "X-Signature"
# timestamp_header = "X-Timestamp"
# signature_encoding = "hex"            # or "base64"
# data_locations = ["data", ""]         # where the object stands; "" is the top level
# type_fields = ["type", "event", "event_type"]
# id_fields = ["payment_id", "id", "rampoff_id"]
"""

_OPEN = {"ambiguous", "not found"}


class FileExistsAlreadyError(Exception):
    """The file is there already, and nobody said that it may be replaced."""


def make_override_text(notebook: Notebook, *, base_url: str) -> str:
    """Return the override file: what differs from the built-in contract, what was confirmed, what is left to decide."""
    tables = find_overrides(BUILT_IN, notebook.catalogue)
    comments = _collect_comments(notebook.findings, tables)
    when = f"{notebook.found_at:%Y-%m-%d %H:%M} UTC" if notebook.found_at else "an unknown time"
    head = [
        "# What `manage.py contract probe` found, by reading only.",
        f"# Where: {base_url}",
        f"# When: {when}",
        "# Name this file in CRYPTOPOCKET_CONTRACT; docs/contract.md says what each key means.",
    ]
    tail = "" if "webhook" in tables else _WEBHOOK
    return "\n".join([*head, *_write_open(notebook.findings), "", write_toml(tables, comments=comments)]) + tail


def _collect_comments(findings: list[Finding], tables: Tables) -> dict[str, list[str]]:
    """Return for each table what was found about it, differences only."""
    comments: dict[str, list[str]] = {}
    for finding in findings:
        if finding.verdict == "differs":
            place = _place_of(finding, tables)
            line = f"{finding.call}, {finding.subject}: {finding.found} (assumed {finding.assumed})"
            comments.setdefault(place, []).append(f"{line}: {finding.reason}" if finding.reason else line)
    return comments


def _place_of(finding: Finding, tables: Tables) -> str:
    """Return the table under whose header a difference is told."""
    if finding.subject.startswith("words of ") and "words" in tables:
        return next(f"words.{kind}" for kind in tables["words"])
    if finding.call in tables.get("endpoints", {}):
        return f"endpoints.{finding.call}"
    return "conventions"


def _write_open(findings: list[Finding]) -> list[str]:
    """Return what a person has to decide, as comments."""
    undecided = [finding for finding in findings if finding.verdict in _OPEN]
    if not undecided:
        return ["#", "# Nothing is left to decide."]
    lines = ["#", "# To decide:"]
    for finding in undecided:
        found = f" Found: {finding.found}." if finding.found else ""
        lines.append(f"#   {finding.call}, {finding.subject}: {finding.verdict}. Assumed: {finding.assumed}.{found}")
        lines += [f"#     {finding.reason}"] if finding.reason else []
    return lines


def write_override_file(path: str, text: str, *, replace: bool = False) -> Catalogue:
    """Write the file whole or not at all, and return the catalogue that it gives.

    Raises FileExistsAlreadyError, OSError, and ContractError should the text not load: then nothing is written.
    """
    target = Path(path)
    if target.exists() and not replace:
        raise FileExistsAlreadyError(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", text=True)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        catalogue = load_catalogue(name)
        draft.chmod(_READABLE)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return catalogue
