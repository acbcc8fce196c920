"""Known secrets and personal data go through every path, and are found nowhere afterwards where they do not belong."""

import base64
import io
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from kombu import pools
from kombu.connection import Connection

from backoffice.audit.models import AuditRecord
from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import call_log
from backoffice.celery import app
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.health.models import Alert
from backoffice.operations import nudging
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.services import perform, read_back
from backoffice.sandbox import Sandbox
from backoffice.webhooks.models import WebhookEvent
from payments.models import Payment
from tests.bad_days.acts import PUBLIC_ADDRESS
from tests.people import sign_in
from tests.sandbox.receiver import Receiver

from . import canary
from .addresses import every_address
from .canary_paths import (
    ACTS,
    READS,
    House,
    break_the_mirror,
    choose_customers,
    look_at_everything,
    probe,
    receive_events,
    tell_of_alerts,
)

# With real transactions: what is sent to the workers is sent once they are committed.
pytestmark = pytest.mark.django_db(transaction=True)

FAULTS: list[dict[str, Any] | None] = [
    None,
    *({"kind": kind} for kind in ("drop_before", "drop_after", "error_500", "error_500_after", "cut_body")),
    *({"kind": kind} for kind in ("html_body", "nonsense", "too_many_requests", "expire_tokens", "refuse_address")),
    {"kind": "error_code", "code": f"invalid {canary.API_SECRET}", "status": 422},
]
# An exception's own text where a code is expected (contract 1.3), and it repeats what was sent.
ECHO = {"kind": "error_code", "code": f"Duplicate entry '{canary.NUMBER}' for key 'users'", "status": 200}
READERS = ("felix", "aurelio", "adam", "clara")
MESSAGES = {
    nudging.PERFORM,
    "backoffice.sync.tasks.sync_one",
    "customers.tasks.refresh_kyc",
    "backoffice.webhooks.tasks.process_events",
}
"""The tasks that are asked for on these paths."""


@pytest.fixture
def sandbox(start_provider: Callable[..., Sandbox]) -> Sandbox:
    """A provider whose secret is known."""
    return start_provider(customers=0, payments=0, offramps=0, bank_transactions=0, api_secret=canary.API_SECRET)


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The broker that stands for the default one: every message is a file."""
    folder = tmp_path / "broker"
    folder.mkdir()
    options = {name: str(folder) for name in ("data_folder_in", "data_folder_out", "control_folder")}
    with Connection("filesystem://", transport_options=options) as connection:
        monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[connection])
        yield folder


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, with tracebacks."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def people(clara: User, sofia: User, felix: User, aurelio: User, adam: User) -> dict[str, User]:
    """Who works here."""
    return {person.username: person for person in (clara, sofia, felix, aurelio, adam)}


@pytest.fixture
def house(sandbox: Sandbox, people: dict[str, User], settings: Any) -> House:
    """The people at work."""
    settings.WEBHOOK_PUBLIC_URL = PUBLIC_ADDRESS
    return House(sandbox=sandbox, browsers={name: sign_in(Client(), person) for name, person in people.items()})


@pytest.fixture
def operator(settings: Any) -> Iterator[Receiver]:
    """Who is told of alerts: by mail, and at a secret address that hangs up after it was told."""
    settings.ALERT_EMAILS = ["operator@example.org"]
    settings.ALERT_QUARANTINE_ITEMS = 1
    settings.ALERT_REFUSED_EVENTS = 1
    with Receiver(answers=deque([0])) as receiver:
        settings.ALERT_WEBHOOK_URL = f"{receiver.url}&key={canary.ALERTED_AT}"
        yield receiver


@pytest.fixture
def printed(log: io.StringIO, capfd: Any) -> Callable[[], Iterator[canary.Place]]:
    """Everything that was logged and printed."""

    def look() -> Iterator[canary.Place]:
        output = capfd.readouterr()
        yield canary.Place(name="log", content=log.getvalue().encode())
        yield canary.Place(name="output", content=f"{output.out}{output.err}".encode())

    return look


@pytest.fixture
def left_behind(
    broker: Path,
    printed: Callable[[], Iterator[canary.Place]],
    settings: Any,
    people: dict[str, User],
    operator: Receiver,
) -> Callable[[], Iterator[canary.Place]]:
    """Everything that is left when all is done, one place after the other."""

    def look() -> Iterator[canary.Place]:
        rows = {model: list(model._default_manager.all()[:2]) for model in admin.site._registry}
        paths = {address.path for address in every_address(rows) if "logout" not in address.name}
        paths |= _pages_of_every_ending()
        exports = canary.export_addresses(admin.site._registry)
        lists = {address.path for address in every_address(rows) if address.name.endswith("_changelist")}
        for who in READERS:
            browser = sign_in(Client(raise_request_exception=False), people[who])
            for path in lists:
                # The page repeats to its reader what was typed: only what a search leaves behind is looked at.
                browser.get(path, {"q": canary.NUMBER})
            yield from canary.page_places(who, browser, paths)
            yield from canary.export_places(who, browser, exports)
        yield from canary.database_places()
        yield from canary.file_places("broker", broker)
        yield from canary.file_places("documents", Path(settings.MEDIA_ROOT))
        yield from canary.message_places(mail.outbox, operator)
        yield from printed()

    return look


def _pages_of_every_ending() -> set[str]:
    """The page of an operation of each kind in each state, and of a call of each kind with each verdict."""
    operations = {(row.kind, row.state): row.pk for row in Operation.objects.all()}
    calls = {(row.call, row.verdict): row.pk for row in ProviderCall.objects.all()}
    return {reverse("admin:operations_operation_change", args=[key]) for key in operations.values()} | {
        reverse(f"admin:calls_providercall_{page}", args=[key])
        for key in calls.values()
        for page in ("change", "content")
    }


def _go_through_every_act(house: House) -> int:
    """Every act under every fault, then read back or left: how many operations there were."""
    acts = [*itertools.product(ACTS, FAULTS), ("createCustomer", ECHO)]
    for number, (call, fault) in enumerate(acts):
        desk = house.desk_with(number)
        ACTS[call](desk, number)
        assert Operation.objects.count() == number + 1, (call, fault)
        if fault:
            house.sandbox.control.fault(operation=call, **fault)
        perform(Operation.objects.latest("pk").pk)
        house.sandbox.control.clear_faults()
    for operation in Operation.objects.filter(state=State.UNKNOWN):
        if get_kind(operation.kind).can_read_back:
            read_back(operation_id=operation.pk)
    return Operation.objects.count()


def _go_through_every_read(house: House) -> None:
    """Every read and the token, without a fault and under every one."""
    for (call, read), fault in itertools.product(READS.items(), FAULTS):
        if fault:
            house.sandbox.control.fault(operation=call, **fault)
        before = house.sandbox.control.calls(call)
        read(house)
        assert house.sandbox.control.calls(call) > before, (call, fault)
        house.sandbox.control.clear_faults()


def test_no_canary_is_found_anywhere(
    house: House, broker: Path, left_behind: Callable[[], Iterator[canary.Place]], tmp_path: Path
) -> None:
    operations = _go_through_every_act(house)
    _go_through_every_read(house)
    choose_customers(house)
    break_the_mirror(house.sandbox)
    receive_events(house.sandbox, Payment.objects.earliest("pk"))
    seen = look_at_everything(house)
    assert seen == {"revealed": 5, "documents": 2, "exports": 4}
    tell_of_alerts()
    probed = list(probe(tmp_path / "probe"))
    assert len(probed) > 10
    call_log.write()
    noted = set(ProviderCall.objects.values_list("call", "verdict"))
    went_wrong = {call for call, verdict in noted if verdict != ProviderCall.Verdict.OK}
    assert went_wrong == set(load_catalogue("").endpoints)
    ended = set(Operation.objects.values_list("state", flat=True))
    assert {State.SUCCEEDED, State.REFUSED, State.QUEUED, State.UNKNOWN} <= ended

    canaries = canary.canaries_of(house.sandbox)
    kinds = {name.rstrip("0123456789 ") for name in canaries}
    assert kinds == {
        *("api secret", "number", "document", "password", "link", "verification", "token"),
        *("email", "payer iban", "payout iban", "alert address"),
    }
    found, searched = canary.find(canaries, [*probed, *left_behind()])
    print(f"canaries: {len(canaries)} secrets x {searched} places, {len(found)} found")  # noqa: T201
    assert found == [], "\n".join(found)
    assert set(canary.messages_in(broker)) >= MESSAGES
    assert (WebhookEvent.objects.count() >= 2, Alert.objects.count() >= 3, len(mail.outbox)) == (True, True, 1)
    looked_at = AuditRecord.objects.filter(action="call.content_viewed", actor_name="aurelio")
    assert looked_at.count() >= len(noted)
    assert (operations, len(canaries) > 20, searched > 1000) == (len(FAULTS) * len(ACTS) + 1, True, True), searched


def test_a_canary_that_was_left_would_be_found() -> None:
    canaries = {"number": canary.Canary(value=canary.NUMBER.encode())}
    left = canary.Place(name="a log", content=f"Duplicate entry {canary.NUMBER}".encode())
    packed = canary.Place(name="a body", content=base64.b64encode(f'{{"n": "{canary.NUMBER}"}}'.encode()))
    assert canary.find(canaries, [left, packed])[0] == ["number in a log", "number in a body"]
