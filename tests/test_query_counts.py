"""How many queries each page makes: baselines, so that a page that grows is noticed where it happens.

A change on purpose changes the number here; none may be above `MOST`.
"""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.calls.recording import call_log
from backoffice.sandbox import Sandbox
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from backoffice.sync.services import sync_resource

MOST = 15
BASELINES = {
    "audit_auditrecord list": 7,
    "audit_auditrecord page": 4,
    "auth_group list": 4,
    "auth_group page": 5,
    "auth_user list": 6,
    "auth_user page": 7,
    "banking_bankaccount list": 5,
    "banking_bankaccount page": 8,
    "banking_banktransaction list": 5,
    "banking_banktransaction page": 9,
    "banking_reconciliation list": 4,
    "customers_companyverification list": 4,
    "customers_customer list": 5,
    "customers_customer page": 15,
    "customers_delegatedverification list": 4,
    "customers_document list": 4,
    "customers_enhancedverification list": 4,
    "customers_kycrefresh list": 4,
    "front page": 7,
    "operations_approvalpolicy list": 4,
    "operations_approvalpolicy page": 4,
    "operations_operation list": 5,
    "operations_operationapproval list": 4,
    "operations_operationbatch list": 4,
    "payments_asset list": 5,
    "payments_asset page": 7,
    "payments_offramp list": 5,
    "payments_offramp page": 8,
    "payments_payment list": 5,
    "payments_payment page": 10,
    "payments_paymentmethod list": 5,
    "payments_paymentmethod page": 7,
    "retention_retentionpolicy list": 4,
    "retention_retentionpolicy page": 4,
    "calls_providercall list": 4,
    "calls_providercall page": 3,
    "contract_sighting list": 4,
    "health_alert list": 4,
    "sync page": 7,
    "sync page of payments": 8,
    "sync_driftcheck list": 4,
    "sync_driftfinding list": 4,
    "sync_quarantine list": 4,
    "sync_recordedchange list": 4,
    "sync_syncrun list": 4,
    "sync_syncrun page": 6,
    "webhooks_webhookevent list": 5,
    "webhooks_webhooksubscription list": 4,
}


@pytest.fixture
def filled(db: None, start_provider: Callable[..., Sandbox]) -> None:
    """A mirror with some of everything."""
    start_provider(customers=30, payments=60, offramps=20, bank_transactions=60)
    for resource in all_resources():
        sync_resource(name=resource.name, mode=SyncRun.Mode.FULL)
    call_log.write(inside_a_transaction=True)


def _addresses() -> dict[str, str]:
    addresses = {
        "front page": reverse("admin:index"),
        "sync page": reverse("admin:sync_overview"),
        "sync page of payments": reverse("admin:sync_resource", args=["payments"]),
    }
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        addresses[f"{name} list"] = reverse(f"admin:{name}_changelist")
        row = model._default_manager.first()
        if row is not None:
            addresses[f"{name} page"] = reverse(f"admin:{name}_change", args=[row.pk])
    return addresses


def _count_queries(client: Client, address: str) -> int:
    # The first visit fills caches of the process, whose state depends on the tests before.
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.usefixtures("filled")
def test_every_page_makes_as_many_queries_as_it_is_known_to(client: Client, ada: User) -> None:
    client.force_login(ada)
    counts = {name: _count_queries(client, address) for name, address in _addresses().items()}
    assert {name: count for name, count in counts.items() if count > MOST} == {}
    assert counts == BASELINES


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("person", ["clara", "felix", "sofia", "aurelio"])
def test_the_front_page_of_each_group_stays_within_the_limit(
    client: Client, person: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(person))
    assert _count_queries(client, reverse("admin:index")) <= MOST
