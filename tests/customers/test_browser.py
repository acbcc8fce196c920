"""The form for a new customer in a real browser."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from customers.models import Customer

from .pages import REGISTER

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def form(page: Page, live_server: LiveServer, client: Client, clara: User) -> Page:
    """Clara's browser with the form open; whatever its console complains about fails the test."""
    client.force_login(clara)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}{REGISTER}")
    return page


def test_only_the_types_of_the_chosen_country_are_offered(form: Page) -> None:
    options = form.locator("#id_identification_type option")
    form.select_option("#id_country", "PER")
    assert options.all_inner_texts() == ["not said", "DNI", "foreigner card (carné de extranjería)"]
    form.select_option("#id_identification_type", "PER:DNI")
    form.select_option("#id_country", "MEX")
    assert options.all_inner_texts() == ["not said", "CURP"]
    assert form.input_value("#id_identification_type") == ""


def test_another_country_is_asked_for_by_name_and_code(form: Page) -> None:
    expect(form.locator("#id_other_country_code")).to_be_hidden()
    form.select_option("#id_country", "other")
    expect(form.locator("#id_other_country_code")).to_be_visible()
    expect(form.locator("#id_identification_type")).to_be_hidden()


def test_correcting_keeps_what_was_typed_and_confirming_needs_every_tick(form: Page, lena: dict[str, Any]) -> None:
    known = Customer.objects.create(
        remote_id="1",
        email="lena@example.org",
        name="Lena",
        **dict.fromkeys(("read_at", "first_seen_at", "changed_at"), "2026-05-04T09:30Z"),
    )
    form.fill("#id_name", "Lena")
    form.fill("#id_email", lena["email"])
    form.select_option("#id_country", "ESP")
    form.select_option("#id_identification_type", "ESP:DNI")
    form.fill("#id_identification_number", "00000000A")
    form.get_by_role("button", name="Continue").click()
    expect(form.get_by_text("The DNI does not look right")).to_be_visible()
    expect(form.get_by_role("link", name=str(known))).to_be_visible()
    form.get_by_role("button", name="Register with the provider").click()
    expect(form.get_by_text("Nothing was sent")).to_be_visible()
    form.get_by_role("button", name="Correct it").click()
    expect(form.get_by_role("button", name="Continue")).to_be_visible()
    expect(form.locator("#id_identification_type")).to_have_value("ESP:DNI")
    expect(form.locator("#id_identification_number")).to_have_value("00000000A")
