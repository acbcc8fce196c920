"""A process of the product's own, for the tests that kill it: does one thing and prints the outcome as JSON.

Usage: python -m tests.operations.worker ACTION [ARGUMENT]
       python -m tests.operations.worker console    (reads actions as JSON lines)
Also a Celery application that knows the tests' kinds: celery -A tests.operations.worker worker
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - needs the settings

from backoffice.celery import app  # noqa: E402 - needs the settings
from backoffice.operations import services  # noqa: E402 - needs the settings
from backoffice.operations.errors import AlreadyRequested  # noqa: E402 - needs the settings
from backoffice.operations.models import Operation, State  # noqa: E402 - needs the settings
from tests.operations.kinds import register_kinds  # noqa: E402 - needs the settings

__all__ = ["app"]

register_kinds()


def ask(email: str) -> dict[str, Any]:
    """Ask for Marta to be registered, once the starting gun has gone off."""
    user = User.objects.get_or_create(username="clara", is_superuser=True, is_active=True)[0]
    _wait_for_the_gun()
    try:
        operation = services.request_operation(
            kind="test_register", request={"name": "Marta", "email": email}, requested_by=user
        )
    except AlreadyRequested as refusal:
        return {"already": refusal.operation.pk}
    return {"asked": operation.pk}


def perform(operation_id: str) -> dict[str, Any]:
    """Do it, once the starting gun has gone off."""
    _wait_for_the_gun()
    services.perform(int(operation_id))
    return show(operation_id)


def sweep(_argument: str) -> dict[str, Any]:
    """Find what was lost."""
    return vars(services.sweep())


def finish(_argument: str) -> dict[str, Any]:
    """Do and read back whatever is to be done, as workers would, until nothing is."""
    for operation in Operation.objects.filter(state__in=[State.QUEUED, State.UNKNOWN]):
        if operation.state == State.UNKNOWN:
            services.read_back(operation_id=operation.pk)
        Operation.objects.filter(state=State.QUEUED).update(not_before=None)
        services.perform(operation.pk)
    return {}


def show(operation_id: str) -> dict[str, Any]:
    """How it stands."""
    operation = Operation.objects.get(pk=operation_id)
    return {"state": operation.state, "attempts": operation.attempts, "sent": operation.sent_at is not None}


def _wait_for_the_gun() -> None:
    gun = os.environ.get("STARTING_GUN")
    deadline = time.monotonic() + 30
    if gun:
        Path(f"{gun}.{os.getpid()}").touch()
    while gun and not Path(gun).exists() and time.monotonic() < deadline:
        time.sleep(0.001)


ACTIONS = {"ask": ask, "perform": perform, "sweep": sweep, "finish": finish, "show": show}


def answer(action: str, argument: str = "") -> None:
    """Do one thing and print the outcome."""
    print(json.dumps(ACTIONS[action](argument)), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    if sys.argv[1:] == ["console"]:
        for line in sys.stdin:
            answer(*json.loads(line))
    else:
        answer(*sys.argv[1:])
