"""What the stories about signing in start from."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"


def sign_in_by_form(person: User, *, user_agent: str = "Firefox") -> Client:
    """Sign in as a person does, with name and password, and give the browser."""
    browser = Client(headers={"User-Agent": user_agent})
    answer = browser.post(LOGIN, {"login": person.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return browser


@pytest.fixture
def adam(db: None) -> User:
    """Adam is an administrator: he manages people, and approves nothing."""
    person = User.objects.create_user(username="adam", password=PASSWORD, is_staff=True)
    person.groups.add(Group.objects.get(name="Administrator"))
    return person
