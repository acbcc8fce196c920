"""Celery's filesystem transport, made safe for several processes: a message or table is never seen half-written.

kombu's own opens a file under its final name and writes afterwards, so a reader can find it empty and dies of it; and
it moves taken messages through the machine's temporary folder. Here files appear whole, by a rename in their folder.
"""

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem


def use_safe_filesystem_transport() -> None:
    """Make `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"


class Channel(filesystem.Channel):
    """Messages and tables of queues as files that appear and vanish whole."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]  # its bases disagree
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str, timeout: Any = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] == f"{queue}.msg" and (payload := _take(folder / name)) is not None:
                return json.loads(payload)
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = [routing_key or "", pattern or "", queue or ""]
        path = Path(self._exchange_file(exchange))
        with _only_one(Path(self.control_folder) / "lock"):
            table = [list(known) for known in self.get_table(exchange)]
            if binding not in table:
                _write_whole(path, [binding, *table])


class Transport(filesystem.Transport):
    """kombu's filesystem transport with our channel."""

    Channel = Channel


def _write_whole(path: Path, data: Any) -> None:
    draft = path.parent / f".{uuid.uuid4()}"
    draft.write_text(json.dumps(data))
    draft.replace(path)


def _take(path: Path) -> str | None:
    """The message, which is then ours alone; None when another worker was quicker."""
    taken = path.parent / f".taken-{uuid.uuid4()}"
    try:
        path.rename(taken)
    except FileNotFoundError:
        return None
    payload = taken.read_text()
    taken.unlink()
    return payload


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
