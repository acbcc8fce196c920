"""What the log of calls costs a sync over HTTP: the same sync with and without it, turn by turn."""

import gc
import time
from collections import defaultdict
from typing import Any

from backoffice import observing, provider
from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import CallLog
from backoffice.cryptopocket.observing import ObservedCall
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction

ROUNDS = 5


def measure_noting() -> dict[str, Any]:
    """Seconds of the best round of a first load and of a sync that finds nothing changed, with the log and without.

    "cpu …" is the processor's time of this process: on a machine that is shared the time on the clock says little.
    """
    sync_resource(name="bank_accounts", mode=SyncRun.Mode.FULL)
    everybody = dict(observing._observers)  # noqa: SLF001 - the product has no switch for it, and needs none
    others = {name: observer for name, observer in everybody.items() if name != "calls"}
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(ROUNDS):
        # Who goes first changes, so that neither has the warmer machine.
        for how in ("with", "without") if number % 2 else ("without", "with"):
            observing._observers.clear()  # noqa: SLF001 - as above
            observing._observers.update(everybody if how == "with" else others)  # noqa: SLF001 - as above
            provider.reset_client()
            for model in (BankTransaction, RecordedChange):
                model.objects.all()._raw_delete("default")  # noqa: SLF001 - fast
            for what in ("first", "again"):
                passed, worked = _sync()
                seconds[f"{what} {how}"].append(passed)
                seconds[f"cpu {what} {how}"].append(worked)
    return {"rows": BankTransaction.objects.count(), "calls": ProviderCall.objects.count()} | {
        "pages": SyncRun.objects.latest("pk").pages,
        "one call": min(_note_alone() for _ in range(ROUNDS)),
        **{name: min(times) for name, times in seconds.items()},
    }


def _note_alone() -> float:
    """Seconds of the processor for each call of a sync to be noted and written, with nothing else going on."""
    calls: list[ObservedCall] = []
    observing.register_observer("spy", calls.append)
    provider.reset_client()
    _sync()
    log = CallLog()
    # A sync lets go of each page: its collector never has to look through all of them at once.
    gc.collect()
    gc.freeze()
    began = time.process_time()
    for call in calls:
        log.note(call)
    log.write()
    seconds = time.process_time() - began
    gc.unfreeze()
    return seconds / len(calls)


def _sync() -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    gc.collect()
    began, worked = time.perf_counter(), time.process_time()
    run = sync_resource(name="bank_transactions", mode=SyncRun.Mode.FULL)
    seconds = time.perf_counter() - began, time.process_time() - worked
    if run.state != SyncRun.State.SUCCEEDED:
        raise AssertionError(run.error)
    return seconds
