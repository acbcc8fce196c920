"""A provider to call, and the log of what was called."""

from collections.abc import Callable

import pytest

from backoffice.calls.models import ProviderCall
from backoffice.calls.recording import call_log


@pytest.fixture
def noted(db: None) -> Callable[[], list[ProviderCall]]:
    """Everything that was called so far, in order, as it is kept: written even inside the test's own transaction."""

    def read() -> list[ProviderCall]:
        call_log.write(inside_a_transaction=True)
        return list(ProviderCall.objects.order_by("at", "pk"))

    return read
