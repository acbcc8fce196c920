"""The tests' own kinds of operation, and Clara's wishes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from kombu import pools

from backoffice.celery import app
from backoffice.operations import services
from backoffice.operations.models import ApprovalPolicy, Operation
from backoffice.operations.services.performing import _claim
from backoffice.sandbox import Sandbox
from tests.operations import kinds

Ask = Callable[..., Operation]


@pytest.fixture(scope="session", autouse=True)
def _database_beside_a_browser() -> Iterator[None]:
    """Playwright runs an event loop in this thread, and Django asks whether that is meant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.register_kinds()
    kinds.RELEASED.clear()
    monkeypatch.setenv("INSIDE_A_TEST_TRANSACTION", "yes")


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty broker in this process, and the connection to it."""
    with app.connection_for_write("memory://") as connection:
        use_broker(monkeypatch, connection)
        connection.SimpleQueue("operations").clear()
        yield connection


def use_broker(monkeypatch: pytest.MonkeyPatch, connection: Any) -> None:
    """Send tasks through that connection."""
    monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[connection])


@pytest.fixture
def ask(sandbox: Sandbox, clara: User) -> Ask:
    """Clara asks for a person to be registered: Marta Ruiz, unless the test says otherwise."""

    def _ask(**request: Any) -> Operation:
        return services.request_operation(
            kind=request.pop("kind", "test_register"),
            request={"name": "Marta", "email": "marta@example.org"} | request,
            requested_by=clara,
        )

    return _ask


def stood(operation: Operation) -> Operation:
    """The operation as it stands now."""
    return Operation.objects.get(pk=operation.pk)


def let_time_pass(operation: Operation, **by: float) -> None:
    """Make everything that the operation's row remembers older by that much."""
    row = stood(operation)
    for field in ("claimed_at", "sent_at", "not_before", "nudged_at"):
        if (moment := getattr(row, field)) is not None:
            setattr(row, field, moment - timedelta(**by))
    row.save()


def messages(broker: Any) -> list[tuple[str, int]]:
    """The messages that wait in the broker, each taken out: the task and the operation."""
    queue = broker.SimpleQueue("operations")
    return [
        (message.headers["task"], message.payload[0][0])
        for message in (queue.get_nowait() for _ in range(queue.qsize()))
    ]


def taken_up(operation: Operation, *, sent: bool) -> Operation:
    """The operation, claimed by a worker; sent: whose call is under way."""
    assert _claim(operation)
    if sent:
        Operation.objects.filter(pk=operation.pk).update(sent_at=timezone.now())
    return stood(operation)


def let_the_lease_end(operation: Operation) -> None:
    """Make the worker that holds it count as lost."""
    let_time_pass(operation, seconds=settings.OPERATIONS_LEASE_SECONDS + 1)


def set_policy(kind: str = "test_transfer", **values: Any) -> ApprovalPolicy:
    """Put the policy of a kind into force; without values every one needs approval."""
    return ApprovalPolicy.objects.update_or_create(kind=kind, defaults={"active": True, **values})[0]
