"""What happens to sign-ins, in the audit record: second factors, recovery codes, passwords, confirmations."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed, password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_used
from django.contrib.auth.models import User
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from backoffice.audit.services import record

from .second_factor import FACTORS, forget_second_factor, has_second_factor
from .sessions import end_sessions

RECOVERY_CODES = Authenticator.Type.RECOVERY_CODES


@receiver(post_save, sender=Authenticator)
def record_added(instance: Authenticator, *, created: bool, **_signal: Any) -> None:
    """A second factor was set up, or recovery codes were made."""
    if created:
        action = "recovery_codes.made" if instance.type == RECOVERY_CODES else "second_factor.added"
        record(action, subject=instance.user, type=str(instance.type))


@receiver(post_delete, sender=Authenticator)
def record_removed(instance: Authenticator, **_signal: Any) -> None:
    """A second factor is gone; recovery codes go with the last one, or when new ones are made."""
    if instance.type in FACTORS:
        record("second_factor.removed", subject=instance.user, type=str(instance.type))


@receiver(authenticator_used)
def record_used(user: User, authenticator: Authenticator, *, reauthenticated: bool, **_signal: Any) -> None:
    """A second factor or a recovery code was used."""
    action = "recovery_code.used" if authenticator.type == RECOVERY_CODES else "second_factor.used"
    record(action, subject=user, by=user, type=str(authenticator.type), to_confirm=reauthenticated)


@receiver(authentication_failed)
def record_refused(user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """A code was wrong: the password before it was right."""
    record("second_factor.refused", subject=user, by=user, type=str(authenticator.type))


@receiver(authentication_step_completed)
def record_confirmed(user: User, method: str, **details: Any) -> None:
    """Somebody confirmed who they are."""
    if details.get("reauthenticated"):
        record("sign_in.confirmed", subject=user, by=user, method=method)


@receiver(password_changed)
def record_password_change(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Somebody changed their own password: every other session of theirs ends."""
    ended = end_sessions(user, but=request.session.session_key)
    record("password.changed", subject=user, by=user, sessions_ended=ended)


@receiver(authenticator_added)
def count_as_used(request: HttpRequest, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    """Setting a factor up has just shown that it is there."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=str(authenticator.type))


@receiver(authenticator_removed)
def leave_nobody_without(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Without the last factor, no session counts any more as one that used it."""
    if not has_second_factor(user):
        forget_second_factor(request)
        end_sessions(user, but=request.session.session_key)
