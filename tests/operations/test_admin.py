"""The pages of operations and batches: what they say, what can be chosen, and by whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.attention import attention_for
from backoffice.operations import services
from backoffice.operations.models import Heartbeat, Operation, State
from backoffice.operations.tasks import note_passage
from backoffice.sandbox import Sandbox
from tests.operations.conftest import Ask, let_time_pass, stood

pytestmark = pytest.mark.django_db

LIST = "admin:operations_operation_changelist"
QUERIES_A_PAGE = 15


def page_of(operation: Operation, name: str = "change") -> str:
    """The address of an operation's page, or of one of its views."""
    return reverse(f"admin:operations_operation_{name}", args=[operation.pk])


def text_of(client: Client, url: str) -> str:
    """What a page says."""
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def as_clara(client: Client, clara: User) -> Client:
    """Clara's browser."""
    client.force_login(clara)
    return client


@pytest.fixture
def unknown(ask: Ask, sandbox: Sandbox) -> Operation:
    """Marta's registration, done at the provider, its answer lost."""
    sandbox.control.fault("drop_after", "createCustomer")
    return services.perform(ask().pk)


def test_a_page_says_where_it_stands_whether_anything_was_sent_and_what_to_do(ask: Ask, as_clara: Client) -> None:
    operation = ask()
    text = text_of(as_clara, page_of(operation))
    assert "It waits for a worker." in text
    assert "Nothing was sent." in text
    assert "marta@example.org" in text
    services.perform(operation.pk)
    assert "The provider has done it." in text_of(as_clara, page_of(operation))


def test_the_part_that_renews_itself_stops_when_nothing_will_change(ask: Ask, as_clara: Client) -> None:
    operation = ask()
    live = text_of(as_clara, page_of(operation, "standing"))
    assert live.startswith('<section class="card" id="standing"')
    assert f'data-live-url="{page_of(operation, "standing")}" data-live-seconds="2"' in live
    assert "data-live-done" not in live
    services.perform(operation.pk)
    assert "data-live-done" in text_of(as_clara, page_of(operation, "standing"))


def test_a_worker_that_is_not_running_is_said_where_one_is_needed(ask: Ask, as_clara: Client) -> None:
    operation = ask()
    assert "None was ever seen." in text_of(as_clara, page_of(operation))
    note_passage()
    assert "No background worker is running." not in text_of(as_clara, page_of(operation))
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=3))
    text = text_of(as_clara, page_of(operation))
    assert "No background worker is running." in text
    assert "nothing is lost" in text


def test_a_refusal_is_said_in_plain_words_with_the_code(ask: Ask, as_clara: Client, sandbox: Sandbox) -> None:
    sandbox.control.add_customer(email="marta@example.org")
    text = text_of(as_clara, page_of(services.perform(ask().pk)))
    assert "already has a customer with this e-mail address" in text
    assert "user_already_exists" in text


def test_an_unknown_code_is_shown_as_it_came(ask: Ask, as_clara: Client, sandbox: Sandbox) -> None:
    sandbox.control.fault("error_code", "createCustomer", code="moon_not_full", status=200)
    assert "moon_not_full" in text_of(as_clara, page_of(services.perform(ask().pk)))


def test_clara_reads_back_what_is_unknown(unknown: Operation, as_clara: Client) -> None:
    text = text_of(as_clara, page_of(unknown))
    assert "may have been done" in text
    assert page_of(unknown, "read-back") in text
    assert "asked now" in text_of(as_clara, page_of(unknown, "read-back"))
    answer = as_clara.post(page_of(unknown, "read-back"), follow=True)
    assert "The provider has done it." in answer.content.decode()
    assert stood(unknown).state == State.SUCCEEDED
    assert stood(unknown).events.latest("pk").by is not None


@pytest.mark.parametrize(
    ("choice", "state"), [("do-again", State.QUEUED), ("leave", State.ABANDONED), ("read-back", State.SUCCEEDED)]
)
def test_looking_at_the_question_changes_nothing_and_answering_it_does(
    unknown: Operation, as_clara: Client, choice: str, state: State
) -> None:
    text_of(as_clara, page_of(unknown, choice))
    assert stood(unknown).state == State.UNKNOWN
    as_clara.post(page_of(unknown, choice), {"reason": "Marta said so"})
    assert stood(unknown).state == state


@pytest.mark.parametrize("choice", ["do-again", "leave"])
def test_a_choice_without_a_reason_is_not_made(unknown: Operation, as_clara: Client, choice: str) -> None:
    answer = as_clara.post(page_of(unknown, choice), {"reason": " "})
    assert "This field is required." in answer.content.decode()
    assert stood(unknown).state == State.UNKNOWN


def test_a_choice_that_came_too_late_says_so(ask: Ask, as_clara: Client) -> None:
    operation = services.perform(ask().pk)
    answer = as_clara.post(page_of(operation, "cancel"), {"reason": "Too late?"}, follow=True)
    assert "only while it waits" in answer.content.decode()
    assert stood(operation).state == State.SUCCEEDED


def test_clara_takes_back_what_is_queued(ask: Ask, as_clara: Client) -> None:
    operation = ask()
    assert page_of(operation, "cancel") in text_of(as_clara, page_of(operation))
    as_clara.post(page_of(operation, "cancel"), {"reason": "Wrong person"})
    assert stood(operation).state == State.CANCELLED
    assert "Wrong person" in text_of(as_clara, page_of(operation))


def test_aurelio_the_auditor_looks_and_can_choose_nothing(
    unknown: Operation, client: Client, aurelio: User, sandbox: Sandbox
) -> None:
    client.force_login(aurelio)
    text = text_of(client, page_of(unknown))
    for choice in ("read-back", "do-again", "leave", "cancel", "try-now", "decide"):
        assert page_of(unknown, choice) not in text
        assert client.post(page_of(unknown, choice), {"reason": "I want to"}).status_code == 403
    assert stood(unknown).state == State.UNKNOWN


def test_who_may_not_choose_is_told_which_right_it_takes_in_words(
    unknown: Operation, client: Client, aurelio: User
) -> None:
    client.force_login(aurelio)
    refused = client.post(page_of(unknown, "leave"), {"reason": "I want to"}).content.decode()
    assert "This needs the right “Can register a customer with the provider”." in refused
    assert "create_customer_at_provider" not in refused


def test_who_may_not_see_operations_sees_none(unknown: Operation, client: Client, db: None) -> None:
    client.force_login(User.objects.create_user(username="otto", is_staff=True))
    for url in (reverse(LIST), page_of(unknown), page_of(unknown, "standing"), page_of(unknown, "leave")):
        assert client.get(url).status_code == 403


def test_a_choice_needs_the_token_of_a_page_of_ours(unknown: Operation, clara: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clara)
    assert strict.post(page_of(unknown, "leave"), {"reason": "forged"}).status_code == 403
    assert stood(unknown).state == State.UNKNOWN


def test_what_people_typed_is_shown_as_text(ask: Ask, as_clara: Client) -> None:
    operation = ask(name="<script>alert(1)</script>")
    for url in (page_of(operation), reverse(LIST), page_of(operation, "standing"), page_of(operation, "cancel")):
        assert "<script>alert(1)" not in text_of(as_clara, url)


def test_the_list_is_searched_by_what_people_have_in_hand(ask: Ask, as_clara: Client, sandbox: Sandbox) -> None:
    sandbox.control.add_customer(email="marta@example.org")
    marta, lena = services.perform(ask().pk), ask(name="Lena", email="lena@example.org", form_number="F-2026/77")
    for words, found, hidden in (
        ("f-2026/77", lena, marta),
        ("already_exists", marta, lena),
        (str(lena.pk), lena, marta),
    ):
        text = text_of(as_clara, f"{reverse(LIST)}?q={words}")
        assert page_of(found) in text
        assert page_of(hidden) not in text


def test_the_list_is_filtered_by_state_kind_person_and_day(ask: Ask, as_clara: Client, clara: User, ada: User) -> None:
    done, waiting = services.perform(ask().pk), ask(email="lena@example.org")
    today = timezone.localdate().isoformat()
    for query, shows_done, shows_waiting in (
        ("state=queued", False, True),
        ("kind=test_register", True, True),
        ("kind=test_link", False, False),
        (f"requested_by={clara.pk}", True, True),
        (f"requested_by={ada.pk}", False, False),
        (f"created_after={today}", True, True),
        ("created_before=2020-01-01", False, False),
        ("state=nonsense", False, False),
    ):
        text = text_of(as_clara, f"{reverse(LIST)}?{query}")
        assert (page_of(done) in text, page_of(waiting) in text) == (shows_done, shows_waiting), query


def test_the_front_page_counts_what_the_lists_behind_it_hold(
    ask: Ask, as_clara: Client, clara: User, sandbox: Sandbox, rf: Any
) -> None:
    lena = sandbox.control.add_customer(email="lena@example.org")
    sandbox.control.fault("drop_after", "createEnhancedVerificationLink")
    undecided = services.perform(ask(kind="test_link", user_id=str(lena["id"])).pk)
    refused = services.perform(ask(email="lena@example.org").pk)
    request = rf.get("/")
    request.user = clara
    counts = {found.item.name: found for found in attention_for(request) if found.item.name.startswith("operations-")}
    assert counts["operations-unknown"].count == 1
    assert page_of(undecided) in text_of(as_clara, counts["operations-unknown"].url)
    assert page_of(refused) not in text_of(as_clara, counts["operations-unknown"].url)
    assert counts["operations-refused"].count == 1
    assert page_of(refused) in text_of(as_clara, counts["operations-refused"].url)
    assert counts["operations-not-authorised"].count == 0


def test_an_operation_whose_code_is_gone_can_still_be_looked_at(ask: Ask, as_clara: Client) -> None:
    operation = ask()
    Operation.objects.update(kind="of_another_time")
    for url in (page_of(operation), reverse(LIST), page_of(operation, "standing")):
        assert "of_another_time" in text_of(as_clara, url) or url == page_of(operation, "standing")


@pytest.mark.parametrize("state", State)
def test_every_state_has_its_words(ask: Ask, as_clara: Client, state: State) -> None:
    operation = ask()
    Operation.objects.update(state=state)
    text = text_of(as_clara, page_of(operation, "standing"))
    assert "Was anything sent?" in text
    assert "What to do" in text


def _batch(clara: User, count: int) -> Any:
    requests = [{"name": f"Person {number}", "email": f"{number}@example.org"} for number in range(count)]
    return services.request_batch(kind="test_register", requests=requests, requested_by=clara)


def test_a_batch_shows_how_many_stand_where_and_each_with_its_outcome(
    as_clara: Client, clara: User, sandbox: Sandbox
) -> None:
    sandbox.control.add_customer(email="1@example.org")
    batch = _batch(clara, 3)
    for operation in batch.operations.exclude(dedupe_key="2@example.org"):
        services.perform(operation.pk)
    text = text_of(as_clara, reverse("admin:operations_operationbatch_change", args=[batch.pk]))
    assert "2</span> of" in text or "2 of 3 have ended" in text
    assert "already has a customer with this e-mail address" in text
    live = text_of(as_clara, reverse("admin:operations_operationbatch_progress", args=[batch.pk]))
    assert "data-live-done" not in live
    for operation in batch.operations.all():
        services.perform(operation.pk)
    live = text_of(as_clara, reverse("admin:operations_operationbatch_progress", args=[batch.pk]))
    assert "data-live-done" in live


def test_a_batch_names_what_was_on_its_way_before(ask: Ask, as_clara: Client, clara: User) -> None:
    first = ask(email="0@example.org")
    batch = _batch(clara, 2)
    text = text_of(as_clara, reverse("admin:operations_operationbatch_change", args=[batch.pk]))
    assert page_of(first) in text


@pytest.mark.parametrize("count", [2, 60])
def test_no_page_makes_more_queries_when_there_are_more_rows(
    as_clara: Client, clara: User, sandbox: Sandbox, django_assert_max_num_queries: Any, count: int
) -> None:
    batch = _batch(clara, count)
    operation = batch.operations.first()
    for url in (
        reverse(LIST),
        page_of(operation),
        page_of(operation, "standing"),
        page_of(operation, "cancel"),
        reverse("admin:operations_operationbatch_changelist"),
        reverse("admin:operations_operationbatch_change", args=[batch.pk]),
        reverse("admin:operations_operationbatch_progress", args=[batch.pk]),
    ):
        with django_assert_max_num_queries(QUERIES_A_PAGE):
            text_of(as_clara, url)


def test_a_paused_act_says_when_it_is_tried_again_and_clara_ends_the_pause(
    ask: Ask, as_clara: Client, sandbox: Sandbox
) -> None:
    sandbox.control.fault("refuse_address", "createCustomer", count=2)
    operation = services.perform(ask().pk)
    text = text_of(as_clara, page_of(operation))
    assert "It waits for an administrator; next try at" in text
    assert "IP list" in text
    as_clara.post(page_of(operation, "try-now"))
    let_time_pass(operation, seconds=1)
    assert services.perform(operation.pk).state == State.SUCCEEDED
