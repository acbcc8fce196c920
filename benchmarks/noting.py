"""What the log of calls costs a sync over HTTP: the same sync with and without it, turn by turn."""

import time
from typing import Any

from backoffice import observing, provider
from backoffice.calls.models import ProviderCall
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from banking.models import BankTransaction

ROUNDS = 5


def measure_noting() -> dict[str, Any]:
    """Seconds of the best round of a first load and of a sync that finds nothing changed, with the log and without."""
    sync_resource(name="bank_accounts", mode=SyncRun.Mode.FULL)
    log = dict(observing._observers)  # noqa: SLF001 - the product has no switch for it, and needs none
    seconds: dict[str, list[float]] = {
        f"{what} {how}": [] for what in ("first", "again") for how in ("with", "without")
    }
    for number in range(ROUNDS):
        # Who goes first changes, so that neither has the warmer machine.
        for how in ("with", "without") if number % 2 else ("without", "with"):
            observing._observers.clear()  # noqa: SLF001 - as above
            observing._observers.update(log if how == "with" else {})  # noqa: SLF001 - as above
            provider.reset_client()
            for model in (BankTransaction, RecordedChange):
                model.objects.all()._raw_delete("default")  # noqa: SLF001 - fast
            for what in ("first", "again"):
                seconds[f"{what} {how}"].append(_sync())
    return {"rows": BankTransaction.objects.count(), "calls": ProviderCall.objects.count()} | {
        name: min(times) for name, times in seconds.items()
    }


def _sync() -> float:
    began = time.perf_counter()
    run = sync_resource(name="bank_transactions", mode=SyncRun.Mode.FULL)
    seconds = time.perf_counter() - began
    if run.state != SyncRun.State.SUCCEEDED:
        raise AssertionError(run.error)
    return seconds
