"""What is refused at start, because on a page it would be too late."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "CRYPTOPOCKET_ENVIRONMENT": "production",
    "CRYPTOPOCKET_BASE_URL": "https://provider.invalid/api",
    "CRYPTOPOCKET_API_KEY": "key",
    "CRYPTOPOCKET_API_SECRET": "secret",
    "SECRET_KEY": "x" * 60,
    "ALLOWED_HOSTS": "backoffice.invalid",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
}
OIDC = {"OIDC_SERVER_URL": "https://login.example", "OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": "oidc-canary"}


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"DEBUG": "true"}, "error pages show personal data"),
        ({"DEBUG": "true", "CRYPTOPOCKET_ENVIRONMENT": "sandbox"}, "error pages show personal data"),
        ({"SECOND_FACTOR_REQUIRED": "false"}, "in production everybody needs a second factor"),
        (OIDC, "OIDC_GROUP_MAP are needed as well"),
        ({**OIDC, "OIDC_GROUP_MAP": "a:Finance", "OIDC_SERVER_URL": "http://login.example"}, "must begin with https"),
    ],
    ids=[
        "debug",
        "debug against the sandbox",
        "no second factor",
        "single sign-on by half",
        "single sign-on without TLS",
    ],
)
def test_a_dangerous_setting_is_refused_at_start(tmp_path: Path, environment: dict[str, str], said: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import backoffice.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    assert said in started.stderr
    assert "oidc-canary" not in started.stderr
