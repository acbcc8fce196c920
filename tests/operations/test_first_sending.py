"""Since when it can have been done: the first attempt that went out, unless it is proven to have done nothing."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from backoffice import provider
from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, let_time_pass, stood

pytestmark = pytest.mark.django_db

migration: Any = import_module("backoffice.operations.migrations.0009_first_sent_at")


def try_in_vain(operation: Operation, settings: Any) -> None:
    """A worker takes it up while the provider cannot be reached."""
    reachable = settings.CRYPTOPOCKET_BASE_URL
    settings.CRYPTOPOCKET_BASE_URL = "http://127.0.0.1:9/api"
    provider.reset_client()
    assert services.perform(operation.pk).state == State.QUEUED
    settings.CRYPTOPOCKET_BASE_URL = reachable
    provider.reset_client()
    let_time_pass(operation, hours=1)


def send(operation: Operation, sandbox: Sandbox) -> None:
    """It goes out, and its answer is lost."""
    sandbox.control.fault("drop_after", "createCustomer")
    assert services.perform(operation.pk).state == State.UNKNOWN


def test_an_attempt_that_sent_nothing_does_not_count(ask: Ask, sandbox: Sandbox, settings: Any) -> None:
    operation = ask()
    try_in_vain(operation, settings)
    assert stood(operation).first_sent_at is None
    send(operation, sandbox)
    operation = stood(operation)
    assert operation.can_be_done_since == operation.first_sent_at == operation.sent_at


def test_the_first_attempt_in_doubt_counts_whatever_came_after_it(
    ask: Ask, sandbox: Sandbox, settings: Any, clara: User
) -> None:
    operation = ask()
    send(operation, sandbox)
    first = stood(operation).sent_at
    services.do_again(operation_id=operation.pk, by=clara, reason="She never got a mail")
    try_in_vain(operation, settings)
    assert stood(operation).first_sent_at == first
    send(operation, sandbox)
    operation = stood(operation)
    assert operation.sent_at is not None
    assert operation.can_be_done_since == operation.first_sent_at == first != operation.sent_at


def test_of_what_was_under_way_before_the_release_the_history_says_when_it_first_went_out(
    ask: Ask, sandbox: Sandbox, settings: Any, clara: User
) -> None:
    waited, twice, queued = ask(), ask(email="lena@example.org"), ask(email="ana@example.org")
    for operation in (waited, queued):
        try_in_vain(operation, settings)
    for operation in (waited, twice):
        send(operation, sandbox)
    services.do_again(operation_id=twice.pk, by=clara, reason="She never got a mail")
    try_in_vain(twice, settings)
    send(twice, sandbox)
    Operation.objects.update(first_sent_at=None)

    migration.find_first_sending(apps, None)

    sendings = {row: list(row.events.filter(to_state=State.SENDING)) for row in (waited, twice)}
    assert stood(waited).first_sent_at == sendings[waited][1].at
    assert stood(twice).first_sent_at == sendings[twice][0].at
    assert stood(queued).first_sent_at is None
