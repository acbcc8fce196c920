"""What the project is made of: apps, middleware, templates, languages."""

from django.utils.translation import gettext_lazy as _

from .environment import BASE_DIR, env

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
    "backoffice.calls",
    "backoffice.contract",
    "backoffice.webhooks",
    "backoffice.health",
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
    # The inbox knows neither people nor sessions: its requests go no further down.
    "backoffice.webhooks.middleware.short_way_to_the_inbox",
    "backoffice.health.middleware.answer_health_in_any_case",
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

LANGUAGE_CODE = "en"
# Only what has a catalogue: of another language people would get the numbers and not the words.
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DISPLAY_TIME_ZONE = env.str("DISPLAY_TIME_ZONE", default="Europe/Madrid")
