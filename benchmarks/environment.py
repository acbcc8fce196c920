"""The environment that the processes of a measurement run with."""

import os
from pathlib import Path

from benchmarks import PAGE_SIZE


def product_environment(*, database_url: str, folder: Path) -> dict[str, str]:
    """The variables of a process of the product on that database, with its own folder, and quiet."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "DATABASE_URL": database_url,
        "CACHE_URL": "locmemcache://",
        "VAR_DIR": str(folder),
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
        "SECOND_FACTOR_REQUIRED": "false",
        "CRYPTOPOCKET_ENVIRONMENT": "local",
        "CRYPTOPOCKET_PAGE_SIZE": str(PAGE_SIZE),
        "CRYPTOPOCKET_REQUESTS_PER_SECOND": "10000",
    }
