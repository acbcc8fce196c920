"""The queue, the page on which it is decided, and the policies: what each person sees and can do there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.attention import attention_for
from backoffice.audit.models import AuditRecord
from backoffice.operations import services
from backoffice.operations.models import ApprovalPolicy, Operation, OperationApproval, OperationBatch, State
from backoffice.sandbox import Sandbox
from backoffice.security.masking import MASK
from tests.operations.conftest import Ask, set_policy, stood
from tests.people import sign_in

pytestmark = pytest.mark.django_db

QUEUE = "admin:operations_operation_approvals"
QUERIES_A_PAGE = 15


@pytest.fixture
def waiting(ask: Ask) -> Operation:
    """Clara's transfer of 12,000 EUR to Marta, which needs approval."""
    set_policy(amount_from=Decimal(10_000))
    return ask(kind="test_transfer", amount="12000.00", currency="EUR")


@pytest.fixture
def signed_in(client: Client) -> Callable[[User], Client]:
    """Opens the browser of a person who signed in just now."""

    def _signed_in(person: User) -> Client:
        return sign_in(client, person)

    return _signed_in


def page_of(row: Operation | OperationBatch | OperationApproval, name: str = "change") -> str:
    """The address of a row's page, or of one of its views."""
    return reverse(f"admin:operations_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(client: Client, url: str) -> str:
    """What a page says."""
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_sofia_finds_what_waits_and_everything_to_decide_on_one_page(
    waiting: Operation, signed_in: Callable[[User], Client], sofia: User
) -> None:
    browser = signed_in(sofia)
    queue = text_of(browser, reverse(QUEUE))
    for said in ("Register a person", "Marta", "12,000.00 EUR", "clara", "0 of 1", page_of(waiting, "decide")):
        assert said in queue
    decide = text_of(browser, page_of(waiting, "decide"))
    for said in ("Marta", "this is worth 12,000.00 EUR", "clara", "Nobody has decided yet.", "Earlier operations"):
        assert said in decide


def test_sofia_approves_and_it_goes_out(
    waiting: Operation, signed_in: Callable[[User], Client], sofia: User, sandbox: Sandbox
) -> None:
    answer = signed_in(sofia).post(page_of(waiting, "decide"), {"decision": "approve"}, follow=True)
    assert "It goes out as soon as a worker is free." in answer.content.decode()
    assert services.perform(waiting.pk).state == State.SUCCEEDED
    assert "Nothing waits for approval." in text_of(signed_in(sofia), reverse(QUEUE))


def test_a_no_says_why_and_the_asker_reads_it(
    waiting: Operation, signed_in: Callable[[User], Client], sofia: User, clara: User
) -> None:
    browser = signed_in(sofia)
    asked_why = browser.post(page_of(waiting, "decide"), {"decision": "refuse", "reason": "  "})
    assert "Say why" in asked_why.content.decode()
    assert stood(waiting).state == State.AWAITING_APPROVAL
    browser.post(page_of(waiting, "decide"), {"decision": "refuse", "reason": "Marta is unknown"})
    assert stood(waiting).state == State.NOT_APPROVED
    text = text_of(signed_in(clara), page_of(waiting))
    assert "Marta is unknown" in text
    assert "It was not approved." in text


def test_a_number_that_sofia_repeats_in_her_reason_is_masked_wherever_it_is_read_and_found_by_nobody(
    ask: Ask, signed_in: Callable[[User], Client], sofia: User, clara: User
) -> None:
    set_policy()
    asked = ask(kind="test_transfer", identification_number="48213907K", iban="ES7921000813610123456789")
    reason = "48213907K is not the holder of ES79 2100 0813 6101 2345 6789"
    signed_in(sofia).post(page_of(asked, "decide"), {"decision": "refuse", "reason": reason})
    decisions = "/admin/operations/operationapproval/"
    read_by_clara = text_of(signed_in(clara), page_of(asked))
    browser = signed_in(sofia)
    pages = [text_of(browser, url) for url in (page_of(asked), decisions, page_of(asked.approvals.get()))]
    file = browser.post(f"{decisions}export/", {"format": "csv"}).getvalue().decode()

    for text in (read_by_clara, *pages, file):
        assert f"{MASK}907K is not the holder of {MASK}6789" in text
        assert "48213907K" not in text
        assert "0123 4567" not in text
    for words in ("48213907K", "6789"):
        assert page_of(asked.approvals.get()) not in text_of(browser, f"{decisions}?q={words}")


@pytest.mark.parametrize("answers", [{}, {"decision": "perhaps"}])
def test_neither_yes_nor_no_decides_nothing(
    waiting: Operation, signed_in: Callable[[User], Client], sofia: User, answers: dict[str, str]
) -> None:
    assert signed_in(sofia).post(page_of(waiting, "decide"), answers).status_code == 200
    assert stood(waiting).state == State.AWAITING_APPROVAL


@pytest.mark.parametrize("person", ["clara", "felix", "aurelio"])
def test_who_has_not_the_right_sees_that_it_waits_and_cannot_decide(
    waiting: Operation, signed_in: Callable[[User], Client], person: str, request: pytest.FixtureRequest
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    assert page_of(waiting, "decide") not in text_of(browser, reverse(QUEUE))
    assert page_of(waiting, "decide") not in text_of(browser, page_of(waiting))
    assert browser.get(page_of(waiting, "decide")).status_code == 403
    assert browser.post(page_of(waiting, "decide"), {"decision": "approve"}).status_code == 403
    assert stood(waiting).state == State.AWAITING_APPROVAL


def test_one_who_asked_is_told_why_somebody_else_must_decide(
    waiting: Operation, signed_in: Callable[[User], Client], ada: User
) -> None:
    own = services.request_operation(
        kind="test_transfer", request={"name": "Lena", "email": "lena@example.org"}, requested_by=ada
    )
    browser = signed_in(ada)
    reason = "You asked for this: somebody else must approve it."
    assert reason in text_of(browser, page_of(own))
    assert reason in text_of(browser, reverse(QUEUE))
    answer = browser.post(page_of(own, "decide"), {"decision": "approve"}, follow=True)
    assert reason in answer.content.decode()
    assert stood(own).state == State.AWAITING_APPROVAL


def test_one_who_comes_too_late_is_told_so(
    waiting: Operation, signed_in: Callable[[User], Client], clara: User, sofia: User
) -> None:
    services.cancel(operation_id=waiting.pk, by=clara, reason="Wrong")
    answer = signed_in(sofia).post(page_of(waiting, "decide"), {"decision": "approve"}, follow=True)
    assert "does not await approval any more" in answer.content.decode()
    assert stood(waiting).state == State.CANCELLED


def test_the_front_page_counts_what_waits_and_tells_only_approvers_what_to_do(
    waiting: Operation, rf: Any, sofia: User, aurelio: User
) -> None:
    helps = {}
    for person in (sofia, aurelio):
        request = rf.get("/")
        request.user = person
        found = next(row for row in attention_for(request) if row.item.name == "operations-awaiting-approval")
        assert (found.count, found.url) == (1, reverse(QUEUE))
        helps[person.username] = str(found.help)
    assert helps == {"sofia": "Look at each one, and approve it or not.", "aurelio": ""}


def _batch(clara: User, count: int) -> OperationBatch:
    requests = [{"name": f"Person {n}", "email": f"{n}@example.org"} for n in range(count)]
    return services.request_batch(kind="test_register", requests=requests, requested_by=clara)


def test_a_batch_is_one_line_and_one_decision(
    signed_in: Callable[[User], Client], clara: User, sofia: User, django_assert_max_num_queries: Any
) -> None:
    batch = _batch(clara, 120)
    browser = signed_in(sofia)
    queue = text_of(browser, reverse(QUEUE))
    assert "120 acts" in queue
    assert page_of(batch, "decide") in queue
    assert page_of(batch, "decide") in text_of(browser, page_of(batch))
    assert "Person 7" in text_of(browser, page_of(batch, "decide"))
    answer = browser.post(page_of(batch, "decide"), {"decision": "approve"}, follow=True)
    assert "Approved and on the way: 120." in answer.content.decode()
    assert set(batch.operations.values_list("state", flat=True)) == {State.QUEUED}


@pytest.mark.parametrize("count", [1, 60])
def test_no_page_makes_more_queries_when_more_waits(
    ask: Ask,
    signed_in: Callable[[User], Client],
    sofia: User,
    django_assert_max_num_queries: Any,
    count: int,
) -> None:
    set_policy()
    for number in range(count):
        last = ask(kind="test_transfer", email=f"{number}@example.org")
    browser = signed_in(sofia)
    for url in (reverse(QUEUE), page_of(last), page_of(last, "decide"), page_of(last, "standing")):
        with django_assert_max_num_queries(QUERIES_A_PAGE):
            text_of(browser, url)


def _policy_page(name: str = "change", kind: str = "create_off_ramp") -> str:
    return reverse(f"admin:operations_approvalpolicy_{name}", args=[ApprovalPolicy.objects.get(kind=kind).pk])


FORM = {"active": "on", "amount_from": "2500", "currency": "EUR", "approvals": "2", "hours": "24"}


def test_sofia_edits_a_policy_and_before_and_after_are_recorded(
    signed_in: Callable[[User], Client], sofia: User
) -> None:
    signed_in(sofia).post(_policy_page("edit"), FORM)
    policy = ApprovalPolicy.objects.get(kind="create_off_ramp")
    assert (policy.amount_from, policy.approvals, policy.hours) == (Decimal(2500), 2, 24)
    said = AuditRecord.objects.get(action="policy.changed")
    assert said.actor_name == "sofia"
    assert (said.before or {})["amount_from"] == "3000.00"
    assert (said.after or {})["amount_from"] == "2500.00"


def test_taking_a_policy_out_of_force_is_recorded(signed_in: Callable[[User], Client], sofia: User) -> None:
    signed_in(sofia).post(_policy_page("edit"), {**FORM, "active": ""})
    assert not ApprovalPolicy.objects.get(kind="create_off_ramp").active
    said = AuditRecord.objects.get(action="policy.changed")
    assert ((said.before or {})["active"], (said.after or {})["active"]) == (True, False)


def test_saving_what_was_there_records_nothing(signed_in: Callable[[User], Client], sofia: User) -> None:
    same = {"active": "on", "amount_from": "3000", "currency": "EUR", "approvals": "1", "hours": "72"}
    answer = signed_in(sofia).post(_policy_page("edit"), same, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert not AuditRecord.objects.filter(action="policy.changed").exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"approvals": "0"}, "take the policy out of force"),
        ({"approvals": "99"}, "less than or equal to 5"),
        ({"hours": "0"}, "At least one hour"),
        ({"hours": "999999999"}, "less than or equal to 2160"),
        ({"amount_from": "-5"}, "greater than or equal to 0.01"),
        ({"amount_from": "NaN"}, "Enter a number"),
        ({"currency": "euro"}, "Ensure this value has at most 3 characters"),
        ({"currency": "eur"}, "Three capital letters"),
    ],
)
def test_a_policy_that_would_guard_nothing_is_refused_in_clear_words(
    signed_in: Callable[[User], Client], sofia: User, wrong: dict[str, str], says: str
) -> None:
    answer = signed_in(sofia).post(_policy_page("edit"), {**FORM, **wrong})
    assert says in answer.content.decode()
    assert ApprovalPolicy.objects.get(kind="create_off_ramp").hours == 72


def test_the_policy_of_every_kind_is_by_size_of_batch_only(signed_in: Callable[[User], Client], sofia: User) -> None:
    browser = signed_in(sofia)
    assert "amount_from" not in text_of(browser, _policy_page("edit", kind=""))
    answer = browser.post(_policy_page("edit", kind=""), {**FORM, "batches_larger_than": ""})
    assert "This field is required." in answer.content.decode()
    browser.post(_policy_page("edit", kind=""), {**FORM, "batches_larger_than": "10"})
    assert ApprovalPolicy.objects.get(kind="").batches_larger_than == 10


@pytest.mark.parametrize(("person", "sees"), [("aurelio", 200), ("clara", 403), ("felix", 403)])
def test_others_look_at_policies_at_most(
    signed_in: Callable[[User], Client], person: str, sees: int, request: pytest.FixtureRequest
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    assert browser.get(_policy_page()).status_code == sees
    for method in (browser.get, browser.post):
        assert method(_policy_page("edit"), FORM).status_code == 403
    assert ApprovalPolicy.objects.get(kind="create_off_ramp").approvals == 1


def test_who_signed_in_long_ago_confirms_it_before_deciding_and_before_editing(
    waiting: Operation, client: Client, sofia: User
) -> None:
    sign_in(client, sofia, recently=False)
    for url in (page_of(waiting, "decide"), _policy_page("edit")):
        for answer in (client.get(url), client.post(url, {**FORM, "decision": "approve"})):
            assert answer.status_code == 302
            assert "confirm" in answer.headers["Location"]
    assert stood(waiting).state == State.AWAITING_APPROVAL
    assert ApprovalPolicy.objects.get(kind="create_off_ramp").approvals == 1
