"""What is worth a second look asks first who is there."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from django.utils import timezone

from backoffice.accounts.recent import ask_to_sign_in_again
from tests.people import sign_in

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db


def _ask(rf: Any, client: Client, person: User, method: str = "get", **headers: str) -> HttpResponseBase | None:
    request: HttpRequest = getattr(rf, method)("/admin/somewhere/?page=2", headers=headers)
    request.user, request.session = person, client.session
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return ask_to_sign_in_again(request)


def test_a_recent_sign_in_is_enough_for_five_minutes(rf: Any, client: Client, clara: User) -> None:
    sign_in(client, clara)
    assert _ask(rf, client, clara) is None
    with time_machine.travel(timezone.now() + timedelta(seconds=299)):
        assert _ask(rf, client, clara) is None
    with time_machine.travel(timezone.now() + timedelta(seconds=301)):
        assert _ask(rf, client, clara) is not None


def test_an_old_sign_in_leads_to_the_password_and_back(rf: Any, client: Client, clara: User) -> None:
    client.force_login(clara)
    again = _ask(rf, client, clara)
    assert again is not None
    assert again.headers["Location"] == "/account/confirm/?next=%2Fadmin%2Fsomewhere%2F%3Fpage%3D2"

    answer = client.post("/account/confirm/", {"password": PASSWORD, "next": "/admin/somewhere/?page=2"})
    assert answer.headers["Location"] == "/admin/somewhere/?page=2"
    assert _ask(rf, client, clara) is None


@pytest.mark.parametrize(
    ("came_from", "way_back"),
    [
        (
            "http://testserver/admin/customers/customer/1/change/?x=1",
            "%2Fadmin%2Fcustomers%2Fcustomer%2F1%2Fchange%2F%3Fx%3D1",
        ),
        ("https://evil.example/admin/", "%2Fadmin%2F"),
        ("javascript:alert(1)", "%2Fadmin%2F"),
        ("", "%2Fadmin%2F"),
    ],
)
def test_a_post_leads_back_to_the_page_it_came_from_and_never_elsewhere(
    rf: Any, client: Client, clara: User, came_from: str, way_back: str
) -> None:
    client.force_login(clara)
    again = _ask(rf, client, clara, "post", referer=came_from)
    assert again is not None
    assert again.headers["Location"] == f"/account/confirm/?next={way_back}"


def test_the_records_of_somebody_else_count_for_nothing(rf: Any, client: Client, clara: User, felix: User) -> None:
    sign_in(client, clara)
    assert _ask(rf, client, felix) is not None
