"""One id from the request through the task to the call, and an address that nobody can make up."""

import re
from typing import Any

import pytest
import structlog
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from backoffice.audit.context import audit_context_middleware, current_context
from backoffice.audit.models import AuditRecord
from backoffice.audit.services import record
from backoffice.operations import services, tasks
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from backoffice.sync.models import SyncRun
from backoffice.sync.tasks import sync_one
from tests.audit.conftest import newest

OWN_ID = re.compile(r"[0-9a-f]{32}")


def _addressed(person: User, **headers: Any) -> AuditRecord:
    """What is recorded while a request with these headers runs."""
    request = RequestFactory().get("/", **headers)
    request.user = person

    def view(_request: HttpRequest) -> HttpResponse:
        record("document.viewed")
        return HttpResponse()

    audit_context_middleware(view)(request)
    return newest("document.viewed")


@pytest.mark.parametrize(
    ("proxy", "headers", "expected"),
    [
        (False, {}, "127.0.0.1"),
        (False, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "127.0.0.1"),
        (True, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, "203.0.113.9"),
        (True, {"HTTP_X_FORWARDED_FOR": "8.8.8.8, 203.0.113.9"}, "203.0.113.9"),
        (True, {"HTTP_X_FORWARDED_FOR": "203.0.113.9:50123"}, "203.0.113.9"),
        (True, {"HTTP_X_FORWARDED_FOR": "[2001:db8::1]:443"}, "2001:db8::1"),
        (True, {"HTTP_X_FORWARDED_FOR": "fe80::1%eth0"}, "fe80::1"),
        (True, {"HTTP_X_FORWARDED_FOR": "<script>"}, None),
        (True, {}, "127.0.0.1"),
        (False, {"REMOTE_ADDR": ""}, None),
    ],
)
def test_the_address_is_the_one_that_our_own_proxy_saw(
    clara: User, settings: Any, proxy: bool, headers: dict[str, str], expected: str | None
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = int(proxy)
    assert _addressed(clara, **headers).address == expected


@pytest.mark.parametrize(
    ("proxy", "told", "is_kept"),
    [
        (True, "4bf92f3577b34da6a3ce929d0e0e4736", True),
        (True, "short", False),
        (True, "x" * 65, False),
        (True, "<script>alert(1)</script>", False),
        (True, "an id\nwith a second line", False),
        (False, "4bf92f3577b34da6a3ce929d0e0e4736", False),
    ],
)
def test_an_id_from_outside_is_kept_only_from_our_proxy_and_as_a_plain_word(
    clara: User, settings: Any, proxy: bool, told: str, is_kept: bool
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = int(proxy)
    written = _addressed(clara, HTTP_X_REQUEST_ID=told)
    assert (written.correlation_id == told) is is_kept
    assert is_kept or OWN_ID.fullmatch(written.correlation_id)


def test_the_answer_tells_its_id_and_every_request_has_another(client: Client, clara: User) -> None:
    client.force_login(clara)
    ids = {client.get(reverse("admin:index")).headers["X-Request-ID"] for _visit in range(2)}
    assert len(ids) == 2


def test_an_error_page_shows_the_id_of_its_request(client: Client, clara: User) -> None:
    client.force_login(clara)
    answer = client.get("/admin/nothing-here/")
    assert answer.headers["X-Request-ID"] in answer.content.decode()


def test_what_a_streamed_answer_records_while_it_is_read_is_of_its_request(clara: User) -> None:
    request = RequestFactory().get("/")
    request.user = clara

    def view(_request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(record("list.exported", part=part).actor_name for part in range(2))

    answer = audit_context_middleware(view)(request)
    assert isinstance(answer, StreamingHttpResponse)
    assert answer.getvalue() == b"claraclara"
    assert newest("list.exported").correlation_id == answer.headers["X-Request-ID"]
    assert current_context().actor_id is None


def test_one_id_goes_from_the_request_through_the_task_to_the_call(sandbox: Sandbox, clara: User) -> None:
    calls: list[dict[str, Any]] = []
    request = RequestFactory().get("/")
    request.user = clara

    def view(_request: HttpRequest) -> HttpResponse:
        services.request_operation(
            kind="test_register", request={"name": "Marta", "email": "marta@example.org"}, requested_by=clara
        )
        return HttpResponse()

    answer = audit_context_middleware(view)(request)
    number = answer.headers["X-Request-ID"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "backoffice.operations.services.settling.logger.info",
            lambda *_event, **_words: calls.append(structlog.contextvars.get_contextvars()),
        )
        tasks.perform_operation(Operation.objects.get().pk)
    written = AuditRecord.objects.filter(correlation_id=number).order_by("pk")
    assert [row.action for row in written] == [
        "operation.requested",
        "operation.queued",
        "operation.sending",
        "operation.sent",
        "operation.succeeded",
    ]
    assert {row.actor_name for row in written} == {"clara"}
    assert {row.operation_id for row in written} == {Operation.objects.get().pk}
    assert calls == [{"correlation_id": number}]
    assert structlog.contextvars.get_contextvars() == {}


def test_what_the_sweeper_does_is_nobodys_doing_under_the_same_id(asked: Operation) -> None:
    Operation.objects.filter(pk=asked.pk).update(state=State.SENDING, claimed_at=asked.created_at.replace(year=2020))
    tasks.sweep()
    written = newest("operation.queued")
    assert (written.actor_name, written.correlation_id) == ("", asked.correlation_id)


def test_a_run_that_somebody_asked_for_ends_under_the_id_of_the_wish(
    sandbox: Sandbox,
    client: Client,
    felix: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(sync_one, "apply_async", lambda _args, wish, **_options: sent.append(wish))
    client.force_login(felix)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("admin:sync_now", args=["payments"]))
    sync_one(**sent[0])
    wish, end = newest("sync.requested"), newest("sync.ended")
    assert {wish.correlation_id, end.correlation_id, SyncRun.objects.get().correlation_id} == {
        answer.headers["X-Request-ID"]
    }
    assert (wish.actor_name, end.actor_name) == ("felix", "felix")
    assert (end.sync_run_id, end.details["state"]) == (SyncRun.objects.get().pk, "succeeded")
