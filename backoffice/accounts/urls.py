"""The addresses of signing in: of django-allauth's, only those that are needed here."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as single_sign_on
from django.urls import path
from django.views.generic import RedirectView

from . import views
from .single_sign_on import begin_single_sign_on, end_single_sign_on

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("login/second-factor/", second_factor.authenticate, name="mfa_authenticate"),
    path("logout/", account.logout, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("confirm/code/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("confirm/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("password/", views.change_password, name="account_change_password"),
    path("sessions/", views.own_sessions, name="usersessions_list"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/app/", views.demand_recent_sign_in(totp.activate_totp), name="mfa_activate_totp"),
    path("second-factor/app/remove/", views.demand_recent_sign_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    # Where django-allauth leads after a passkey was added, renamed or removed: the page of all second factors has them.
    path("second-factor/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("second-factor/passkeys/add/", views.demand_recent_sign_in(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        views.demand_recent_sign_in(passkeys.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/passkeys/<int:pk>/name/",
        views.demand_recent_sign_in(passkeys.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "second-factor/recovery-codes/",
        views.demand_recent_sign_in(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/new/",
        views.demand_recent_sign_in(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("single-sign-on/<slug:provider_id>/", begin_single_sign_on, name="openid_connect_login"),
    path("single-sign-on/<slug:provider_id>/back/", end_single_sign_on, name="openid_connect_callback"),
    path("single-sign-on-cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("single-sign-on-failed/", single_sign_on.login_error, name="socialaccount_login_error"),
]
