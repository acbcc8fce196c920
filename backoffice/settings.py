"""All configuration, read from the environment (and from `.env` beside `manage.py` when it is there)."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from backoffice.security.clamd import Clamd
from backoffice.security.keys import read_keys

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(str(BASE_DIR / ".env"))

# Everything that is written at run time lives in one folder, never under a web root.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

ENVIRONMENTS = ("local", "sandbox", "production")
CRYPTOPOCKET_ENVIRONMENT = env.str("CRYPTOPOCKET_ENVIRONMENT", default="local")
if CRYPTOPOCKET_ENVIRONMENT not in ENVIRONMENTS:
    raise ImproperlyConfigured(
        f"CRYPTOPOCKET_ENVIRONMENT is {CRYPTOPOCKET_ENVIRONMENT!r}: it must be one of {', '.join(ENVIRONMENTS)}."
    )
IS_LOCAL = CRYPTOPOCKET_ENVIRONMENT == "local"

DEBUG = env.bool("DEBUG", default=False)
if DEBUG and not IS_LOCAL:
    raise ImproperlyConfigured("DEBUG is set: its error pages show personal data and settings to whoever meets one.")


def _local_secret_key() -> str:
    """A key of this checkout's own, made once: a local try-out needs no preparation."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not IS_LOCAL:
        raise ImproperlyConfigured("SECRET_KEY is not set: anything that reaches the provider needs one.")
    SECRET_KEY = _local_secret_key()
FIELD_ENCRYPTION_KEYS = read_keys(
    env.list("FIELD_ENCRYPTION_KEYS", default=[]), secret_key=SECRET_KEY, is_required=not IS_LOCAL
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    # First, so that permissions exist by the time our groups are given theirs.
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "backoffice",
    "backoffice.accounts",
    "backoffice.sync",
    "backoffice.operations",
    "backoffice.audit",
    "backoffice.security",
    "backoffice.retention",
    "backoffice.sandbox",
    "customers",
    "payments",
    "banking",
    "backoffice.apps.BackofficeAdminConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before static files too: an image can be opened as a page of its own.
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "backoffice.audit.context.audit_context_middleware",
    "backoffice.security.readers.reader_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "backoffice.accounts.middleware.keep_nothing_in_caches",
    "backoffice.accounts.middleware.end_old_sessions",
    "backoffice.accounts.middleware.DemandSecondFactor",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backoffice.site.environment_banner",
                "backoffice.accounts.pages.surroundings_of_account_pages",
            ],
        },
    },
]

# --- storage -----------------------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    """The database of `DATABASE_URL`; SQLite is set up so that web, worker and beat write side by side."""
    database: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'backoffice.sqlite3'}")
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database["OPTIONS"] = {
            "timeout": 30,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
        # A file, because tests start threads and processes that write side by side; one a test run.
        database["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
    else:
        database["CONN_MAX_AGE"] = env.int("DATABASE_CONNECTION_SECONDS", default=60)
        database["CONN_HEALTH_CHECKS"] = True
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": env.cache("CACHE_URL", default="dbcache://backoffice_cache")}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache":
    # Django's own 300 would let whoever tries many names push out the counts of failed attempts.
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000, **CACHES["default"].get("OPTIONS", {})}

MEDIA_ROOT = env.str("DOCUMENT_ROOT", default=str(VAR_DIR / "documents"))
# Where a workbook is put together while it is exported; nothing in it is kept.
EXPORT_DIR = env.str("EXPORT_DIR", default=str(VAR_DIR / "exports"))
STATIC_URL = "static/"
STORAGES = {
    # Customers' documents: encrypted, in a private folder, no public address.
    "default": {
        "BACKEND": "backoffice.security.storage.EncryptedStorage",
        "OPTIONS": {
            "location": MEDIA_ROOT,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = IS_LOCAL
WHITENOISE_AUTOREFRESH = DEBUG
DOCUMENT_SIZE_LIMIT_MEGABYTES = env.int("DOCUMENT_SIZE_LIMIT_MEGABYTES", default=10)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["backoffice.security.upload_handler.BoundedMemoryUploadHandler"]
CLAMD_SOCKET = env.str("CLAMD_SOCKET", default="")
CLAMD_TIMEOUT_SECONDS = env.float("CLAMD_TIMEOUT_SECONDS", default=30.0)
CLAMD_REQUIRED = env.bool("CLAMD_REQUIRED", default=False)
if CLAMD_SOCKET:
    Clamd.parse(CLAMD_SOCKET, timeout=CLAMD_TIMEOUT_SECONDS)
elif CLAMD_REQUIRED:
    raise ImproperlyConfigured("CLAMD_REQUIRED is set, but CLAMD_SOCKET is not: no file could ever be taken.")

# --- the provider ------------------------------------------------------------------------------------------

CRYPTOPOCKET_BASE_URL = env.str(
    "CRYPTOPOCKET_BASE_URL", default="http://127.0.0.1:8100/api" if IS_LOCAL else environ.Env.NOTSET
)
CRYPTOPOCKET_API_KEY = env.str("CRYPTOPOCKET_API_KEY", default="pk_demo_1" if IS_LOCAL else environ.Env.NOTSET)
CRYPTOPOCKET_API_SECRET = env.str("CRYPTOPOCKET_API_SECRET", default="sk_demo_1" if IS_LOCAL else environ.Env.NOTSET)
CRYPTOPOCKET_CONTRACT = env.str("CRYPTOPOCKET_CONTRACT", default="")
CRYPTOPOCKET_PAGE_SIZE = env.int("CRYPTOPOCKET_PAGE_SIZE", default=500 if IS_LOCAL else 50)
CRYPTOPOCKET_REQUESTS_PER_SECOND = env.float("CRYPTOPOCKET_REQUESTS_PER_SECOND", default=100.0 if IS_LOCAL else 5.0)
CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS = env.float("CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS", default=5.0)
CRYPTOPOCKET_READ_TIMEOUT_SECONDS = env.float("CRYPTOPOCKET_READ_TIMEOUT_SECONDS", default=30.0)
CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS = env.float("CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS", default=120.0)

# --- background work ---------------------------------------------------------------------------------------

BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    for folder in ("messages", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    # Longer than any task may run, so that a message is not handed out a second time under a running task.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SOFT_TIME_LIMIT = 1740
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    # Not behind the operations: many of them waiting is no sign that the worker is gone.
    "backoffice.operations.tasks.beat_heart": {"queue": "default"},
    "backoffice.sync.*": {"queue": "sync"},
    "customers.tasks.refresh_kyc": {"queue": "sync"},
    "backoffice.operations.*": {"queue": "operations"},
}
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

SYNC_HEAD_SECONDS = env.int("SYNC_HEAD_SECONDS", default=60 if IS_LOCAL else 180)
SYNC_OPEN_SECONDS = env.int("SYNC_OPEN_SECONDS", default=60 if IS_LOCAL else 180)
SYNC_FULL_HOUR = env.int("SYNC_FULL_HOUR", default=3)
SYNC_LEASE_SECONDS = env.int("SYNC_LEASE_SECONDS", default=120)
SYNC_OPEN_READS_PER_RUN = env.int("SYNC_OPEN_READS_PER_RUN", default=200)
RETENTION_HOUR = env.int("RETENTION_HOUR", default=4)
OPERATIONS_SWEEP_SECONDS = env.int("OPERATIONS_SWEEP_SECONDS", default=15)
OPERATIONS_LEASE_SECONDS = env.int("OPERATIONS_LEASE_SECONDS", default=180)
# A worker that did not react to a message in this time is sent another one.
OPERATIONS_NUDGE_SECONDS = env.int("OPERATIONS_NUDGE_SECONDS", default=30)
# How long the provider may still be at work on a call whose answer was lost, before it is asked what became of it.
OPERATIONS_SETTLE_SECONDS = env.int(
    "OPERATIONS_SETTLE_SECONDS", default=5 if IS_LOCAL else int(2 * CRYPTOPOCKET_READ_TIMEOUT_SECONDS)
)
# After so many automatic read-backs a person decides.
OPERATIONS_READ_BACK_LIMIT = env.int("OPERATIONS_READ_BACK_LIMIT", default=6)
OPERATIONS_BATCH_LIMIT = env.int("OPERATIONS_BATCH_LIMIT", default=1000)
# How often what was recorded is sealed into the chain of hashes.
AUDIT_SEAL_SECONDS = env.int("AUDIT_SEAL_SECONDS", default=60 if IS_LOCAL else 300)

# The whole schedule. Leases make a second beat harmless.
CELERY_BEAT_SCHEDULE = {
    "sync-head": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": timedelta(seconds=SYNC_HEAD_SECONDS),
        "kwargs": {"mode": "head"},
    },
    "sync-open": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": timedelta(seconds=SYNC_OPEN_SECONDS),
        "kwargs": {"mode": "open"},
    },
    "sync-full": {
        "task": "backoffice.sync.tasks.sync_all",
        "schedule": crontab(hour=str(SYNC_FULL_HOUR), minute="0"),
        "kwargs": {"mode": "full"},
    },
    "retention-purge": {
        "task": "backoffice.retention.tasks.purge",
        "schedule": crontab(hour=str(RETENTION_HOUR), minute="30"),
    },
    "operations-sweep": {
        "task": "backoffice.operations.tasks.sweep",
        "schedule": timedelta(seconds=OPERATIONS_SWEEP_SECONDS),
        "options": {"expires": OPERATIONS_SWEEP_SECONDS},
    },
    "audit-seal": {
        "task": "backoffice.audit.tasks.seal",
        "schedule": timedelta(seconds=AUDIT_SEAL_SECONDS),
        "options": {"expires": AUDIT_SEAL_SECONDS},
    },
    "customers-remove-abandoned-drafts": {
        "task": "customers.tasks.remove_abandoned_drafts",
        "schedule": crontab(minute="17"),
    },
    "accounts-forget-sessions": {
        "task": "backoffice.accounts.tasks.forget_sessions",
        "schedule": crontab(minute="47"),
    },
    "worker-heartbeat": {
        "task": "backoffice.operations.tasks.beat_heart",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)

# --- people ------------------------------------------------------------------------------------------------

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

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DISPLAY_TIME_ZONE = env.str("DISPLAY_TIME_ZONE", default="Europe/Madrid")

# --- HTTP security -----------------------------------------------------------------------------------------

SECURE = env.bool("SECURE", default=not IS_LOCAL)
SECURE_SSL_REDIRECT = SECURE
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        # Documents are shown in a frame, from a response that is sandboxed by its own policy.
        "frame-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- logging -----------------------------------------------------------------------------------------------

_shared_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[
        *_shared_processors,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # Plain tracebacks: one that shows local variables would show tokens and personal data.
                structlog.processors.format_exc_info,
                structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
                if IS_LOCAL
                else structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": _shared_processors,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django_structlog": {"level": "WARNING"}},
}
# What a request says of itself is not believed: `backoffice.audit.context` gives it its id and its address.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_CORRELATION_ID = False
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
