"""The demo beside a `.env` that points at the real world."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from backoffice.demo.options import demo_environment, read_options

from .conftest import ROOT

LEAKED = "from-the-real-env-file"


def read_settings(environment: dict[str, str], *, checkout: Path) -> dict[str, str]:
    """The environment of a process once it has read the settings of that checkout."""
    code = "import json, os, backoffice.settings; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=checkout,
        env={**environment, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_demo_takes_nothing_from_an_env_file_beside_it(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "backoffice", checkout / "backoffice", ignore=shutil.ignore_patterns("__pycache__"))
    settings = "\n".join(path.read_text() for path in (checkout / "backoffice" / "settings").glob("*.py"))
    names = set(re.findall(r"""env\.\w+\(\s*"([A-Z_]+)\"""", settings))
    assert {"ALERT_EMAILS", "EMAIL_URL", "ALERT_WEBHOOK_URL", "DOCUMENT_ROOT", "EXPORT_DIR", "CLAMD_SOCKET"} <= names
    (checkout / ".env").write_text("".join(f"{name}={LEAKED}\n" for name in sorted(names)))

    options = read_options(["--folder", str(tmp_path / "demo")])
    after = read_settings(demo_environment(options), checkout=checkout)

    assert [name for name, value in after.items() if LEAKED in value] == []


def test_another_env_file_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "another.env"
    file.write_text("EMAIL_FROM=office@example.org\n")
    environment = demo_environment(read_options(["--folder", str(tmp_path / "demo")])) | {"ENV_FILE": str(file)}

    assert read_settings(environment, checkout=ROOT)["EMAIL_FROM"] == "office@example.org"
