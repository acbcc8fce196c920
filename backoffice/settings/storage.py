"""Where things are kept: database, cache, files."""

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from backoffice.security.clamd import Clamd

from .environment import DEBUG, IS_LOCAL, VAR_DIR, env


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
