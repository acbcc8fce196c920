"""From the provider's event to the open page, with every process running as in the demo.

An administrator subscribes; the stand-in completes a payment; the page that Felix has open changes by itself; the inbox
shows the event and what it caused; a forged event is refused and counted; and with the events silenced the open page
changes by a run that reads what is open.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from backoffice.demo.options import demo_environment, read_options

from .conftest import ROOT, Demo, start_demo

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WANTED_SECONDS = 5.0
"""From the provider's change to the open page."""

TRIES = 3
"""So many a busy machine may have; and the newest are read once a minute, which can come first by chance."""

NEVER = 3600
"""How often this demo reads what is open by itself, in seconds: not while it lasts."""

DONE = "coins sent"


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A small demo whose provider's time stands still, and where nobody has subscribed yet."""
    folder = tmp_path_factory.mktemp("eventful")
    sizes = ("--customers=5", "--payments=5", "--bank-transactions=5", "--speed=0")
    running = start_demo(folder, *sizes, "--without-webhooks", f"--open-seconds={NEVER}")
    try:
        running.wait_for("Everything is here")
        yield running
    finally:
        if running.process.poll() is None:
            running.control_c()


@pytest.fixture
def provider(eventful: Demo) -> Callable[..., Any]:
    """The stand-in's control address."""
    log = (eventful.printed.parent / "logs" / "provider.log").read_text()
    found = re.search(r"control (http\S+)", log)
    assert found

    def command(path: str, **body: Any) -> Any:
        answer = requests.post(found[1] + path, data=json.dumps(body), timeout=20)
        assert answer.ok, answer.text
        return answer.json()

    return command


@pytest.fixture
def desk_of(browser: Browser, eventful: Demo) -> Iterator[Callable[[str], Page]]:
    """Opens a browser in which somebody is signed in; whatever its console complains about fails the test."""
    complaints: list[str] = []

    def open_desk(username: str) -> Page:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{eventful.address}/account/login/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(eventful.passwords[username])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="What needs a person now")).to_be_visible()
        return page

    yield open_desk
    assert complaints == []


def subscribe(page: Page, address: str) -> None:
    """Ask for every type of event, and wait until the provider has taken it."""
    page.goto(f"{address}/admin/webhooks/webhooksubscription/")
    page.get_by_role("link", name="Subscribe", exact=True).click()
    expect(page.get_by_role("checkbox", name="CRYPTO_RECEIVED").first).to_be_visible()
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator("#progress")).to_contain_text("4 of 4 have ended", timeout=60_000)


def open_payment(page: Page, address: str, external_id: str) -> None:
    """Open a payment's page from the list, waiting until it is there."""
    page.goto(f"{address}/admin/payments/payment/?q={external_id}")
    link = page.locator("#result_list tbody tr a").first
    for _try in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    link.click()
    expect(page.get_by_text(external_id).first).to_be_visible()


def see_completion(
    page: Page, provider: Callable[..., Any], address: str, external_id: str
) -> tuple[dict[str, Any], float]:
    """Open a payment's page, complete it at the provider, and say after how many seconds the open page shows it."""
    made = provider("/payments", external_id=external_id, status="payment_received", payment_type="card")
    open_payment(page, address, external_id)
    expect(page.get_by_text("payment received").first).to_be_visible()
    began = time.monotonic()
    provider("/advance", steps=1)
    expect(page.get_by_text(DONE).first).to_be_visible(timeout=60_000)
    return made, time.monotonic() - began


def change_of(page: Page, address: str, payment_id: str) -> Locator:
    """The line of the list of changes that says how this payment was learned to be complete."""
    page.goto(f"{address}/admin/sync/recordedchange/?q={payment_id}")
    line = page.locator("#result_list tbody tr").filter(has_text=payment_id).filter(has_text=DONE)
    expect(line).to_have_count(1)
    return line


def was_learned_by_an_open_run(page: Page, address: str, payment_id: str) -> bool:
    """Whether the run that changed this payment read what was open."""
    change_of(page, address, payment_id).get_by_role("link", name=re.compile("sync run #")).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("payments (")
    return "(not final yet)" in heading.inner_text()


@pytest.fixture
def read(eventful: Demo) -> Callable[[str], int]:
    """Reads the payments from a terminal beside the demo; the exit status, 1 where another run is at them."""
    folder = ("--folder", str(eventful.printed.parent))
    ports = ("--port", str(eventful.port), "--provider-port", str(eventful.provider_port))
    environment = demo_environment(read_options([*ports, *folder, f"--open-seconds={NEVER}"]))

    def sync(mode: str) -> int:
        command = [sys.executable, "manage.py", "sync", "payments", "--mode", mode]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=120
        ).returncode

    return sync


def test_a_completed_payment_is_seen_at_once_on_the_open_page_because_of_its_event(
    eventful: Demo, provider: Callable[..., Any], desk_of: Callable[[str], Page]
) -> None:
    administrator, finance = desk_of("administrator"), desk_of("finance")
    subscribe(administrator, eventful.address)

    for number in range(TRIES):
        made, took = see_completion(finance, provider, eventful.address, f"told-by-an-event-{number}")
        by_event = change_of(administrator, eventful.address, made["id"]).filter(has_text="webhook").count()
        if by_event and took < WANTED_SECONDS:
            break
    assert (by_event, took < WANTED_SECONDS) == (1, True), took

    administrator.goto(f"{eventful.address}/admin/webhooks/webhookevent/?q={made['id']}")
    told = administrator.locator("#result_list tbody tr").filter(has_text="COINS_SENT")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(f"{made['id']} changed")

    forged = {"type": "COINS_SENT", "data": {"payment_id": made["id"]}}
    headers = {"X-API-Key": "pk_demo_1", "X-Signature": "0" * 64, "X-Timestamp": str(int(time.time()))}
    answer = requests.post(f"{eventful.address}/webhooks/cryptopocket/", json=forged, headers=headers, timeout=20)
    assert (answer.status_code, answer.content) == (401, b"")
    administrator.reload()
    expect(administrator.get_by_text(re.compile("wrong signature", re.IGNORECASE)).first).to_be_visible()


def test_without_events_a_completed_payment_is_seen_on_the_open_page_when_what_is_open_was_read(
    eventful: Demo, provider: Callable[..., Any], desk_of: Callable[[str], Page], read: Callable[[str], int]
) -> None:
    administrator, finance = desk_of("administrator"), desk_of("finance")
    provider("/webhooks/silence")
    for number in range(TRIES):
        external_id = f"learned-by-reading-{number}"
        made = provider("/payments", external_id=external_id, status="payment_received", payment_type="card")
        read("head")
        open_payment(finance, eventful.address, external_id)
        expect(finance.get_by_text("payment received").first).to_be_visible()
        provider("/advance", steps=1)
        read("open")
        expect(finance.get_by_text(DONE).first).to_be_visible(timeout=120_000)
        if is_learned := was_learned_by_an_open_run(administrator, eventful.address, made["id"]):
            break
    assert is_learned
