"""The app's registration."""

from typing import Any

from django.apps import AppConfig
from django.core.signals import request_finished
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    """`backoffice.calls`."""

    name = "backoffice.calls"
    label = "calls"
    verbose_name = _("Calls")

    def ready(self) -> None:
        """Be told of every call, and write what waits whenever something ends."""
        from celery.signals import task_postrun  # noqa: PLC0415 - as the others

        from backoffice.observing import register_observer  # noqa: PLC0415 - needs the models
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415 - needs the models

        from .recording import call_log  # noqa: PLC0415 - needs the models
        from .retention import CALLS  # noqa: PLC0415 - needs the models

        def write_what_waits(**_signal: Any) -> None:
            call_log.write()

        register_observer("calls", call_log.note, when_done=call_log.write)
        request_finished.connect(write_what_waits, dispatch_uid="calls", weak=False)
        task_postrun.connect(write_what_waits, dispatch_uid="calls", weak=False)
        register_retention(CALLS)
