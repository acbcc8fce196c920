"""Who signs in, and how."""

from django.core.exceptions import ImproperlyConfigured

from .environment import BEHIND_TLS_PROXY, CRYPTOPOCKET_ENVIRONMENT, IS_LOCAL, env

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_SECONDS = env.int("SESSION_SECONDS", default=12 * 3600)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
REAUTHENTICATION_SECONDS = env.int("REAUTHENTICATION_SECONDS", default=5 * 60)
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=True)
if CRYPTOPOCKET_ENVIRONMENT == "production" and not SECOND_FACTOR_REQUIRED:
    raise ImproperlyConfigured("SECOND_FACTOR_REQUIRED is false: in production everybody needs a second factor.")

# django-allauth: names as in Django, nobody signs up, no mail is sent.
ACCOUNT_ADAPTER = "backoffice.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = REAUTHENTICATION_SECONDS
# Failed attempts: from one address, and for one name wherever they come from.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if BEHIND_TLS_PROXY else 0)
MFA_ADAPTER = "backoffice.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = f"CryptoPocket back office ({CRYPTOPOCKET_ENVIRONMENT})"
# A stand-in on this machine is opened without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL
MFA_FORMS = {"add_webauthn": "backoffice.accounts.forms.AddPasskeyForm"}
SOCIALACCOUNT_ADAPTER = "backoffice.accounts.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# The page that asks "do you want to sign in there?" would only be one press more: the answer is bound to the session.
SOCIALACCOUNT_LOGIN_ON_GET = True

# Single sign-on by OpenID Connect: off until it is named.
OIDC_PROVIDER_ID = "sso"
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
# "value of the claim:group,…"; a value may hold colons itself.
OIDC_GROUP_MAP = {
    value.strip(): group.strip()
    for value, _colon, group in (item.rpartition(":") for item in env.list("OIDC_GROUP_MAP", default=[]))
}
OIDC_SECOND_FACTOR_TRUSTED = env.bool("OIDC_SECOND_FACTOR_TRUSTED", default=False)
if OIDC_SERVER_URL:
    if not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET and OIDC_GROUP_MAP):
        raise ImproperlyConfigured(
            "OIDC_SERVER_URL is set: OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_GROUP_MAP are needed as well."
        )
    if not OIDC_SERVER_URL.startswith("https://") and not IS_LOCAL:
        raise ImproperlyConfigured("OIDC_SERVER_URL must begin with https://: who signs in depends on it.")

SESSION_COOKIE_AGE = SESSION_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
