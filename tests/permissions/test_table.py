"""Who may do what: the paper says what the code says, and every cell of it holds over HTTP."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from backoffice.face.admin import ReadOnlyAdmin
from backoffice.face.permission_table import NO_GROUP, ROLES, Line, PermissionNotDeclared, permission_lines
from backoffice.management.commands import permissions as command
from backoffice.operations.kinds import all_kinds
from backoffice.sandbox import Sandbox
from backoffice.security.groups import GROUPS
from tests.people import sign_in
from tests.permissions.rows import REQUESTS, SEEN_BY_ALL, make_row, operation_of

pytestmark = pytest.mark.django_db

APPROVE = "operations.approve_operation"
# Whoever may see these is told that there is nothing: the row has no file or wallet, or the address asks nothing.
NOTHING_TO_SHOW = {
    "admin:banking_banktransaction_for-payment",
    "admin:banking_banktransaction_pair",
    "admin:customers_customer_same-email",
    "admin:customers_delegatedverification_capture",
    "admin:customers_document_content",
    "admin:customers_document_download",
    "admin:payments_offramp_wallet-code",
    "admin:payments_payment_quote",
    "admin:payments_payment_transfer-sheet",
}


def test_the_paper_says_what_the_code_says() -> None:
    call_command("permissions", "--check", stdout=io.StringIO())


def test_a_paper_that_is_not_true_any_more_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROLES, "Finance", frozenset())
    with pytest.raises(CommandError, match="not what the code says"):
        call_command("permissions", "--check", stdout=io.StringIO())


def test_a_page_that_does_not_say_who_may_see_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.urls import path

    hidden = path("hidden/", lambda _request: None, name="customers_customer_hidden")  # type: ignore[arg-type, return-value]  # never called
    model_admin = next(each for each in admin.site._registry.values() if each.opts.label == "customers.Customer")
    urls = model_admin.get_urls()
    monkeypatch.setattr(model_admin, "get_urls", lambda: [hidden, *urls])
    with pytest.raises(PermissionNotDeclared, match="customers_customer_hidden"):
        permission_lines()


@contextmanager
def _undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _person_of(role: str) -> User:
    person = User.objects.create_user(username=role.lower().replace(" ", "-"), is_staff=True)
    if role != NO_GROUP:
        person.groups.add(Group.objects.get(name=role))
    return person


class Walk:
    """The pages of the table, each asked for with a row of its own kind."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rows: dict[tuple[Any, str], Any] = {}

    def wrong(self, line: Line, *, may: bool) -> str:
        """What is wrong with a cell; empty where it is as the table says."""
        with _undone():
            answer = self._ask(line)
            found = self._is_let_in(line, answer)
        if found == may:
            return ""
        where = answer.headers.get("Location", "")
        return f"{line.area}: {line.what} ({line.name}): {'yes' if may else 'no'}, but {answer.status_code} {where}"

    def _ask(self, line: Line) -> HttpResponseBase:
        address = reverse(line.name, kwargs=self._arguments(line))
        if line.method == "action":
            row = self._row(line)
            return self._client.post(address, {**line.data, "_selected_action": [row.pk], "index": 0})
        return self._client.post(address) if line.method == "post" else self._client.get(address)

    def _is_let_in(self, line: Line, answer: HttpResponseBase) -> bool:
        assert answer.status_code < 500, line
        assert not answer.headers.get("Location", "").startswith("/account/"), line
        if answer.status_code == 403:
            return False
        if line.method != "action":
            is_empty = answer.status_code == 404 and line.name in NOTHING_TO_SHOW
            return is_empty or answer.status_code in {200, 302, 405}
        page = self._client.get(reverse(line.name)).content.decode()
        return f'<option value="{line.data["action"]}"' in page

    def _arguments(self, line: Line) -> dict[str, Any]:
        if not line.takes_row or line.model is None:
            return dict(line.arguments)
        key = "id" if "<id>" in line.address else "object_id"
        return {key: self._row(line).pk, **line.arguments}

    def _row(self, line: Line) -> Any:
        assert line.model is not None
        key = (line.model, line.kind)
        if key not in self._rows:
            self._rows[key] = operation_of(line.kind) if line.kind else self._row_of_any_kind(line)
        return self._rows[key]

    def _row_of_any_kind(self, line: Line) -> Any:
        assert line.model is not None
        seen = line.model._default_manager.filter(**SEEN_BY_ALL.get(line.model, {}))
        return seen.exclude(**_own(line, self._client)).first() or make_row(line.model)


def _own(line: Line, client: Client) -> dict[str, Any]:
    """Nobody's own row: of their own people may do less."""
    return {"pk": client.session["_auth_user_id"]} if line.model is User else {"pk": None}


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_the_table_holds_over_http(
    client: Client, sandbox: Sandbox, role: str, record_property: Any
) -> None:
    make_row(User)
    sign_in(client, _person_of(role))
    walk, lines = Walk(client), permission_lines()
    for line in lines:
        if line.model is not None and (line.takes_row or line.method == "action"):
            walk._row(line)
    wrong = [said for line in lines if (said := walk.wrong(line, may=line.allowed[role]))]
    record_property("cells", len(lines))
    print(f"{role}: {len(lines)} cells")  # noqa: T201 - the count is asked for
    assert not wrong, "\n".join(wrong)
    assert len(lines) >= 200


def test_the_count_that_the_paper_names_is_the_count_that_is_walked() -> None:
    lines = permission_lines()
    assert all(set(line.allowed) == set(ROLES) for line in lines)
    assert f"that is\n{len(lines) * len(ROLES)} cells." in command.PAPER.read_text()


def test_every_right_of_a_group_exists_and_every_right_of_ours_is_given_to_somebody() -> None:
    granted = {right for rights in GROUPS.values() for right in rights}
    existing = {
        f"{app}.{codename}" for app, codename in Permission.objects.values_list("content_type__app_label", "codename")
    }
    assert granted - existing == set()
    ours = {
        f"{model._meta.app_label}.{codename}"
        for model in admin.site._registry
        for codename, _name in model._meta.permissions
    }
    assert ours - granted == set()


def test_every_right_has_a_name_that_people_understand() -> None:
    names = command._names_of_permissions()
    for right in {right for rights in GROUPS.values() for right in rights}:
        assert names[right].startswith("Can "), right
        assert "_" not in names[right], right


def test_the_groups_hold_in_the_database_what_the_code_says() -> None:
    for name, rights in GROUPS.items():
        held = Permission.objects.filter(group__name=name).values_list("content_type__app_label", "codename")
        assert {f"{app}.{codename}" for app, codename in held} == set(rights)


def test_no_group_both_asks_and_approves() -> None:
    asking = {kind.permission for kind in all_kinds()}
    assert [name for name, rights in GROUPS.items() if APPROVE in rights] == ["Supervisor"]
    assert not asking & set(GROUPS["Supervisor"])
    assert not asking & set(GROUPS["Auditor"])
    assert asking & set(GROUPS["Administrator"]) == {"webhooks.subscribe"}


def test_the_lines_between_the_groups_are_where_the_house_wants_them() -> None:
    assert "banking.reconcile_payment" not in GROUPS["Compliance"]
    assert not {right for right in GROUPS["Finance"] if "document" in right}
    changing = {right for right in GROUPS["Auditor"] if ".view_" not in right}
    assert changing <= {"audit.export_list", "audit.export_personal_data"}
    assert not {"operations.approve_operation", "operations.change_approvalpolicy"} & set(GROUPS["Administrator"])


def test_nobody_can_edit_a_list_that_the_table_calls_read_only() -> None:
    for model_admin in admin.site._registry.values():
        if isinstance(model_admin, ReadOnlyAdmin):
            for name in ("Add one", "Change one", "Remove one"):
                lines = [line for line in permission_lines() if line.model is model_admin.model and line.what == name]
                assert lines
                assert not any(any(line.allowed.values()) for line in lines)


def test_each_kind_of_operation_has_a_request_for_the_walk() -> None:
    assert {kind.name for kind in all_kinds()} - set(REQUESTS) == set()
