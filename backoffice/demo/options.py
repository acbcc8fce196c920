"""What can be chosen for a demo, and the environment that follows from it."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

WEBHOOK_PATH = "webhooks/cryptopocket/"
CHECKOUT = Path(__file__).resolve().parent.parent.parent
CONTRACT = Path(__file__).with_name("contract.toml")


@dataclass(frozen=True, kw_only=True)
class DemoOptions:
    """Where the demo listens, how much the stand-in provider holds, how fast its time moves."""

    port: int
    provider_port: int
    folder: Path
    customers: int
    payments: int
    bank_transactions: int
    speed: float
    open_seconds: int
    subscribes: bool
    new_passwords: bool

    @property
    def address(self) -> str:
        """Where people open the back office."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def webhook_address(self) -> str:
        """Where the stand-in sends its events."""
        return f"{self.address}{WEBHOOK_PATH}"

    @property
    def provider_address(self) -> str:
        """The stand-in's base URL."""
        return f"http://127.0.0.1:{self.provider_port}/api"


def read_options(arguments: list[str] | None = None) -> DemoOptions:
    """The options of the command line, with ports also taken from PORT and PROVIDER_PORT."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--provider-port", type=int, default=int(os.environ.get("PROVIDER_PORT", "8100")))
    parser.add_argument("--folder", type=Path, default=CHECKOUT / "var" / "demo")
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--payments", type=int, default=5000)
    parser.add_argument("--bank-transactions", type=int, default=3000)
    parser.add_argument("--speed", type=float, default=6.0, help="steps of the provider's time a minute; 0 stops it")
    parser.add_argument("--open-seconds", type=int, default=60, help="how often open objects are read singly")
    parser.add_argument(
        "--without-webhooks",
        dest="subscribes",
        action="store_false",
        help="do not subscribe to the provider's events",
    )
    parser.add_argument("--new-passwords", action="store_true", help="make and print new passwords")
    return DemoOptions(**vars(parser.parse_args(arguments)))


def demo_environment(options: DemoOptions) -> dict[str, str]:
    """The variables that every process of the demo runs with.

    They are set outright and no `.env` is read, so that a demo takes nothing from one, or from a shell, that points at
    the real provider, at real people or at a real folder.
    """
    inherited = {key: value for key, value in os.environ.items() if key in _INHERITED}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "ENV_FILE": "",
        "VAR_DIR": str(options.folder),
        "DATABASE_URL": f"sqlite:///{options.folder / 'backoffice.sqlite3'}",
        "CELERY_BROKER_URL": "filesystem://localhost",
        "CACHE_URL": "dbcache://backoffice_cache",
        "CRYPTOPOCKET_ENVIRONMENT": "local",
        "CRYPTOPOCKET_BASE_URL": options.provider_address,
        "CRYPTOPOCKET_API_KEY": "pk_demo_1",
        "CRYPTOPOCKET_API_SECRET": "sk_demo_1",
        "CRYPTOPOCKET_CONTRACT": str(CONTRACT),
        "WEBHOOK_PUBLIC_URL": options.address,
        "SYNC_OPEN_SECONDS": str(options.open_seconds),
        "CRYPTOPOCKET_PAGE_SIZE": "500",
        "CRYPTOPOCKET_REQUESTS_PER_SECOND": "200",
        "WEBHOOK_PATH": WEBHOOK_PATH,
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "SECRET_KEY": "",
        "FIELD_ENCRYPTION_KEYS": "",
        "SECURE": "false",
        "SECOND_FACTOR_REQUIRED": "false",
        "DEBUG": "false",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(CHECKOUT),
    }


_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "DISPLAY_TIME_ZONE", "COVERAGE_PROCESS_START")
