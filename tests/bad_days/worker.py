"""A process of the product's own that does one thing and prints the outcome as JSON, and can be killed at any point.

Usage: python -m tests.bad_days.worker ACTION [ARGUMENT]
       python -m tests.bad_days.worker console    (reads actions as JSON lines)
Also a Celery application: celery -A tests.bad_days.worker worker
`HANG_AT` names the point at which it stays, `HANG_OPERATION` the operation, `HANG_MARK` the file that says so.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
os.environ["SECOND_FACTOR_REQUIRED"] = "false"
django.setup()

from celery.signals import task_postrun  # noqa: E402 - needs the settings
from django.contrib.auth.models import Group, User  # noqa: E402 - needs the settings
from django.test import Client  # noqa: E402 - needs the settings
from django.urls import reverse  # noqa: E402 - needs the settings

from backoffice.celery import app  # noqa: E402 - needs the settings
from backoffice.operations import services  # noqa: E402 - needs the settings
from backoffice.operations.kinds import all_kinds  # noqa: E402 - needs the settings
from backoffice.operations.models import Operation  # noqa: E402 - needs the settings
from backoffice.operations.tasks import perform_operation  # noqa: E402 - needs the settings
from backoffice.sync.services import sync_resource  # noqa: E402 - needs the settings
from tests.bad_days.acts import MIRRORED, Desk, find, press  # noqa: E402 - needs the settings

__all__ = ["app"]

GROUPS = {
    **dict.fromkeys(["reconcile_payment", "create_payment", "create_guided_payment", "create_off_ramp"], "Finance"),
    **dict.fromkeys(["subscribe_webhook", "change_webhook_url"], "Administrator"),
}
"""Whose acts they are that are not compliance's."""


def ask(wish: str) -> dict[str, Any]:
    """Mirror what there is and ask for an act on its page; `wish` is JSON: the act and the ids of its rows."""
    asked = json.loads(wish)
    for name in MIRRORED:
        sync_resource(name=name, mode="full")
    desk = Desk(
        compliance=_browser("Compliance"),
        finance=_browser("Finance"),
        administrator=_browser("Administrator"),
        **find(asked["ids"]),
    )
    press(asked["act"], desk)
    return show(str(Operation.objects.latest("pk").pk))


def perform(operation_id: str) -> dict[str, Any]:
    """Do it, as soon as it may be done."""
    Operation.objects.filter(pk=operation_id).update(not_before=None)
    services.perform(int(operation_id))
    return show(operation_id)


def deliver(operation_id: str) -> dict[str, Any]:
    """Send the message of an operation once more, as a broker does for a worker that was lost."""
    perform_operation.delay(int(operation_id))
    return {}


def read_back(operation_id: str) -> dict[str, Any]:
    """Ask the provider what became of it."""
    services.read_back(operation_id=int(operation_id))
    return show(operation_id)


def do_again(operation_id: str) -> dict[str, Any]:
    """Decide that it is sent once more."""
    asker = Operation.objects.get(pk=operation_id).requested_by
    services.do_again(operation_id=int(operation_id), by=asker, reason="CryptoPocket says that nothing came.")
    return show(operation_id)


def sweep(_argument: str) -> dict[str, Any]:
    """Find what was lost."""
    return vars(services.sweep())


def show(operation_id: str) -> dict[str, Any]:
    """How it stands, and what its page says."""
    operation = Operation.objects.get(pk=operation_id)
    page = (
        _browser(GROUPS.get(operation.kind, "Compliance"))
        .get(reverse("admin:operations_operation_change", args=[operation.pk]))
        .content.decode()
    )
    return {
        "id": operation.pk,
        "state": operation.state,
        "says_nothing_was_done": "the provider has done nothing" in page,
        "says_it_may_have_been_done": "may have been done" in page,
        "says_it_failed": "said no" in page,
    }


def _browser(group: str) -> Client:
    person, is_new = User.objects.get_or_create(username=group.lower(), is_staff=True)
    if is_new:
        person.groups.add(Group.objects.get(name=group))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(person)
    return browser


def _hang(operation_id: Any, place: str) -> None:
    """Say that the point is reached and stay there, in a worker that is to be killed there."""
    if (os.environ.get("HANG_AT"), os.environ.get("HANG_OPERATION")) == (place, str(operation_id)):
        Path(os.environ["HANG_MARK"]).touch()
        time.sleep(60)


def _can_hang_before_the_call(check: Callable[[Operation], None]) -> Callable[[Operation], None]:
    def prepare(operation: Operation) -> None:
        check(operation)
        _hang(operation.pk, "before the call")

    return prepare


def _can_hang_before_the_result_is_saved(
    write: Callable[[Operation, Any], dict[str, Any]],
) -> Callable[[Operation, Any], dict[str, Any]]:
    def apply(operation: Operation, answer: Any) -> dict[str, Any]:
        kept = write(operation, answer)
        _hang(operation.pk, "before the result was saved")
        return kept

    return apply


@task_postrun.connect
def _can_hang_before_the_message_is_acknowledged(args: Any, **_more: Any) -> None:
    _hang(args[0] if args else None, "after the result was saved")


for kind in all_kinds():
    vars(kind)["prepare"] = _can_hang_before_the_call(kind.prepare)
    vars(kind)["apply"] = _can_hang_before_the_result_is_saved(kind.apply)

ACTIONS = {
    "ask": ask,
    "perform": perform,
    "deliver": deliver,
    "read_back": read_back,
    "do_again": do_again,
    "sweep": sweep,
    "show": show,
}


def answer(action: str, argument: str = "") -> None:
    """Do one thing and print the outcome."""
    print(json.dumps(ACTIONS[action](argument)), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    if sys.argv[1:] == ["console"]:
        for line in sys.stdin:
            answer(*json.loads(line))
    else:
        answer(*sys.argv[1:])
