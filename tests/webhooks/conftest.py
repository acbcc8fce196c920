"""What the stories about the inbox start from: a payment that moved on at the provider, unseen by the mirror."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from backoffice.webhooks import pacing
from payments.models import Payment


@pytest.fixture
def payment(sandbox: Sandbox) -> Payment:
    """A payment that was mirrored as `started`, and whose coins the provider has sent since."""
    row = sandbox.control.add_payment(status="started")
    assert sync_resource(name="payments", mode="full").state == "succeeded"
    sandbox.control.change_payment(row["id"], status="coins_sent")
    return Payment.objects.get(remote_id=row["id"])


@pytest.fixture
def reads(sandbox: Sandbox, payment: Payment) -> Callable[[], int]:
    """Counts the calls with which single payments were read since the payment moved on."""

    before = sandbox.control.calls("getPayment")

    def count() -> int:
        return sandbox.control.calls("getPayment") - before

    return count


@pytest.fixture
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed is due again at once, and an object may be read again at once."""
    monkeypatch.setattr(pacing, "_PAUSES", (0,) * len(pacing._PAUSES))
    monkeypatch.setattr(pacing, "SPACING", timedelta(0))
