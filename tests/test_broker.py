"""The broker without a server: several processes write and read messages side by side."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection

from backoffice.broker import use_safe_filesystem_transport

WRITERS = 4
MESSAGES = 200


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Any]:
    """Opens channels on one folder, as separate processes do."""
    use_safe_filesystem_transport()
    opened: list[Any] = []

    def open_channel() -> Any:
        connection: Any = Connection(
            "filesystem://localhost",
            transport_options={
                "data_folder_in": str(tmp_path),
                "data_folder_out": str(tmp_path),
                "control_folder": str(tmp_path),
            },
        )
        opened.append(connection)
        return connection.channel()

    yield open_channel
    for connection in opened:
        connection.release()


def _read_until(channel: Any, writers_done: threading.Event) -> list[str]:
    received: list[str] = []
    while True:
        was_done = writers_done.is_set()
        try:
            received.append(channel._get("operations")["id"])
        except Empty:
            if was_done:
                return received


def _write(channel: Any, writer: int) -> None:
    for number in range(MESSAGES):
        channel._put("operations", {"id": f"{writer}-{number}", "padding": "x" * 5000})


def test_messages_written_and_read_at_the_same_time_arrive_once_and_whole(connect: Any) -> None:
    writers_done = threading.Event()
    with ThreadPoolExecutor() as threads:
        readers = [threads.submit(_read_until, connect(), writers_done) for _reader in range(3)]
        writers = [threads.submit(_write, connect(), writer) for writer in range(WRITERS)]
        for writer in writers:
            writer.result()
        writers_done.set()
        received = [message for reader in readers for message in reader.result()]
    assert sorted(received) == sorted(f"{writer}-{number}" for writer in range(WRITERS) for number in range(MESSAGES))


def test_messages_come_in_the_order_in_which_they_were_sent(connect: Any) -> None:
    channel = connect()
    for number in range(5):
        channel._put("operations", {"id": number})
    assert [channel._get("operations")["id"] for _number in range(5)] == [0, 1, 2, 3, 4]


def test_a_message_is_only_for_its_queue(connect: Any) -> None:
    channel = connect()
    channel._put("sync", {"id": 1})
    with pytest.raises(Empty):
        channel._get("operations")
    assert channel._get("sync") == {"id": 1}


def test_queues_bound_at_the_same_time_are_all_known(connect: Any) -> None:
    names = [f"queue{number}" for number in range(20)]
    threads = [
        threading.Thread(target=lambda name=name: connect()._queue_bind("work", name, "", name)) for name in names
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {binding.queue for binding in connect().get_table("work")} == set(names)


def test_nothing_of_a_message_is_left_behind(connect: Any, tmp_path: Path) -> None:
    channel = connect()
    channel._put("operations", {"id": 1})
    channel._get("operations")
    assert [path.name for path in tmp_path.iterdir()] == []
