"""What the stories about signing in start from."""

from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "correct horse battery"
LOGIN = "/account/login/"


def sign_in_by_form(person: User, *, user_agent: str = "Firefox") -> Client:
    """Sign in as a person does, with name and password, and give the browser."""
    browser = Client(headers={"User-Agent": user_agent})
    answer = browser.post(LOGIN, {"login": person.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return browser
