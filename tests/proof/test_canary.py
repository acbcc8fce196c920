"""A known password, token, API secret, document and number go through every path, and are found nowhere afterwards."""

import base64
import io
import itertools
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from kombu import pools
from kombu.connection import Connection

from backoffice.audit.models import AuditRecord
from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import call_log
from backoffice.celery import app
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.services import approve, perform, read_back
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from customers.forms import new_submission
from customers.models import Customer, DelegatedVerification
from tests.people import sign_in

from . import canary
from .addresses import every_address

pytestmark = pytest.mark.django_db

FAULTS: list[dict[str, Any] | None] = [
    None,
    *({"kind": kind} for kind in ("drop_before", "drop_after", "error_500", "error_500_after", "cut_body")),
    *({"kind": kind} for kind in ("html_body", "nonsense", "too_many_requests", "expire_tokens", "refuse_address")),
    {"kind": "error_code", "code": f"invalid {canary.API_SECRET}", "status": 422},
]
MASKED_READERS = ("felix", "aurelio")


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


def _confirm(clara: Client, address: str, fields: dict[str, str]) -> None:
    """Send the form, tick whatever it asks to look at again, and send it as it was confirmed."""
    sent = {**fields, "submission": new_submission()}
    page = clara.post(address, sent).content.decode()
    clara.post(address, {**sent, "confirm": "yes", "confirmed": re.findall(r'name="confirmed" value="([^"]+)"', page)})


def _register(clara: Client, number: int) -> None:
    person = {"name": "Lena", "last_name": "Ortega", "email": f"lena{number}@example.org", "country": "ESP"}
    identified = {"identification_type": "ESP:DNI", "identification_number": canary.NUMBER}
    _confirm(clara, "/admin/customers/customer/register/", {**person, **identified})


def _register_company(clara: Client, number: int) -> None:
    company = {"company_name": "Aurora Textil S.L.", "email": f"office{number}@aurora.example.org"}
    _confirm(clara, "/admin/customers/customer/register-company/", company)


def _upload(clara: Client, number: int) -> None:
    marta = Customer.objects.get(email="marta@example.org")
    file = SimpleUploadedFile("payslip.pdf", canary.make_document(number), content_type="application/pdf")
    fields = {"type": "payslip", "file": file, "submission": new_submission()}
    clara.post(f"/admin/customers/customer/{marta.pk}/upload-document/", fields)


def _delegate(clara: Client, number: int) -> None:
    """The four steps, and the approval of a second person."""
    person = {"kind": "person", "name": "Nadia", "last_name": "Benali", "email": f"nadia{number}@example.org"}
    identified = {"country": "ESP", "identification_type": "ESP:DNI", "identification_number": canary.NUMBER}
    drafts = "/admin/customers/delegatedverification/"
    clara.post(f"{drafts}begin/", {**person, **identified, "submission": new_submission()})
    draft = f"{drafts}{DelegatedVerification.objects.latest('pk').pk}/"
    for step, kinds in {"document": ("document_front", "document_back"), "captures": ("face", "liveness")}.items():
        clara.post(f"{draft}{step}/", {kind: _picture(number, place) for place, kind in enumerate(kinds, len(step))})
    page = clara.get(f"{draft}confirm/").content.decode()
    ticked = re.findall(r'name="confirmed" value="([^"]+)"', page)
    hidden = dict(re.findall(r'name="(seal|submission)" value="([^"]+)"', page))
    clara.post(f"{draft}confirm/", {**hidden, "confirmed": ticked})
    approve(operation_id=Operation.objects.latest("pk").pk, by=User.objects.get(username="sofia"))


def _picture(number: int, place: int) -> SimpleUploadedFile:
    content = canary.make_picture(100 * number + place)
    return SimpleUploadedFile("picture.jpg", content, content_type="image/jpeg")


ACTS = {
    "createCustomer": _register,
    "createCompanyCustomer": _register_company,
    "uploadCustomerDocument": _upload,
    "createCustomerDelegatedKyc": _delegate,
}


# An exception's own text where a code is expected (contract 1.3), and it repeats what was sent.
ECHO = {"kind": "error_code", "code": f"Duplicate entry '{canary.NUMBER}' for key 'users'", "status": 200}


def _go_through_every_path(clara: Client, sandbox: Sandbox) -> int:
    """Every act under every fault, then read back or left: how many operations there were."""
    paths = [*itertools.product(ACTS, FAULTS), ("createCustomer", ECHO)]
    for number, (call, fault) in enumerate(paths):
        ACTS[call](clara, number)
        assert Operation.objects.count() == number + 1, (call, fault)
        if fault:
            sandbox.control.fault(operation=call, **fault)
        perform(Operation.objects.latest("pk").pk)
        sandbox.control.clear_faults()
    for operation in Operation.objects.filter(state=State.UNKNOWN):
        if get_kind(operation.kind).can_read_back:
            read_back(operation_id=operation.pk)
    return Operation.objects.count()


def _break_the_mirror(sandbox: Sandbox) -> None:
    """Customers whose items cannot be read go into quarantine with all that they hold."""
    sandbox.control.fault("bad_item", "listCustomers", field="id", value={"identification_number": canary.NUMBER})
    sync_resource(name="customers", mode="full")
    for kind in ("html_body", "cut_body", "nonsense", "refuse_address"):
        sandbox.control.fault(kind, "listCustomers")
        sync_resource(name="customers", mode="full")
    sandbox.control.clear_faults()
    sync_resource(name="customers", mode="full")


@pytest.fixture
def people(clara: User, sofia: User, felix: User, aurelio: User) -> dict[str, User]:
    """Who works here."""
    return {person.username: person for person in (clara, sofia, felix, aurelio)}


@pytest.fixture
def left_behind(
    broker: Path, log: io.StringIO, capfd: Any, settings: Any, people: dict[str, User]
) -> Callable[[], Iterator[canary.Place]]:
    """Everything that is left when all is done, one place after the other."""

    def look() -> Iterator[canary.Place]:
        rows = {model: list(model._default_manager.all()[:4]) for model in admin.site._registry}
        rows[Operation] = list({(row.kind, row.state): row for row in Operation.objects.all()}.values())
        rows[ProviderCall] = list({(row.call, row.verdict): row for row in ProviderCall.objects.all()}.values())
        paths = [address.path for address in every_address(rows) if "logout" not in address.name]
        exports = canary.export_addresses(admin.site._registry)
        for who in MASKED_READERS:
            browser = sign_in(Client(raise_request_exception=False), people[who])
            yield from canary.page_places(who, browser, paths)
            yield from canary.export_places(who, browser, exports)
        yield from canary.export_places("clara", sign_in(Client(), people["clara"]), exports)
        yield from canary.database_places()
        yield from canary.file_places("broker", broker)
        yield from canary.file_places("documents", Path(settings.MEDIA_ROOT))
        printed = capfd.readouterr()
        yield canary.Place(name="log", content=log.getvalue().encode())
        yield canary.Place(name="output", content=f"{printed.out}{printed.err}".encode())

    return look


def test_no_canary_is_found_anywhere(
    sandbox: Sandbox, people: dict[str, User], left_behind: Callable[[], Iterator[canary.Place]]
) -> None:
    sandbox.control.add_customer(name="Marta", last_name="Ruiz", email="marta@example.org", kyc_status="valid")
    sync_resource(name="customers", mode="full")
    operations = _go_through_every_path(sign_in(Client(), people["clara"]), sandbox)
    _break_the_mirror(sandbox)
    call_log.write(inside_a_transaction=True)
    noted = set(ProviderCall.objects.values_list("call", "verdict"))
    assert len(noted) > 20, noted
    assert set(ProviderCall.Verdict.values) - {ProviderCall.Verdict.NOT_SENT} <= {verdict for _call, verdict in noted}
    ended = set(Operation.objects.values_list("state", flat=True))
    assert {State.SUCCEEDED, State.REFUSED, State.QUEUED, State.UNKNOWN} <= ended

    canaries = canary.canaries_of(sandbox)
    assert {name.split()[0] for name in canaries} == {"api", "number", "document", "password", "link", "token"}
    found, searched = canary.find(canaries, left_behind())
    assert found == [], "\n".join(found)
    looked_at = AuditRecord.objects.filter(action="call.content_viewed", actor_name="aurelio")
    assert looked_at.count() == len(noted)
    assert (operations, len(canaries) > 20, searched > 500) == (len(FAULTS) * len(ACTS) + 1, True, True), searched


def test_a_canary_that_was_left_would_be_found() -> None:
    canaries = {"number": canary.NUMBER.encode()}
    left = canary.Place(name="a log", content=f"Duplicate entry {canary.NUMBER}".encode())
    packed = canary.Place(name="a body", content=base64.b64encode(f'{{"n": "{canary.NUMBER}"}}'.encode()))
    assert canary.find(canaries, [left, packed])[0] == ["number in a log", "number in a body"]
