"""Where it runs: the folder, the provider's environment, the keys; everything else builds on these."""

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from backoffice.security.keys import read_keys

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
# Empty for none at all: the demo takes nothing from a file that names the real provider.
if ENV_FILE := env.str("ENV_FILE", default=str(BASE_DIR / ".env")):
    environ.Env.read_env(ENV_FILE)

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
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
