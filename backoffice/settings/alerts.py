"""Who is told when something is wrong, and what `/health/` asks for."""

from django.core.exceptions import ImproperlyConfigured

from .environment import IS_LOCAL, env

ALERT_EMAILS = env.list("ALERT_EMAILS", default=[])
ALERT_WEBHOOK_URL = env.str("ALERT_WEBHOOK_URL", default="")
if ALERT_WEBHOOK_URL and not ALERT_WEBHOOK_URL.startswith("https://") and not IS_LOCAL:
    raise ImproperlyConfigured("ALERT_WEBHOOK_URL must begin with https://: alerts say what is wrong with us.")
# So many items that could not be read within an hour are an alert.
ALERT_QUARANTINE_ITEMS = env.int("ALERT_QUARANTINE_ITEMS", default=10)
# So many refused deliveries of events within 15 minutes are an alert.
ALERT_REFUSED_EVENTS = env.int("ALERT_REFUSED_EVENTS", default=5)
# An operation that is due and that no worker has taken up for so many minutes is an alert.
ALERT_WAITING_OPERATIONS_MINUTES = env.int("ALERT_WAITING_OPERATIONS_MINUTES", default=15)

HEALTH_TOKEN = env.str("HEALTH_TOKEN", default="")
HEALTH_DISK_FREE_MEGABYTES = env.int("HEALTH_DISK_FREE_MEGABYTES", default=500)

_mail = env.email("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail["EMAIL_HOST"] or ""
EMAIL_PORT = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="backoffice@localhost")
if ALERT_EMAILS and not IS_LOCAL and not EMAIL_HOST:
    raise ImproperlyConfigured("ALERT_EMAILS is set, but EMAIL_URL names no server: nobody would be told.")
