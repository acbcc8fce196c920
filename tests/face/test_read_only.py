"""The mirror is read only: for everybody, through every door of the admin."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from customers.models import Customer


@pytest.fixture
def lena(make_customer: Callable[..., Customer]) -> Customer:
    """Lena Ortega, verified."""
    return make_customer("7", name="Lena", last_name="Ortega", kyc_status="valid")


@pytest.mark.parametrize(
    "door",
    ["/admin/customers/customer/add/", "/admin/customers/customer/{}/delete/", "/admin/customers/customer/{}/change/"],
)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_not_even_a_superuser_changes_the_mirror(
    signed_in: Callable[[User], Client], ada: User, lena: Customer, door: str, method: str
) -> None:
    answer = getattr(signed_in(ada), method)(door.format(lena.pk), {"name": "Somebody", "post": "yes"})

    assert answer.status_code == 403
    assert Customer.objects.get().name == "Lena"


def test_the_list_has_no_action_that_deletes(signed_in: Callable[[User], Client], ada: User, lena: Customer) -> None:
    browser = signed_in(ada)
    browser.post("/admin/customers/customer/", {"action": "delete_selected", "_selected_action": [lena.pk], "index": 0})

    assert Customer.objects.count() == 1
    assert "delete_selected" not in browser.get("/admin/customers/customer/").content.decode()


def test_the_page_shows_the_row_without_any_input(
    signed_in: Callable[[User], Client], ada: User, lena: Customer
) -> None:
    page = signed_in(ada).get(f"/admin/customers/customer/{lena.pk}/change/").content.decode()

    assert "Lena Ortega" in page
    assert "verified" in page
    assert 'name="kyc_status"' not in page


def test_a_row_that_is_not_here_is_said_so(signed_in: Callable[[User], Client], ada: User) -> None:
    answer = signed_in(ada).get("/admin/customers/customer/424242/change/")

    assert answer.status_code == 404
    assert "Customer 424242 is not here." in answer.content.decode()


def test_who_may_not_see_payments_gets_a_plain_refusal(
    signed_in: Callable[[User], Client], ada: User, clara: User
) -> None:
    answer = signed_in(clara).get("/admin/banking/banktransaction/")

    assert answer.status_code == 403
    assert "Nothing was changed and nothing was sent." in answer.content.decode()


def test_an_administrator_cannot_make_themselves_a_superuser(
    signed_in: Callable[[User], Client], ada: User, settings: object
) -> None:
    from django.contrib.auth.models import Group

    nico = User.objects.create_user(username="nico", password="correct horse battery", is_staff=True)
    nico.groups.add(Group.objects.get(name="Administrator"))
    browser = signed_in(nico)

    page = browser.get(f"/admin/auth/user/{nico.pk}/change/").content.decode()
    browser.post(f"/admin/auth/user/{nico.pk}/change/", {"username": "nico", "is_superuser": "on", "is_active": "on"})

    assert 'name="is_superuser"' not in page
    assert not User.objects.get(pk=nico.pk).is_superuser
    assert browser.get(f"/admin/auth/user/{ada.pk}/password/").status_code == 403
