"""What the log of calls costs a sync over HTTP: blocks of pages with and without it, turn by turn in the same sync."""

import gc
import time
from collections import defaultdict
from typing import Any

from django.db import connection

from backoffice import observing, provider
from backoffice.calls.recording import call_log
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction

PAGES = 20
"""In a block: some of the engine's transactions, and so short that a machine is as fast in one as in the next."""

SYNCS = {"first": 8, "again": 60}


class _TimedBlocks:
    """Notes the calls of every other block of pages, and how long each block took.

    `pairs`: (with, without), one behind the other in the same sync, on the clock and of the processor. Whole syncs of
    a shared machine differ by far more than the log costs.
    """

    def __init__(self) -> None:
        self.pairs: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        self.start(notes=True)

    def start(self, *, notes: bool) -> None:
        """Begin a sync, whose first block is noted or not."""
        self._notes = notes
        self._calls = 0
        self._blocks: list[tuple[float, float]] = []

    def note(self, call: ObservedCall) -> None:
        """Let the log note the call where it is its turn."""
        if self._calls % PAGES == 0:
            self._turn()
        if self._notes:
            call_log.note(call)
        self._calls += 1

    def finish(self, what: str) -> None:
        """Keep the pairs of this sync; whatever came after the last whole pair is not counted."""
        lengths = [
            (end[0] - begin[0], end[1] - begin[1]) for begin, end in zip(self._blocks, self._blocks[1:], strict=False)
        ]
        noted_first = self._notes == (len(self._blocks) % 2 == 1)
        for one, other in zip(lengths[::2], lengths[1::2], strict=False):
            noted, bare = (one, other) if noted_first else (other, one)
            self.pairs[what].append((noted[0], bare[0]))
            self.pairs[f"cpu {what}"].append((noted[1], bare[1]))

    def _turn(self) -> None:
        """A block pays for the writing of its own calls, so for more and smaller statements than in a usual sync."""
        call_log.write()
        if self._blocks:
            self._notes = not self._notes
        self._blocks.append((time.perf_counter(), time.process_time()))


def measure_noting() -> dict[str, Any]:
    """Pairs of seconds, with and without the log: of "first" loads and of syncs that find nothing changed ("again").

    "cpu …" is the processor's time of this process: on a machine that is shared the time on the clock says less.
    """
    blocks = _TimedBlocks()
    observing.register_observer("calls", blocks.note)
    sync_resource(name="bank_accounts", mode=SyncRun.Mode.FULL)
    _sync()  # whatever is done only once in the life of a process
    for what, syncs in SYNCS.items():
        for number in range(syncs):
            if what == "first":
                _empty_mirror()
            # Who goes first changes: whatever the beginning of a sync costs is nobody's advantage.
            blocks.start(notes=number % 2 == 0)
            _sync()
            blocks.finish(what)
    return {"rows": BankTransaction.objects.count(), "pages": PAGES, **blocks.pairs}


def _empty_mirror() -> None:
    for model in (BankTransaction, RecordedChange):
        model.objects.all()._raw_delete("default")  # noqa: SLF001 - fast
    with connection.cursor() as cursor:
        # Else the database tidies up whenever it likes, and one of the two pays for it.
        cursor.execute("VACUUM")


def _sync() -> None:
    provider.reset_client()
    gc.collect()
    # What was there before need not be looked through within one block, and not in the other.
    gc.freeze()
    run = sync_resource(name="bank_transactions", mode=SyncRun.Mode.FULL)
    gc.unfreeze()
    if run.state != SyncRun.State.SUCCEEDED:
        raise AssertionError(run.error)
