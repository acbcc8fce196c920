"""Reads the TOML file that overrides the built-in contract.

Any value of the catalogue can be overridden; a name that does not exist or a value of the wrong type is
refused with its line, because a typing error would otherwise silently leave a guess in force.
"""

import tomllib
from pathlib import Path
from typing import Any, Never, TypeVar

import msgspec

from backoffice.cryptopocket.endpoint_table import BUILT_IN
from backoffice.cryptopocket.endpoint_table.shared import PAGED
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.errors import ContractError

Location = tuple[str, ...]
StructType = TypeVar("StructType", bound=msgspec.Struct)

_CLOSED_TABLES = {"request", "fields", "echo"}
"""Tables whose keys are logical names that the code knows; a new one would have no meaning."""


def load_catalogue(override_path: str | None = None) -> Catalogue:
    """Return the contract, with the overrides of the TOML file at `override_path` where one is given.

    Raises ContractError naming the file and line at fault.
    """
    if not override_path:
        return BUILT_IN
    file = OverrideFile(override_path)
    sections = file.read()
    overridden: set[str] = set()
    _collect_names(sections, prefix="", into=overridden)
    return Catalogue(
        endpoints=_merge_endpoints(file, sections.pop("endpoints", {})),
        conventions=_merge(file, BUILT_IN.conventions, sections.pop("conventions", {}), ("conventions",)),
        webhook=_merge(file, BUILT_IN.webhook, sections.pop("webhook", {}), ("webhook",)),
        words=_merge(file, BUILT_IN.words, sections.pop("words", {}), ("words",)),
        overridden=frozenset(overridden),
        source=override_path,
    )


class OverrideFile:
    """The file as text, to say which line is at fault."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = ""

    def read(self) -> dict[str, Any]:
        """Return the sections of the file. Raises ContractError for a file that is no such TOML."""
        try:
            self.text = Path(self.path).read_text(encoding="utf-8")
            sections = tomllib.loads(self.text)
        except OSError as problem:
            raise ContractError(path=self.path, line=None, reason=f"cannot be read: {problem.strerror}") from None
        except UnicodeDecodeError as problem:
            line = problem.object[: problem.start].count(b"\n") + 1
            raise ContractError(path=self.path, line=line, reason="is not UTF-8 text") from None
        except tomllib.TOMLDecodeError as problem:
            raise ContractError(path=self.path, line=_line_of_syntax_error(problem), reason=f"{problem}") from None
        for section in sections:
            if section not in {"endpoints", "conventions", "webhook", "words"}:
                self.fail((section,), "is no section; there are endpoints, conventions, webhook and words")
        return sections

    def fail(self, location: Location, reason: str) -> Never:
        """Raise ContractError for the value at `location`."""
        line = find_line(self.text, location)
        raise ContractError(path=self.path, line=line, reason=f"{'.'.join(location)} {reason}")


def _merge_endpoints(file: OverrideFile, tables: Any) -> dict[str, Endpoint]:
    """Return all endpoints, those in `tables` with their overrides."""
    _require_table(file, tables, ("endpoints",))
    merged = dict(BUILT_IN.endpoints)
    for name, table in tables.items():
        location = ("endpoints", name)
        if name not in merged:
            file.fail(location, f"is no call; there are {', '.join(sorted(merged))}")
        merged[name] = _merge(file, merged[name], table, location)
        if merged[name].only_reads and not BUILT_IN[name].only_reads:
            # A GET counts as a read everywhere: it would be sent again after a timeout, and let through by the probe.
            file.fail((*location, "method"), "must be POST: the call writes, and a GET would be sent again by itself")
    return merged


def _merge(file: OverrideFile, base: StructType, table: Any, location: Location) -> StructType:
    """Return `base` with the values of `table`, each checked by itself so that its line can be named."""
    _require_table(file, table, location)
    for key, value in table.items():
        place = (*location, key)
        if key not in base.__struct_fields__ or key == "name":
            known = ", ".join(field for field in base.__struct_fields__ if field != "name")
            file.fail(place, f"is no known key; there are {known}")
        base = _merge_key(file, base, key, value, place)
    return base


def _merge_key(file: OverrideFile, base: StructType, key: str, value: Any, place: Location) -> StructType:
    current = getattr(base, key)
    if key == "pagination" and current is None and place[1].startswith("list_"):
        current = PAGED
    if isinstance(current, msgspec.Struct):
        return _replace(file, base, key, _merge(file, current, value, place), place)
    if isinstance(current, dict):
        return _merge_table(file, base, key, value, place)
    return _replace(file, base, key, value, place)


def _merge_table(file: OverrideFile, base: StructType, key: str, table: Any, place: Location) -> StructType:
    _require_table(file, table, place)
    for name, value in table.items():
        current = getattr(base, key)
        if key in _CLOSED_TABLES and name not in current:
            file.fail((*place, name), f"is no known field; there are {', '.join(current) or 'none'}")
        known = current.get(name)
        merged = _merge(file, known, value, (*place, name)) if isinstance(known, msgspec.Struct) else value
        base = _replace(file, base, key, {**current, name: merged}, (*place, name))
    return base


def _replace(file: OverrideFile, base: StructType, key: str, value: Any, place: Location) -> StructType:
    values = {**msgspec.to_builtins(base), key: msgspec.to_builtins(value)}
    try:
        return msgspec.convert(values, type(base))
    except msgspec.ValidationError as problem:
        file.fail(place, str(problem).partition(" - at `")[0])


def _require_table(file: OverrideFile, value: Any, location: Location) -> None:
    if not isinstance(value, dict):
        file.fail(location, "must be a table")


def _collect_names(tables: dict[str, Any], *, prefix: str, into: set[str]) -> None:
    for key, value in tables.items():
        if isinstance(value, dict):
            _collect_names(value, prefix=f"{prefix}{key}.", into=into)
        else:
            into.add(f"{prefix}{key}")


def find_line(text: str, location: Location) -> int:
    """Return the line, from 1, where the value at `location` is set, or the nearest table around it."""
    best_line, best_length = 1, 0
    table: Location = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _read_header(line)
        if header is not None:
            table = header
        place = table if header is not None else table + _read_key(line)
        if place == location[: len(place)] and len(place) > best_length:
            best_line, best_length = number, len(place)
    return best_line


def _read_header(line: str) -> Location | None:
    """Return the name of the table that this line opens, or None."""
    return _only_path(line) if line.lstrip().startswith("[") else None


def _read_key(line: str) -> Location:
    """Return the key that this line sets, or ()."""
    name, separator, _ = line.partition("=")
    return (_only_path(f"{name} = 0") or ()) if separator else ()


def _only_path(line: str) -> Location | None:
    """Return the path of keys in a TOML document of one line; None when it is none."""
    try:
        node: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path: Location = ()
    while node and isinstance(node, dict | list):
        if isinstance(node, list):
            node = node[0]
            continue
        key, node = next(iter(node.items()))
        path = (*path, key)
    return path


def _line_of_syntax_error(problem: tomllib.TOMLDecodeError) -> int | None:
    """Return the line that tomllib names in its text, as Python 3.11 has no attribute for it."""
    _, separator, rest = str(problem).rpartition("(at line ")
    digits = rest.partition(",")[0]
    return int(digits) if separator and digits.isdigit() else None
