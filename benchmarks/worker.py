"""One measurement in a process of its own, on the database of `DATABASE_URL`; prints its figures as JSON."""

import json
import sys
from collections.abc import Callable
from typing import Any

import django


def main() -> None:
    """Run the measurement that the command line names."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - needs the settings

    from benchmarks.charting import measure_charting  # noqa: PLC0415 - needs the models
    from benchmarks.end_to_end import measure_end_to_end  # noqa: PLC0415 - needs the models
    from benchmarks.exporting import export_csv, export_xlsx, fill_payments  # noqa: PLC0415 - needs the models
    from benchmarks.memory import measure_memory  # noqa: PLC0415 - needs the models
    from benchmarks.noting import measure_noting  # noqa: PLC0415 - needs the models
    from benchmarks.speed import measure_speed  # noqa: PLC0415 - needs the models
    from benchmarks.webhooks.inbox import count_queries, describe_inbox, list_learned  # noqa: PLC0415 - needs the models

    name, *numbers = sys.argv[1:]
    call_command("migrate", verbosity=0)
    measurements: dict[str, Callable[..., dict[str, Any]]] = {
        "speed": measure_speed,
        "memory": measure_memory,
        "end-to-end": measure_end_to_end,
        "noting": measure_noting,
        "charting": measure_charting,
        "fill-payments": fill_payments,
        "export-csv": export_csv,
        "export-xlsx": export_xlsx,
        "webhook-queries": count_queries,
        "inbox": describe_inbox,
        "learned": list_learned,
    }
    print(json.dumps(measurements[name](*map(int, numbers))))


if __name__ == "__main__":
    main()
