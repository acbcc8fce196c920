"""Whether people who wait for something have to be told that nothing works on it."""

from typing import Any

from backoffice.operations import queries


def worker_context(*, is_needed: bool) -> dict[str, Any]:
    """Whether to say that no worker runs; not asked where none is needed."""
    is_missing = is_needed and not queries.is_worker_alive()
    return {"worker_is_missing": is_missing, "worker_seen_at": queries.worker_seen_at() if is_missing else None}
