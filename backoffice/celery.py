"""The Celery application: workers do the work that the database's rows ask for."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

from backoffice.broker import use_safe_filesystem_transport
from backoffice.health.pulse import WorkerPulse

use_safe_filesystem_transport()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(WorkerPulse)


@worker_init.connect
@beat_init.connect
def check_keys_at_start(**signal: Any) -> None:
    """End the process at once where the encryption keys are not this database's."""
    from backoffice.security.proof import check_keys_of_process  # noqa: PLC0415 - needs the models

    check_keys_of_process(**signal)
