"""What is done about other people's sign-ins: each act needs a reason, and is in the audit record."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.services import record

from .sessions import end_sessions


@transaction.atomic
def reset_second_factor(person: User, *, by: User, reason: str) -> None:
    """Remove every second factor and recovery code of a person, and end the person's sessions.

    At the next sign-in the password is enough to reach the page that sets a new one up, and nothing else.
    Raises `PermissionDenied` for one's own factor, and for a superuser's where `by` is none.
    """
    _check(person, by)
    factors = Authenticator.objects.filter(user=person)
    types = sorted(str(kind) for kind in factors.values_list("type", flat=True))
    factors.delete()
    record(
        "second_factor.reset", subject=person, by=by, reason=reason, types=types, sessions_ended=end_sessions(person)
    )


@transaction.atomic
def sign_out_everywhere(person: User, *, by: User, reason: str) -> int:
    """End every session of a person; return how many. Raises `PermissionDenied` as `reset_second_factor` does."""
    _check(person, by)
    ended = end_sessions(person)
    record("session.ended", subject=person, by=by, reason=reason, sessions_ended=ended)
    return ended


def _check(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise PermissionDenied(_("This is your own account: use the pages behind your name instead."))
    if person.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("Only a superuser touches a superuser's account."))
