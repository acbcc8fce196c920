"""Sets single values in an override file and leaves its comments and everything else as they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backoffice.cryptopocket.probing.toml_text import write_key, write_value


def amend_file(path: str, values: Mapping[tuple[str, ...], Any], *, note: str) -> str:
    """Return the file's text with the values set, each by its path of tables and key; "" counts as an empty file."""
    file = Path(path)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for place, value in values.items():
        lines = _set(lines, place[:-1], place[-1], value, note=note)
    return "\n".join(lines).strip() + "\n"


def _set(lines: list[str], table: tuple[str, ...], key: str, value: Any, *, note: str) -> list[str]:
    header = f"[{'.'.join(map(write_key, table))}]"
    setting = f"{write_key(key)} = {write_value(value)}"
    begin = next((number for number, line in enumerate(lines) if line.split("#")[0].strip() == header), None)
    if begin is None:
        return [*lines, "", f"# {note}", header, setting]
    end = next(
        (number for number in range(begin + 1, len(lines)) if lines[number].lstrip().startswith("[")), len(lines)
    )
    for number in range(begin + 1, end):
        if lines[number].partition("=")[0].strip() == write_key(key):
            return [*lines[:number], setting, *lines[number + 1 :]]
    return [*lines[: begin + 1], setting, *lines[begin + 1 :]]
