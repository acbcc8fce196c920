"""What changed since the start, kept in a file of one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

Entry = dict[str, Any]


class Journal:
    """Appends every change; a line torn by a crash is dropped when the file is read again."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    def append(self, entry: Entry) -> None:
        """Write one change through to the operating system."""
        if self._file is not None:
            self._file.write(json.dumps(entry) + "\n")
            self._file.flush()

    def restart(self, path: Path, entries: Iterable[Entry]) -> None:
        """Replace the file, in one move, by the shortest form of its content, and append to it from now on."""
        beside = path.with_name(path.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        self._file = path.open("a", encoding="utf-8")

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


def read_entries(path: Path) -> Iterator[Entry]:
    """Return the changes of a file, nothing if it does not exist.

    Raises:
        ValueError: a line that is not the last one cannot be read.
    """
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)
        except ValueError as error:
            if number == len(lines):
                return
            raise ValueError(f"{path}, line {number}: not readable; remove the file to begin anew.") from error
