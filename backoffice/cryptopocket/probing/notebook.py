"""What was found: findings for people, and the working catalogue that every finding changes."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint, Pagination

Verdict = Literal["confirmed", "differs", "ambiguous", "not found", "not tried", "not supported"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One assumption and what became of it; names and shapes only, never values of the provider's.

    call: the call's name, `conventions` or `webhook`. subject: what of it, e.g. `path`. reason: why, where it needs
    saying.
    """

    call: str
    subject: str
    assumed: str
    found: str
    verdict: Verdict
    reason: str = ""


class Notebook:
    """Collects findings; `catalogue` is what is believed now."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.assumed = catalogue
        self.catalogue = catalogue
        self.findings: list[Finding] = []
        self.found_at: datetime | None = None

    def endpoint(self, name: str) -> Endpoint:
        """Return a call as it is believed now."""
        return self.catalogue.endpoints[name]

    def note(
        self, call: str, subject: str, verdict: Verdict, *, assumed: str = "", found: str = "", reason: str = ""
    ) -> None:
        """Add a finding; the same subject again replaces the earlier one."""
        self.findings = [finding for finding in self.findings if (finding.call, finding.subject) != (call, subject)]
        texts = {"assumed": assumed, "found": found, "reason": reason}
        plain = {name: _on_one_line(text) for name, text in texts.items()}
        self.findings.append(Finding(call=call, subject=_on_one_line(subject), verdict=verdict, **plain))

    def compare(self, call: str, subject: str, *, assumed: Any, found: Any, reason: str = "") -> None:
        """Add a finding that is confirmed when what was found is what was assumed."""
        verdict: Verdict = "confirmed" if assumed == found else "differs"
        self.note(call, subject, verdict, assumed=_write(assumed), found=_write(found), reason=reason)

    def change(self, call: str, **values: Any) -> Endpoint:
        """Believe something else of a call from now on."""
        changed = msgspec.structs.replace(self.endpoint(call), **values)
        endpoints = {**self.catalogue.endpoints, call: changed}
        self.catalogue = msgspec.structs.replace(self.catalogue, endpoints=endpoints)
        return changed

    def change_pagination(self, call: str, **values: Any) -> None:
        """Believe something else of a list's pages."""
        current = self.endpoint(call).pagination
        if isinstance(current, Pagination):
            self.change(call, pagination=msgspec.structs.replace(current, **values))

    def change_conventions(self, **values: Any) -> None:
        """Believe something else of all calls."""
        conventions = msgspec.structs.replace(self.catalogue.conventions, **values)
        self.catalogue = msgspec.structs.replace(self.catalogue, conventions=conventions)

    def change_webhook(self, **values: Any) -> None:
        """Believe something else of deliveries."""
        webhook = msgspec.structs.replace(self.catalogue.webhook, **values)
        self.catalogue = msgspec.structs.replace(self.catalogue, webhook=webhook)

    def add_words(self, kind: str, words: dict[str, Any]) -> None:
        """Believe that their words mean ours."""
        known = self.catalogue.words
        merged = {**getattr(known, kind), **words}
        self.catalogue = msgspec.structs.replace(self.catalogue, words=msgspec.structs.replace(known, **{kind: merged}))

    def in_order(self) -> list[Finding]:
        """Return the findings call by call, in the order of the contract; conventions come last."""
        places = {name: place for place, name in enumerate(self.assumed.endpoints)}
        return sorted(self.findings, key=lambda finding: places.get(finding.call, len(places)))

    def differences(self) -> list[Finding]:
        """Return the findings that say that an assumption does not hold."""
        return [
            finding
            for finding in self.findings
            if finding.verdict in {"differs", "not found", "ambiguous", "not supported"}
        ]


def _on_one_line(text: str) -> str:
    """Text without line ends and control characters: a name of the provider's could hold lines of the override file."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _write(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value in (None, "") else str(value)
