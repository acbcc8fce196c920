"""What the tests of the audit record look at."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.audit.models import AuditRecord
from backoffice.operations import services
from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from tests.operations import kinds


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds.register_kinds()
    kinds.RELEASED.clear()
    monkeypatch.setenv("INSIDE_A_TEST_TRANSACTION", "yes")


@pytest.fixture
def asked(sandbox: Sandbox, clara: User) -> Operation:
    """Clara asked for Marta Ruiz to be registered."""
    return services.request_operation(
        kind="test_register", request={"name": "Marta", "email": "marta@example.org"}, requested_by=clara
    )


def newest(action: str) -> AuditRecord:
    """The newest record of that action."""
    return AuditRecord.objects.filter(action=action)[0]


def actions_about(**subject: Any) -> list[str]:
    """What was recorded about it, oldest first."""
    return list(AuditRecord.objects.filter(**subject).order_by("pk").values_list("action", flat=True))
