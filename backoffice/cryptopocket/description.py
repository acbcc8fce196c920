"""The catalogue as a table for people: what is known, what is guessed, what is overridden."""

from collections.abc import Sequence

from backoffice.cryptopocket.endpoints import Catalogue, Endpoint

HEADINGS = ("call", "method", "path", "sends", "path is", "request is", "answer is", "money", "overridden")
_UNITS = {"cents": "in cents", "whole": "whole", "base_units": "in base units"}


def describe_catalogue(catalogue: Catalogue) -> str:
    """Return the whole catalogue as plain text: a row for each call, then the overridden values."""
    rows = [HEADINGS, *(_describe_endpoint(endpoint, catalogue) for endpoint in catalogue.endpoints.values())]
    lines = _align(rows)
    lines += ["", f"webhook payloads and signatures: {catalogue.webhook.provenance}", ""]
    lines += _describe_overrides(catalogue)
    return "\n".join(lines)


def _describe_endpoint(endpoint: Endpoint, catalogue: Catalogue) -> tuple[str, ...]:
    prefix = f"endpoints.{endpoint.name}."
    overridden = sorted(name.removeprefix(prefix) for name in catalogue.overridden if name.startswith(prefix))
    return (
        endpoint.name,
        endpoint.method,
        endpoint.path,
        endpoint.encoding,
        endpoint.path_provenance,
        endpoint.request_provenance,
        endpoint.answer_provenance,
        _describe_money(endpoint),
        " ".join(overridden) or "-",
    )


def _describe_money(endpoint: Endpoint) -> str:
    fiat = endpoint.fiat_unit and f"fiat {_UNITS[endpoint.fiat_unit]}"
    coins = endpoint.crypto_unit and f"coins {_UNITS[endpoint.crypto_unit]}"
    return ", ".join(filter(None, (fiat, coins))) or "-"


def _describe_overrides(catalogue: Catalogue) -> list[str]:
    if not catalogue.source:
        return ["Nothing is overridden: CRYPTOPOCKET_CONTRACT names no file."]
    names = sorted(catalogue.overridden)
    return [f"Overridden by {catalogue.source}: {len(names)}", *(f"  {name}" for name in names)]


def _align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
