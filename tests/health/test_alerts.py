"""Alerts: noticed, told once an hour, and told when they are over."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from backoffice.face.placeholders import empty
from backoffice.health.conditions import Condition, Finding, register_condition
from backoffice.health.models import Alert, Telling
from backoffice.health.passing_on import RECOVERY_SETTLES
from backoffice.health.pulse import pulse
from backoffice.health.telling import words_of
from backoffice.health.token import SETTLED_AFTER, is_token_failing
from backoffice.health.watched import CONDITIONS
from backoffice.health.watching import watch, watch_if_overdue
from backoffice.operations.models import Heartbeat, Operation, State
from backoffice.sandbox import Sandbox
from backoffice.sync.models import Quarantine
from backoffice.sync.services import sync_resource
from tests.people import sign_in

pytestmark = pytest.mark.django_db


class Weather:
    """What is wrong, as the test wishes."""

    def __init__(self) -> None:
        self.is_bad = True
        self.is_broken = False

    def find(self) -> list[Finding]:
        """Rain, or nothing."""
        if self.is_broken:
            raise RuntimeError("holds lena@example.org")
        return [Finding(about="here", facts={"drops": 3})] if self.is_bad else []


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> Weather:
    """A condition of the test's own, the only one that is watched."""
    monkeypatch.setattr("backoffice.health.conditions._conditions", {})
    weather = Weather()
    register_condition(
        Condition(
            name="rain",
            label="It rains",
            find=weather.find,
            describe=lambda facts: f"{facts['drops']} drops of rain.",
            advice="Take an umbrella.",
        )
    )
    return weather


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that moves when it is told to."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def _by_mail(settings: Any) -> None:
    settings.ALERT_EMAILS = ["operator@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def watch_after(clock: time_machine.Traveller, **time: float) -> None:
    """Watch once more, that much later."""
    clock.shift(timedelta(**time))
    assert watch()


@pytest.mark.usefixtures("_by_mail", "weather")
def test_an_alert_says_what_is_wrong_since_when_and_what_to_do() -> None:
    watch()
    (message,) = mail.outbox
    assert message.subject == "[local] Back office: 1 alert"
    assert message.to == ["operator@example.org"]
    assert message.body.startswith("3 drops of rain.\nSince ")
    assert "Take an umbrella." in message.body


@pytest.mark.usefixtures("_by_mail", "weather")
def test_it_is_told_again_only_after_an_hour(clock: time_machine.Traveller) -> None:
    watch()
    for _minute in range(59):
        watch_after(clock, minutes=1)
    assert len(mail.outbox) == 1
    watch_after(clock, minutes=1)
    assert len(mail.outbox) == 2
    assert Telling.objects.get().times_told == 2


@pytest.mark.usefixtures("_by_mail")
def test_that_it_is_over_is_told_once(weather: Weather, clock: time_machine.Traveller) -> None:
    watch()
    weather.is_bad = False
    for _minute in range(10):
        watch_after(clock, minutes=1)
    assert [message.subject for message in mail.outbox][1:] == ["[local] Back office: all is well again"]
    assert "Over:\n- 3 drops of rain." in mail.outbox[1].body
    assert not Alert.objects.get().is_open


@pytest.mark.usefixtures("_by_mail")
def test_an_alert_that_a_newer_release_does_not_watch_any_more_is_closed_and_not_told_again(
    weather: Weather, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch()
    monkeypatch.setattr("backoffice.health.conditions._conditions", {})
    for _hour in range(3):
        watch_after(clock, hours=1)
    assert [message.subject for message in mail.outbox][1:] == ["[local] Back office: all is well again"]
    assert not Alert.objects.get().is_open


@pytest.mark.usefixtures("_by_mail")
def test_one_that_comes_and_goes_is_the_same_and_not_told_anew(weather: Weather, clock: time_machine.Traveller) -> None:
    watch()
    for _minute in range(10):
        weather.is_bad = not weather.is_bad
        watch_after(clock, minutes=1)
    assert Alert.objects.count() == 1
    assert [message.subject for message in mail.outbox] == ["[local] Back office: 1 alert"]


@pytest.mark.usefixtures("_by_mail")
def test_that_it_is_over_is_told_once_it_has_stayed_over_for_minutes(
    weather: Weather, clock: time_machine.Traveller
) -> None:
    watch()
    weather.is_bad = False
    watch_after(clock, minutes=1)
    watch_after(clock, seconds=RECOVERY_SETTLES.total_seconds() - 60)
    assert len(mail.outbox) == 1
    watch_after(clock, minutes=1)
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("_by_mail")
def test_what_was_called_over_and_is_back_is_told_at_once(weather: Weather, clock: time_machine.Traveller) -> None:
    watch()
    for weather.is_bad in (False, False, True):
        watch_after(clock, seconds=RECOVERY_SETTLES.total_seconds())
    assert [message.subject for message in mail.outbox] == [
        "[local] Back office: 1 alert",
        "[local] Back office: all is well again",
        "[local] Back office: 1 alert",
    ]
    weather.is_bad = False
    for _minute in range(10):
        watch_after(clock, minutes=1)
    assert [message.subject for message in mail.outbox][3:] == ["[local] Back office: all is well again"]


@pytest.mark.usefixtures("_by_mail")
def test_all_is_well_is_not_said_while_something_else_goes_on(weather: Weather, clock: time_machine.Traveller) -> None:
    register_condition(
        Condition(
            name="wind",
            label="It blows",
            find=lambda: [Finding()],
            describe=lambda _facts: "It blows hard.",
            advice="Hold your hat.",
        )
    )
    watch()
    weather.is_bad = False
    for _minute in range(10):
        watch_after(clock, minutes=1)
    assert [message.subject for message in mail.outbox] == [
        "[local] Back office: 2 alerts",
        "[local] Back office: 1 over, 1 still open",
    ]
    assert mail.outbox[1].body == "Over:\n- 3 drops of rain.\n\nStill open:\n- It blows hard.\n"


@pytest.mark.usefixtures("weather")
def test_of_two_watchers_at_once_one_does_the_work() -> None:
    assert watch()
    assert not watch()
    assert Alert.objects.count() == 1


@pytest.mark.usefixtures("weather")
def test_without_anybody_to_tell_it_stands_in_the_admin(client: Client, aurelio: User) -> None:
    watch()
    client.force_login(aurelio)
    page = client.get("/admin/health/alert/?state=open").content.decode()
    assert "3 drops of rain." in page
    alert = client.get(f"/admin/health/alert/{Alert.objects.get().pk}/change/").content.decode()
    assert "Take an umbrella." in alert
    assert "Nobody is told" in alert
    assert "alert about the running of the back office" in client.get("/admin/").content.decode()


def test_a_condition_that_cannot_be_looked_at_closes_nothing(
    weather: Weather, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    watch()
    weather.is_broken = True
    watch_after(clock, minutes=1)
    assert Alert.objects.get().is_open
    assert "rain could not be watched: RuntimeError" in caplog.text
    assert "lena" not in caplog.text


class Receiver:
    """Where alerts are sent: keeps what came, and answers as it is told."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.received.append(json.loads(self.rfile.read(length)))
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *_line: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/alerts"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """The operator's own webhook."""
    receiver = Receiver()
    thread = Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    settings.ALERT_WEBHOOK_URL = receiver.address
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


@pytest.mark.usefixtures("weather")
def test_a_webhook_of_the_operator_is_called(receiver: Receiver) -> None:
    watch()
    (message,) = receiver.received
    assert message["text"].startswith("[local] Back office: 1 alert\n\n3 drops of rain.")
    assert [alert["key"] for alert in message["alerts"]] == ["rain:here"]


@pytest.mark.usefixtures("weather")
@pytest.mark.parametrize("status", [500, 302])
def test_what_could_not_be_told_is_told_at_the_next_watch(
    receiver: Receiver, clock: time_machine.Traveller, status: int
) -> None:
    receiver.status = status
    watch()
    telling = Telling.objects.get()
    assert (telling.channel, telling.told_at, telling.problem) == ("webhook", None, f"HTTP {status}")
    receiver.status = 200
    watch_after(clock, minutes=1)
    telling.refresh_from_db()
    assert (telling.times_told, telling.problem) == (1, "")
    assert len(receiver.received) == 2


@pytest.mark.usefixtures("weather", "_by_mail")
def test_a_channel_that_failed_is_tried_again_by_itself_and_the_other_is_not_told_twice(
    receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.status = 500
    watch()
    for _minute in range(10):
        watch_after(clock, minutes=1)
    assert (len(mail.outbox), len(receiver.received)) == (1, 11)

    receiver.status = 200
    for _minute in range(49):
        watch_after(clock, minutes=1)
    assert (len(mail.outbox), len(receiver.received)) == (1, 12)
    assert [alert["key"] for alert in receiver.received[-1]["alerts"]] == ["rain:here"]


@pytest.mark.usefixtures("weather", "_by_mail")
def test_each_channel_is_told_again_an_hour_after_it_was_told(
    receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.status = 500
    watch()
    receiver.status = 200
    watch_after(clock, minutes=10)
    watch_after(clock, minutes=50)
    assert (len(mail.outbox), len(receiver.received)) == (2, 2)
    watch_after(clock, minutes=10)
    assert (len(mail.outbox), len(receiver.received)) == (2, 3)


@pytest.mark.usefixtures("weather", "_by_mail")
def test_the_page_of_an_alert_says_what_each_channel_was_told_and_why_one_was_not(
    receiver: Receiver, client: Client, aurelio: User
) -> None:
    receiver.status = 500
    watch()
    client.force_login(aurelio)
    answer = client.get(f"/admin/health/alert/{Alert.objects.get().pk}/change/")
    (table,) = answer.context["tables"]
    assert [[cells[column].content for column in (0, 1, 4)] for cells in table.rows] == [
        ["e-mail", 1, empty()],
        ["webhook", 0, "HTTP 500"],
    ]


@pytest.mark.usefixtures("_by_mail")
def test_that_it_is_over_is_told_again_to_the_channel_that_failed_alone(
    weather: Weather, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    watch()
    weather.is_bad = False
    watch_after(clock, minutes=1)
    receiver.status = 500
    watch_after(clock, seconds=RECOVERY_SETTLES.total_seconds())
    receiver.status = 200
    watch_after(clock, minutes=1)
    watch_after(clock, minutes=1)
    assert (len(mail.outbox), len(receiver.received)) == (2, 3)
    assert "all is well again" in receiver.received[-1]["text"]


@pytest.mark.usefixtures("_by_mail")
def test_a_channel_that_never_heard_of_it_is_not_told_that_it_is_over(
    weather: Weather, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    receiver.status = 500
    watch()
    receiver.status = 200
    weather.is_bad = False
    for _minute in range(10):
        watch_after(clock, minutes=1)
    assert (len(mail.outbox), len(receiver.received)) == (2, 1)


@pytest.mark.usefixtures("weather", "_by_mail")
def test_a_channel_that_is_set_up_later_is_told_what_goes_on(
    receiver: Receiver, clock: time_machine.Traveller, settings: Any
) -> None:
    settings.ALERT_WEBHOOK_URL = ""
    watch()
    settings.ALERT_WEBHOOK_URL = receiver.address
    watch_after(clock, minutes=1)
    assert (len(mail.outbox), len(receiver.received)) == (1, 1)


@pytest.mark.usefixtures("weather")
def test_a_receiver_that_is_away_is_said_without_its_address(settings: Any) -> None:
    settings.ALERT_WEBHOOK_URL = "http://127.0.0.1:9/secret"
    watch()
    assert Telling.objects.get().problem == "ConnectionError"


def test_an_outcome_that_stays_unknown_is_an_alert(ada: User) -> None:
    now = timezone.now()
    for minutes in (14, 16):
        Operation.objects.create(
            kind="create_customer",
            dedupe_key=str(minutes),
            state=State.UNKNOWN,
            requested_by=ada,
            sent_at=now - timedelta(minutes=minutes),
        )
    watch()
    assert Alert.objects.get(kind="unknown_operation").facts == {"count": 1}


def queue_operation(ada: User, *, asked: float, queued: float, held_until: float | None = None) -> Operation:
    """Asked for and put into the queue so many minutes ago; after a failed attempt not to be sent before another."""
    now = timezone.now()
    operation = Operation.objects.create(
        kind="create_customer",
        dedupe_key=f"{asked} {queued} {held_until}",
        state=State.QUEUED,
        requested_by=ada,
        not_before=None if held_until is None else now - timedelta(minutes=held_until),
    )
    step = operation.events.create(to_state=State.QUEUED)
    Operation.objects.filter(pk=operation.pk).update(created_at=now - timedelta(minutes=asked))
    operation.events.filter(pk=step.pk).update(at=now - timedelta(minutes=queued))
    return operation


def test_operations_that_nobody_takes_up_are_an_alert(ada: User, settings: Any) -> None:
    settings.ALERT_WAITING_OPERATIONS_MINUTES = 15
    queue_operation(ada, asked=16, queued=16)
    queue_operation(ada, asked=90, queued=60, held_until=16)
    watch()
    alert = Alert.objects.get(kind="waiting_operations")
    assert words_of(alert) == (
        "2 operations are due, and no worker has taken them up for 15 minutes: they are not sent."
    )


def test_operations_that_were_queued_just_now_or_are_not_due_or_were_taken_up_are_no_alert(ada: User) -> None:
    queue_operation(ada, asked=14, queued=14)
    queue_operation(ada, asked=600, queued=1)  # approved only now
    queue_operation(ada, asked=600, queued=60, held_until=-5)
    queue_operation(ada, asked=600, queued=60, held_until=2)
    Operation.objects.filter(pk=queue_operation(ada, asked=61, queued=60).pk).update(state=State.SENDING)
    watch()
    assert not Alert.objects.filter(kind="waiting_operations").exists()


def test_a_quarantine_that_grows_is_an_alert(settings: Any) -> None:
    settings.ALERT_QUARANTINE_ITEMS = 2
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for number, is_alert in ((1, False), (2, True)):
            Quarantine.objects.create(
                resource="payments",
                item_key=str(number),
                payload="{}",
                fingerprint="",
                first_seen_at=now,
                last_seen_at=now,
            )
            watch_after(clock, minutes=1)
            assert Alert.objects.filter(kind="quarantine").exists() is is_alert
    assert Alert.objects.get(kind="quarantine").facts == {"count": 2}


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_not_accepted_is_an_alert_until_it_is(sandbox: Sandbox) -> None:
    sandbox.control.fault("refuse_address", count=None)
    assert sync_resource(name="assets", mode="full").state == "failed"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        watch_after(clock, minutes=1)
        assert words_of(Alert.objects.get(kind="token")) == "The provider does not accept our token."
        sandbox.control.clear_faults()
        sync_resource(name="assets", mode="full")
        watch_after(clock, minutes=1)
        assert not Alert.objects.get(kind="token").is_open


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_an_alert_is_named_in_words_and_leads_to_where_it_can_be_seen(
    condition: Condition, client: Client, ada: User
) -> None:
    facts = {"count": 2, "label": "payments", "name": "beat", "minutes": 15}
    now = timezone.now()
    alert = Alert.objects.create(key=condition.name, kind=condition.name, facts=facts, opened_at=now, last_seen_at=now)
    sign_in(client, ada)
    page = client.get(f"/admin/health/alert/{alert.pk}/change/").content.decode()
    assert f'<h1 dir="auto">{escape(words_of(alert))}</h1>' in page
    if condition.page:
        assert f'<a href="{condition.address()}">{condition.page_name}</a>' in page
        assert client.get(condition.address()).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_token_that_ended_and_was_renewed_is_no_alert_while_the_next_answer_is_not_noted_yet(
    sandbox: Sandbox,
) -> None:
    sandbox.control.fault("refuse_address", count=None)
    assert sync_resource(name="assets", mode="full").state == "failed"
    assert not is_token_failing()
    with time_machine.travel(timezone.now() + SETTLED_AFTER):
        assert is_token_failing()


def test_an_inbox_that_refuses_events_is_an_alert(client: Client, settings: Any) -> None:
    for _delivery in range(settings.ALERT_REFUSED_EVENTS):
        assert client.post("/webhooks/cryptopocket/", "{}", content_type="application/json").status_code == 401
    watch()
    assert Alert.objects.get(kind="refused_events").facts == {"count": settings.ALERT_REFUSED_EVENTS}


def test_processes_that_fell_silent_are_alerts_and_the_lists_that_wait_for_them_are_none() -> None:
    watch()
    assert set(Alert.objects.values_list("key", flat=True)) == {"silent:worker", "silent:beat"}


def test_messages_that_do_not_pass_are_an_alert_of_their_own() -> None:
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, at=timezone.now())
    watch()
    assert list(Alert.objects.filter(kind="silent").values_list("key", flat=True)) == ["silent:passage"]


def test_who_lives_watches_where_nobody_else_does(weather: Weather, clock: time_machine.Traveller) -> None:
    watch()
    weather.is_bad = False
    clock.shift(timedelta(minutes=2))
    watch_if_overdue()
    assert Alert.objects.get().is_open
    clock.shift(timedelta(minutes=2))
    watch_if_overdue()
    assert not Alert.objects.get().is_open


def test_in_an_installation_whose_beat_never_ran_the_worker_watches(clock: time_machine.Traveller) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now())
    watch_if_overdue()
    assert not Alert.objects.exists()
    clock.shift(timedelta(minutes=4))
    Heartbeat.objects.filter(name="worker").update(at=timezone.now())
    watch_if_overdue()
    assert list(Alert.objects.values_list("key", flat=True)) == ["silent:beat"]


@pytest.mark.django_db(transaction=True)
def test_a_process_says_that_it_lives() -> None:
    pulse("worker")
    assert Heartbeat.objects.filter(name="worker").exists()
