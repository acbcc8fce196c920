"""What beat asks for, and when."""

from datetime import timedelta

from celery.schedules import crontab

from .environment import VAR_DIR
from .webhooks import WEBHOOK_SWEEP_SECONDS
from .work import (
    AUDIT_SEAL_SECONDS,
    DRIFT_HOUR,
    OPERATIONS_SWEEP_SECONDS,
    RETENTION_HOUR,
    SYNC_FULL_HOUR,
    SYNC_HEAD_SECONDS,
    SYNC_OPEN_SECONDS,
    WATCHED_QUEUES,
)

# The whole schedule. Leases make a second beat harmless.
CELERY_BEAT_SCHEDULE = {
    "sync-head": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": timedelta(seconds=SYNC_HEAD_SECONDS),
        "kwargs": {"mode": "head"},
        "options": {"expires": SYNC_HEAD_SECONDS},
    },
    "sync-open": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": timedelta(seconds=SYNC_OPEN_SECONDS),
        "kwargs": {"mode": "open"},
        "options": {"expires": SYNC_OPEN_SECONDS},
    },
    "sync-full": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": crontab(hour=str(SYNC_FULL_HOUR), minute="0"),
        "kwargs": {"mode": "full"},
    },
    # Before the full sync, which would put right what is to be found.
    "sync-drift": {
        "task": "backoffice.sync.tasks.check_all_drift",
        "schedule": crontab(hour=str(DRIFT_HOUR), minute="15"),
    },
    "retention-purge": {
        "task": "backoffice.retention.tasks.purge",
        "schedule": crontab(hour=str(RETENTION_HOUR), minute="30"),
    },
    "operations-sweep": {
        "task": "backoffice.operations.tasks.sweep",
        "schedule": timedelta(seconds=OPERATIONS_SWEEP_SECONDS),
        "options": {"expires": OPERATIONS_SWEEP_SECONDS},
    },
    "webhooks-sweep": {
        "task": "backoffice.webhooks.tasks.sweep",
        "schedule": timedelta(seconds=WEBHOOK_SWEEP_SECONDS),
        "options": {"expires": WEBHOOK_SWEEP_SECONDS},
    },
    "audit-seal": {
        "task": "backoffice.audit.tasks.seal",
        "schedule": timedelta(seconds=AUDIT_SEAL_SECONDS),
        "options": {"expires": AUDIT_SEAL_SECONDS},
    },
    "customers-remove-abandoned-drafts": {
        "task": "customers.tasks.remove_abandoned_drafts",
        "schedule": crontab(minute="17"),
    },
    "customers-sweep-kyc-refreshes": {
        "task": "customers.tasks.sweep_kyc_refreshes",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "accounts-forget-sessions": {
        "task": "backoffice.accounts.tasks.forget_sessions",
        "schedule": crontab(minute="47"),
    },
    "health-watch": {
        "task": "backoffice.health.tasks.watch",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
    "passage": {
        "task": "backoffice.operations.tasks.note_passage",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    # Behind many operations or long syncs they come too late: what is at work then says so instead.
    **{
        f"passage-{queue}": {
            "task": "backoffice.operations.tasks.note_passage",
            "schedule": timedelta(seconds=10),
            "kwargs": {"queue": queue},
            "options": {"expires": 10, "queue": queue},
        }
        for queue in WATCHED_QUEUES
    },
}
# Says at its ticks that it lives.
CELERY_BEAT_SCHEDULER = "backoffice.health.pulse:PulsingScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
