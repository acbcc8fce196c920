"""The acts on a person's page: reset the second factor, sign out everywhere. Each asks why."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .accounts.people import reset_second_factor, sign_out_everywhere
from .face.actions import ObjectView, render_form_page


class WhyForm(forms.Form):
    """The reason of an act on somebody's account."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("Kept in the audit record, with your name."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def reset_factor(request: HttpRequest, model_admin: Any, person: User) -> HttpResponseBase:
    """Take a second factor away whose phone or key is lost."""
    return _ask_why(
        request,
        model_admin,
        person,
        title=_("Reset the second factor"),
        lead=_(
            "All passkeys, the authenticator app and the recovery codes are removed, and every session ends. Whoever "
            "then signs in with the password sets up a new factor: be sure that you are talking to the right person."
        ),
        act=reset_second_factor,
        done=_("The second factor is removed. At the next sign-in a new one is set up."),
    )


def end_all(request: HttpRequest, model_admin: Any, person: User) -> HttpResponseBase:
    """Sign somebody out wherever they are signed in."""
    return _ask_why(
        request,
        model_admin,
        person,
        title=_("Sign out everywhere"),
        lead=_("Every session of this person ends at once. Signing in again stays possible."),
        act=sign_out_everywhere,
        done=_("Every session of this person has ended."),
    )


VIEWS = (
    ObjectView(
        name="reset-second-factor",
        label=gettext_lazy("Reset the second factor"),
        permission="auth.change_user",
        view=reset_factor,
        recent_sign_in=True,
    ),
    ObjectView(
        name="sign-out-everywhere",
        label=gettext_lazy("Sign out everywhere"),
        permission="auth.change_user",
        view=end_all,
        recent_sign_in=True,
    ),
)


def _ask_why(
    request: HttpRequest,
    model_admin: Any,
    person: User,
    *,
    title: str,
    lead: str,
    act: Callable[..., Any],
    done: str,
) -> HttpResponseBase:
    if not isinstance(request.user, User) or not model_admin.has_change_permission(request, person):
        raise PermissionDenied
    form = WhyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render_form_page(
            request,
            model_admin,
            title=title,
            form=form,
            row=person,
            lead=lead,
            submit_label=title,
            submit_tone="danger",
        )
    act(person, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, done)
    return HttpResponseRedirect(reverse("admin:auth_user_change", args=[person.pk]))
