"""Every page that can be reached without signing in, by the name of its address, and why.

Everything else leads to the sign-in: `LoginRequiredMiddleware` refuses by default, and a test walks every address
against this list.
"""

PUBLIC_PAGES = {
    "home": "leads to the front page, which asks to sign in",
    "health": "says to machines if everything works; what does not, only to those who may see it",
    "admin:login": "leads to the sign-in page",
    "account_login": "the sign-in page",
    "mfa_login_webauthn": "signing in with a passkey",
    "mfa_authenticate": "the second step of signing in; leads to the first where that was not done",
    "account_logout": "signing out; leads to the sign-in page",
    "account_inactive": "says that an account is closed, and not whose",
    "openid_connect_login": "leads to the identity provider; not there while single sign-on is off",
    "openid_connect_callback": "the way back from the identity provider; not there while single sign-on is off",
    "webhook_inbox": "takes the provider's signed events; says nothing to anybody",
    "socialaccount_login_cancelled": "says that signing in there was cancelled",
    "socialaccount_login_error": "says that signing in there went wrong",
}
