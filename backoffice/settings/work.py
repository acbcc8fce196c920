"""Background work: the broker, the workers, how often and how long."""

from typing import Any

from backoffice.patience import longest_act, shortest_sync_lease

from .environment import IS_LOCAL, VAR_DIR, env
from .provider import (
    CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS,
    CRYPTOPOCKET_READ_TIMEOUT_SECONDS,
    CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS,
)

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    # Longer than any task may run, so that a message is not handed out a second time under a running task.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # Not behind the operations: many of them waiting is no sign that the worker is gone.
    "backoffice.operations.tasks.note_passage": {"queue": "default"},
    # Somebody waits for these, and each is short: never behind a sync.
    "backoffice.sync.tasks.read_viewed": {"queue": "quick"},
    "backoffice.sync.*": {"queue": "sync"},
    "customers.tasks.refresh_kyc": {"queue": "sync"},
    "backoffice.operations.*": {"queue": "operations"},
    # A queue of their own: an event must not wait behind a long sync.
    "backoffice.webhooks.*": {"queue": "webhooks"},
}
# A worker can live and leave one of these alone: that must be seen.
WATCHED_QUEUES = ("operations", "sync", "quick", "webhooks")
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

SYNC_HEAD_SECONDS = env.int("SYNC_HEAD_SECONDS", default=60 if IS_LOCAL else 180)
SYNC_OPEN_SECONDS = env.int("SYNC_OPEN_SECONDS", default=60 if IS_LOCAL else 180)
SYNC_FULL_HOUR = env.int("SYNC_FULL_HOUR", default=3)
SYNC_LEASE_SECONDS = env.int(
    "SYNC_LEASE_SECONDS",
    default=max(
        120,
        shortest_sync_lease(connect=CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS, read=CRYPTOPOCKET_READ_TIMEOUT_SECONDS),
    ),
)
SYNC_OPEN_READS_PER_RUN = env.int("SYNC_OPEN_READS_PER_RUN", default=200)
# The part of the requests that we may send which goes into reading open objects, and into those that people look at.
SYNC_OPEN_SHARE = env.float("SYNC_OPEN_SHARE", default=0.5)
SYNC_VIEWED_SHARE = env.float("SYNC_VIEWED_SHARE", default=0.2)
# What is older than this when somebody opens its page is read anew.
SYNC_VIEWED_AFTER_SECONDS = env.int("SYNC_VIEWED_AFTER_SECONDS", default=60)
DRIFT_HOUR = env.int("DRIFT_HOUR", default=2)
DRIFT_SAMPLE_ROWS = env.int("DRIFT_SAMPLE_ROWS", default=50)
RETENTION_HOUR = env.int("RETENTION_HOUR", default=4)
OPERATIONS_SWEEP_SECONDS = env.int("OPERATIONS_SWEEP_SECONDS", default=15)
OPERATIONS_LEASE_SECONDS = env.int(
    "OPERATIONS_LEASE_SECONDS",
    default=longest_act(
        connect=CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS,
        read=max(CRYPTOPOCKET_READ_TIMEOUT_SECONDS, CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS),
    ),
)
# A worker that did not react to a message in this time is sent another one.
OPERATIONS_NUDGE_SECONDS = env.int("OPERATIONS_NUDGE_SECONDS", default=30)
# How long the provider may still be at work on a call whose answer was lost, before it is asked what became of it;
# the second for a call that carries files.
OPERATIONS_SETTLE_SECONDS = env.int(
    "OPERATIONS_SETTLE_SECONDS", default=5 if IS_LOCAL else int(2 * CRYPTOPOCKET_READ_TIMEOUT_SECONDS)
)
OPERATIONS_SETTLE_SLOW_SECONDS = env.int(
    "OPERATIONS_SETTLE_SLOW_SECONDS", default=5 if IS_LOCAL else int(2 * CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS)
)
# After so many automatic read-backs a person decides.
OPERATIONS_READ_BACK_LIMIT = env.int("OPERATIONS_READ_BACK_LIMIT", default=6)
OPERATIONS_BATCH_LIMIT = env.int("OPERATIONS_BATCH_LIMIT", default=1000)
# How often what was recorded is sealed into the chain of hashes.
AUDIT_SEAL_SECONDS = env.int("AUDIT_SEAL_SECONDS", default=60 if IS_LOCAL else 300)
