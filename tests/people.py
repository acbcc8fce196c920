"""Signing people in, in tests."""

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as RECORDS_OF,
)
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone


def sign_in(client: Client, person: User, *, recently: bool = True) -> Client:
    """Sign somebody in, as after name, password and second factor, and give the client back.

    recently: only just now, so that reveals, approvals, exports and changes of people go through. `client.force_login`
    alone signs in without that: the page that asks for the password again comes first.
    """
    client.force_login(person)
    if recently:
        session = client.session
        now = timezone.now().timestamp()
        session[RECORDS] = [{"method": "password", "at": now}, {"method": "mfa", "at": now}]
        session[RECORDS_OF] = str(person.pk)
        session.save()
    return client
