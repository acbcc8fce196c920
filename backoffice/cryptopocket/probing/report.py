"""The findings as a table for people or as JSON for machines, and the checklist of the calls that write."""

import json
from collections.abc import Iterable, Sequence

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.probing.notebook import Finding

HEADINGS = ("call", "what", "assumed", "found", "verdict")
_WIDEST = 44


def describe_findings(findings: Sequence[Finding]) -> str:
    """Return the table, call by call, and below it one line of counts."""
    return f"{describe_table(findings)}\n\n{count_verdicts(findings)}"


def describe_table(findings: Sequence[Finding]) -> str:
    """Return the table, call by call, each with its reason below it."""
    rows = [HEADINGS, *(_row(finding) for finding in findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines: list[str] = []
    for row, finding in zip(rows, [None, *findings], strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if finding and finding.reason:
            lines.append(f"    {finding.reason}")
    return "\n".join(lines)


def _row(finding: Finding) -> tuple[str, ...]:
    cells = (finding.call, finding.subject, finding.assumed or "-", finding.found or "-", finding.verdict)
    return tuple(cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 3]}..." for cell in cells)


def count_verdicts(findings: Iterable[Finding]) -> str:
    """Return how many findings there are of each verdict."""
    verdicts = [finding.verdict for finding in findings]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts)) or "nothing found"


def findings_as_json(findings: Sequence[Finding]) -> str:
    """Return the findings as JSON."""
    return json.dumps([msgspec.to_builtins(finding) for finding in findings], indent=2, ensure_ascii=False)


def describe_checklist(catalogue: Catalogue, *, file: str = "") -> str:
    """Return what each call that writes needs, with the exact command."""
    writes = [
        endpoint
        for endpoint in catalogue.endpoints.values()
        if not endpoint.only_reads and endpoint.name != "authenticate"
    ]
    lines = [
        "Calls that write were not made. In a sandbox, try them by hand, one after the other. An empty body names",
        "the required fields and does nothing; a filled one creates a real object there.",
        "",
    ]
    for endpoint in writes:
        lines += [f"[ ] {endpoint.name}: POST {endpoint.path}", f"      {command_for(endpoint, empty=True, file=file)}"]
        lines.append(f"      {command_for(endpoint)}")
    lines += ["[ ] webhooks: what the first deliveries show", f"      manage.py contract listen --write {file or '…'}"]
    return "\n".join(lines)


def command_for(endpoint: Endpoint, *, empty: bool = False, file: str = "") -> str:
    """Return the command line that tries a call."""
    fields = endpoint.path_fields if empty else _EXAMPLES.get(endpoint.name, tuple(endpoint.request))
    parts = [f"--field {field}=…" for field in fields]
    parts += ["--empty"] if empty else []
    parts += [f"--write {file}"] if file and empty else []
    return " ".join(["manage.py contract try", endpoint.name, *parts])


_EXAMPLES: dict[str, tuple[str, ...]] = {
    "create_customer": ("name", "last_name", "email"),
    "create_customer_delegated_kyc": (
        "name", "last_name", "email", "document_front", "document_back", "face", "liveness",
    ),
    "create_off_ramp": ("user_id", "amount", "symbol", "blockchain", "iban"),
    "create_guided_payment": ("user_id", "coin_symbol", "coin_chain", "fiat_amount", "external_id"),
}  # fmt: skip
"""The fields that a call needs at least, where it takes many."""
