"""Writes tables as TOML, with comments; the standard library only reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Comments = Mapping[str, list[str]]
"""Dotted name of a table or a key -> lines of comment above it."""

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def write_toml(tables: Mapping[str, Any], *, comments: Comments | None = None) -> str:
    """Return tables as TOML text, each table with its comments."""
    return "\n".join(_write_table(tables, (), comments or {})).strip() + "\n"


def _write_table(table: Mapping[str, Any], path: tuple[str, ...], comments: Comments) -> Iterator[str]:
    """Yield the plain values of a table below its header, then the tables in it."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    name = ".".join(path)
    if path and (plain or name in comments):
        yield ""
        yield from _write_comments(comments.get(name, ()))
        yield f"[{'.'.join(map(write_key, path))}]"
    for key, value in plain.items():
        yield from _write_comments(comments.get(".".join((*path, key)), ()))
        yield f"{write_key(key)} = {write_value(value)}"
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _write_table(value, (*path, key), comments)


def _write_comments(lines: Any) -> Iterator[str]:
    for line in lines:
        yield f"# {line}".rstrip()


def write_key(key: str) -> str:
    """Return a key, in quotes where TOML needs them."""
    return key if _BARE.fullmatch(key) else write_value(key)


def write_value(value: Any) -> str:
    """Return one value as TOML; objects become inline tables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inner = ", ".join(f"{write_key(key)} = {write_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write_value, value))}]"
    return str(value)
