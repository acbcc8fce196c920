"""Four eyes: what needs a second person, who that may be, and what is sent in the end."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.operations import services
from backoffice.operations.errors import NotPossible, ReasonMissing
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import ApprovalPolicy, Operation, OperationApproval, OperationBatch, State
from backoffice.operations.services import policy
from backoffice.operations.standing import standing_of
from backoffice.sandbox import Sandbox
from tests.operations import kinds
from tests.operations.conftest import Ask, set_policy, stood
from tests.people import sign_in

pytestmark = pytest.mark.django_db

AskTransfer = Callable[..., Operation]


@pytest.fixture
def limit(db: None) -> ApprovalPolicy:
    """Transfers need approval from 10,000 EUR."""
    return set_policy(amount_from=Decimal(10_000))


@pytest.fixture
def ask_transfer(ask: Ask, limit: ApprovalPolicy) -> AskTransfer:
    """Clara asks for a transfer of 12,000 EUR, unless the test says otherwise."""

    def _ask(**request: Any) -> Operation:
        return ask(**{"kind": "test_transfer", "amount": "12000.00", "currency": "EUR", **request})

    return _ask


@pytest.fixture
def simon(sofia: User) -> User:
    """Simon is a supervisor beside Sofía."""
    simon = User.objects.create_user(username="simon", is_staff=True)
    simon.groups.add(Group.objects.get(name="Supervisor"))
    return simon


def test_without_anybody_doing_anything_the_policies_are_in_force() -> None:
    said = {row.kind: policy.condition_of(row) for row in ApprovalPolicy.objects.filter(active=True)}
    assert said == {
        "reconcile_payment": "from 10,000.00 EUR",
        "create_payment": "from 10,000.00 EUR",
        "create_guided_payment": "from 10,000.00 EUR",
        "create_off_ramp": "from 3,000.00 EUR",
        "create_customer_delegated_kyc": "always",
        "": "in batches of more than 50",
    }
    assert ApprovalPolicy.objects.filter(kind="upload_customer_document", active=False).exists()


def test_what_a_supervisor_edited_is_not_written_over_by_the_next_release() -> None:
    from django.apps import apps

    ApprovalPolicy.objects.filter(kind="create_off_ramp").update(amount_from=Decimal(500), active=False)
    policy.make_default_policies(app_config=apps.get_app_config("operations"))
    kept = ApprovalPolicy.objects.get(kind="create_off_ramp")
    assert (kept.amount_from, kept.active) == (Decimal(500), False)


@pytest.mark.parametrize(
    ("request_", "state", "says"),
    [
        ({"amount": "9999.99", "currency": "EUR"}, State.QUEUED, ""),
        ({"amount": "10000", "currency": "EUR"}, State.AWAITING_APPROVAL, "this is worth 10,000.00 EUR"),
        ({"amount": "-20000", "currency": "EUR"}, State.AWAITING_APPROVAL, "this is worth 20,000.00 EUR"),
        ({"amount": "10", "currency": "CLP"}, State.AWAITING_APPROVAL, "there is no rate to compare with"),
        ({}, State.AWAITING_APPROVAL, "what this is worth is not known"),
    ],
)
def test_what_is_worth_too_much_or_cannot_be_compared_waits_and_says_why(
    ask: Ask, limit: ApprovalPolicy, request_: dict[str, str], state: State, says: str
) -> None:
    operation = ask(kind="test_transfer", **request_)
    assert operation.state == state
    assert says in operation.approval_reason


def test_a_policy_with_two_limits_asks_for_approval_at_either_and_says_so(ask: Ask, limit: ApprovalPolicy) -> None:
    limit.batches_larger_than = 3
    limit.save()
    small, kind = {"amount": "1", "currency": "EUR"}, kinds.Transfer()
    assert policy.condition_of(limit) == "from 10,000.00 EUR or in batches of more than 3"
    assert ask(kind="test_transfer", amount="10000", currency="EUR").state == State.AWAITING_APPROVAL
    assert policy.demand_of(kind, [small] * 3, is_batch=True) is None
    assert policy.demand_of(kind, [small] * 4, is_batch=True) is not None


def test_a_policy_that_is_not_in_force_asks_for_nothing(ask_transfer: AskTransfer) -> None:
    ApprovalPolicy.objects.update(active=False)
    assert ask_transfer().state == State.QUEUED


def test_a_later_edit_loosens_nothing_that_was_asked_before(ask_transfer: AskTransfer, sofia: User) -> None:
    ApprovalPolicy.objects.filter(kind="test_transfer").update(approvals=2)
    operation = ask_transfer()
    ApprovalPolicy.objects.update(active=False, approvals=1)
    assert services.approve(operation_id=operation.pk, by=sofia).state == State.AWAITING_APPROVAL


@pytest.mark.parametrize("person", ["clara", "felix", "aurelio"])
def test_who_has_not_the_right_approves_nothing(
    ask_transfer: AskTransfer, person: str, request: pytest.FixtureRequest
) -> None:
    operation = ask_transfer()
    with pytest.raises(PermissionDenied):
        services.approve(operation_id=operation.pk, by=request.getfixturevalue(person))
    assert stood(operation).state == State.AWAITING_APPROVAL


def test_it_goes_out_only_after_somebody_else_has_agreed(
    ask_transfer: AskTransfer, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask_transfer()
    assert services.perform(operation.pk).state == State.AWAITING_APPROVAL
    approved = services.approve(operation_id=operation.pk, by=sofia)
    assert (approved.state, approved.approved_by) == (State.QUEUED, sofia)
    assert services.perform(operation.pk).state == State.SUCCEEDED
    assert sandbox.control.calls("createCustomer") == 1
    with pytest.raises(NotPossible):
        services.approve(operation_id=operation.pk, by=sofia)
    said = AuditRecord.objects.get(action="operation.approved")
    assert (said.actor_name, said.operation_id) == ("sofia", operation.pk)


def test_not_even_a_superuser_approves_what_they_asked_for(limit: ApprovalPolicy, ada: User) -> None:
    operation = services.request_operation(
        kind="test_transfer", request={"name": "Marta", "email": "marta@example.org"}, requested_by=ada
    )
    for decide in (services.approve, lambda **who: services.refuse_approval(reason="No", **who)):
        with pytest.raises(PermissionDenied, match="You asked for this: somebody else"):
            decide(operation_id=operation.pk, by=ada)
    assert stood(operation).state == State.AWAITING_APPROVAL


def test_two_approvals_are_of_two_people(ask_transfer: AskTransfer, sofia: User, simon: User) -> None:
    ApprovalPolicy.objects.filter(kind="test_transfer").update(approvals=2)
    operation = ask_transfer()
    assert services.approve(operation_id=operation.pk, by=sofia).state == State.AWAITING_APPROVAL
    with pytest.raises(NotPossible, match="You have approved this before"):
        services.approve(operation_id=operation.pk, by=sofia)
    assert services.approve(operation_id=operation.pk, by=simon).state == State.QUEUED


def test_one_who_lost_the_right_or_the_account_since_signing_in_approves_nothing(
    ask_transfer: AskTransfer, sofia: User, simon: User
) -> None:
    operation = ask_transfer()
    assert sofia.has_perm("operations.approve_operation")
    assert simon.has_perm("operations.approve_operation")
    User.objects.get(pk=sofia.pk).groups.clear()
    User.objects.filter(pk=simon.pk).update(is_active=False)
    for person in (sofia, simon):
        with pytest.raises(PermissionDenied):
            services.approve(operation_id=operation.pk, by=person)
    assert not OperationApproval.objects.exists()


def test_nobody_approves_what_is_about_something_they_may_not_see(limit: ApprovalPolicy, clara: User) -> None:
    from django.contrib.auth.models import Permission

    otto = User.objects.create_user(username="otto", is_staff=True)
    otto.user_permissions.add(Permission.objects.get(codename="approve_operation"))
    operation = services.request_operation(
        kind="test_transfer", request={"name": "Marta", "email": "m@example.org"}, requested_by=clara, subject=clara
    )
    with pytest.raises(PermissionDenied, match="“Can view user”"):
        services.approve(operation_id=operation.pk, by=otto)


def test_a_no_needs_a_reason_ends_it_and_frees_what_it_held(
    ask_transfer: AskTransfer, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask_transfer()
    with pytest.raises(ReasonMissing):
        services.refuse_approval(operation_id=operation.pk, by=sofia, reason=" \n")
    ended = services.refuse_approval(operation_id=operation.pk, by=sofia, reason="Marta is not known to us")
    assert (ended.state, ended.error_text) == (State.NOT_APPROVED, "Marta is not known to us")
    assert [operation.pk] == kinds.RELEASED
    services.perform(operation.pk)
    assert sandbox.control.calls("createCustomer") == 0
    assert AuditRecord.objects.filter(action="operation.approval_refused", operation_id=operation.pk).exists()
    assert ask_transfer().pk != operation.pk


def test_what_was_changed_after_the_asking_is_void_when_somebody_wants_to_approve_it(
    ask_transfer: AskTransfer, sofia: User
) -> None:
    operation = ask_transfer()
    _change_request(operation)
    with pytest.raises(NotPossible, match="changed after it was asked for"):
        services.approve(operation_id=operation.pk, by=sofia)
    assert stood(operation).state == State.CANCELLED
    assert not OperationApproval.objects.exists()
    told = standing_of(stood(operation), get_kind(operation.kind))
    assert (told.headline, told.sent) == ("It was ended: it is not what was asked any more.", "Nothing was sent.")
    assert "ask for it anew" in told.advice


def test_what_was_changed_after_the_approval_is_not_sent(
    ask_transfer: AskTransfer, sofia: User, sandbox: Sandbox
) -> None:
    operation = ask_transfer()
    services.approve(operation_id=operation.pk, by=sofia)
    _change_request(operation)
    ended = services.perform(operation.pk)
    assert ended.state == State.REFUSED
    assert "changed after it was asked for" in ended.error_text
    assert sandbox.control.calls("createCustomer") == 0


def test_what_somebody_put_into_the_queue_behind_our_back_is_not_sent(
    ask_transfer: AskTransfer, sandbox: Sandbox
) -> None:
    operation = ask_transfer()
    Operation.objects.filter(pk=operation.pk).update(state=State.QUEUED)
    ended = services.perform(operation.pk)
    assert "not been approved by as many people" in ended.error_text
    assert sandbox.control.calls("createCustomer") == 0


def test_what_is_not_approved_in_time_ends_by_itself(ask_transfer: AskTransfer, sofia: User) -> None:
    late, later = ask_transfer(), ask_transfer(email="lena@example.org")
    assert late.approval_expires_at is not None
    assert timedelta(hours=71) < late.approval_expires_at - timezone.now() < timedelta(hours=73)
    Operation.objects.filter(pk=late.pk).update(approval_expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotPossible, match="not approved in time"):
        services.approve(operation_id=late.pk, by=sofia)
    assert services.sweep().not_approved_in_time == 0
    Operation.objects.filter(pk=later.pk).update(approval_expires_at=timezone.now())
    assert services.sweep().not_approved_in_time == 1
    for operation in (late, later):
        assert stood(operation).state == State.NOT_APPROVED
        assert operation.events.latest("pk").note == "It was not approved in time. Nothing was sent."


def test_who_asked_takes_it_back_before_anybody_agrees(ask_transfer: AskTransfer, clara: User, sofia: User) -> None:
    operation = ask_transfer()
    services.cancel(operation_id=operation.pk, by=clara, reason="Wrong amount")
    with pytest.raises(NotPossible):
        services.approve(operation_id=operation.pk, by=sofia)
    assert stood(operation).state == State.CANCELLED


def test_what_needed_approval_is_done_again_by_a_colleague_and_never_by_who_asked(
    ask_transfer: AskTransfer, clara: User, sofia: User, sandbox: Sandbox, client: Client
) -> None:
    cora = User.objects.create_user(username="cora", is_staff=True)
    cora.groups.add(Group.objects.get(name="Compliance"))
    operation = ask_transfer()
    services.approve(operation_id=operation.pk, by=sofia)
    sandbox.control.fault("drop_before", "createCustomer")
    assert services.perform(operation.pk).state == State.UNKNOWN
    Operation.objects.filter(pk=operation.pk).update(not_before=None)

    with pytest.raises(NotPossible, match="a colleague"):
        services.do_again(operation_id=operation.pk, by=clara, reason="The provider has nothing")
    assert stood(operation).state == State.UNKNOWN
    address = f"/admin/operations/operation/{operation.pk}/"
    assert "do-again" not in sign_in(client, clara).get(f"{address}change/").content.decode()
    assert "do-again" in sign_in(client, cora).get(f"{address}change/").content.decode()
    services.do_again(operation_id=operation.pk, by=cora, reason="The provider has nothing")
    assert services.perform(operation.pk).state == State.SUCCEEDED


def _batch_of(count: int, clara: User, **request: Any) -> OperationBatch:
    requests = [{"name": f"Person {n}", "email": f"{n}@example.org", **request} for n in range(count)]
    return services.request_batch(kind="test_transfer", requests=requests, requested_by=clara)


def test_a_batch_of_more_than_fifty_waits_and_one_decision_is_for_all_of_it(
    clara: User, sofia: User, django_assert_max_num_queries: Any
) -> None:
    assert not _batch_of(50, clara).operations.filter(state=State.AWAITING_APPROVAL).exists()
    Operation.objects.all().delete()
    batch = _batch_of(51, clara)
    assert batch.operations.filter(state=State.AWAITING_APPROVAL).count() == 51
    decided = services.approve_batch(batch_id=batch.pk, by=sofia)
    assert len(decided.queued) == batch.operations.filter(state=State.QUEUED, approved_by=sofia).count() == 51
    assert AuditRecord.objects.filter(action="operation.approved").count() == 51
    with pytest.raises(NotPossible):
        services.approve_batch(batch_id=batch.pk, by=sofia)


def test_what_a_batch_is_worth_counts_together(limit: ApprovalPolicy, clara: User, sofia: User) -> None:
    batch = _batch_of(3, clara, amount="4000", currency="EUR")
    changed = batch.operations.earliest("pk")
    assert "this is worth 12,000.00 EUR" in changed.approval_reason
    _change_request(changed)
    ended = services.refuse_batch(batch_id=batch.pk, by=sofia, reason="Split in three")
    assert (len(ended.ended), ended.void) == (2, [changed.pk])


def test_the_policy_is_read_once_whatever_the_size_of_the_batch(limit: ApprovalPolicy, clara: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        _batch_of(120, clara)
    assert len([query for query in queries if "operations_approvalpolicy" in query["sql"]]) == 1


def _change_request(operation: Operation) -> None:
    changed = stood(operation)
    changed.request = {**changed.request, "amount": "99000.00"}
    changed.save(update_fields=["request"])


def _execute(statement: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_database_refuses_an_approval_by_the_asker_whoever_writes_it(
    ask_transfer: AskTransfer, clara: User, sofia: User
) -> None:
    operation = ask_transfer()
    insert = (
        "INSERT INTO operations_operationapproval"
        " (operation_id, requested_by_id, by_id, at, decision, reason, fingerprint)"
        " VALUES (%s, %s, %s, '2026-01-01 00:00:00+00', 'approved', '', '')"
    )
    with pytest.raises(DatabaseError, match="nobody_decides_on_their_own_wish"):
        _execute(insert, operation.pk, clara.pk, clara.pk)
    with pytest.raises(DatabaseError, match="must name the person who asked"):
        _execute(insert, operation.pk, sofia.pk, clara.pk)
    _execute(insert, operation.pk, clara.pk, sofia.pk)
    with pytest.raises(DatabaseError, match="nobody_decides_on_their_own_wish"):
        _execute("UPDATE operations_operationapproval SET by_id = %s", clara.pk)
    with pytest.raises(DatabaseError, match="must name the person who asked"):
        _execute("UPDATE operations_operationapproval SET requested_by_id = %s, by_id = %s", sofia.pk, clara.pk)
    with pytest.raises(DatabaseError, match="cannot be changed"):
        _execute("UPDATE operations_operation SET requested_by_id = %s", sofia.pk)
    with pytest.raises(DatabaseError, match="nobody_approves_an_operation_of_their_own"):
        _execute("UPDATE operations_operation SET approved_by_id = %s", clara.pk)


def test_the_database_refuses_a_second_decision_and_a_no_without_a_reason(
    ask_transfer: AskTransfer, sofia: User, simon: User
) -> None:
    ApprovalPolicy.objects.filter(kind="test_transfer").update(approvals=3)
    operation = ask_transfer()
    services.approve(operation_id=operation.pk, by=sofia)
    same = {"operation": operation, "requested_by_id": operation.requested_by_id}
    for wrong in ({"by": sofia, "decision": "approved"}, {"by": simon, "decision": "refused", "reason": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            OperationApproval.objects.create(**same, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [{"approvals": 0}, {"hours": 0}, {"amount_from": Decimal(-1)}, {"kind": "", "amount_from": Decimal(5)}],
)
def test_the_database_refuses_a_policy_that_guards_nothing(limit: ApprovalPolicy, wrong: dict[str, Any]) -> None:
    ApprovalPolicy.objects.filter(kind="").delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovalPolicy.objects.filter(pk=limit.pk).update(**wrong)
