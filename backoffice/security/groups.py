"""The groups of people, and what each may do: kept up to date by code at every `migrate`."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

_SEE_CUSTOMERS = (
    "customers.view_customer",
    "customers.view_enhancedverification",
    "customers.view_document",
    "customers.view_companyverification",
    "customers.view_kycrefresh",
    "customers.view_delegatedverification",
)
_SEE_PAYMENTS = (
    "payments.view_payment",
    "payments.view_offramp",
    "payments.view_asset",
    "payments.view_paymentmethod",
    "payments.view_prices",
)
_SEE_BANKING = ("banking.view_bankaccount", "banking.view_banktransaction", "banking.view_reconciliation")
_SEE_OWN_WORK = ("operations.view_operation", "operations.view_operationbatch")
"""The operations of the kinds that one may ask for."""
_SEE_WORK = (*_SEE_OWN_WORK, "operations.view_every_operation")
_SEE_APPROVALS = ("operations.view_operationapproval", "operations.view_approvalpolicy")
_SEE_PROVIDER = (
    "contract.view_sighting",
    "health.view_alert",
    "webhooks.view_webhooksubscription",
    "webhooks.view_webhookevent",
)
_READ_EVENTS = ("webhooks.view_event_body",)
_REPLAY = ("webhooks.replay_event",)
_SEE_SYNC = (
    "sync.view_syncrun",
    "sync.view_recordedchange",
    "sync.view_quarantine",
    "sync.view_driftcheck",
    "sync.view_driftfinding",
)

_SEE_CALLS = ("calls.view_providercall",)

_EXPORT = ("audit.export_list",)

GROUPS: dict[str, tuple[str, ...]] = {
    "Compliance": (
        *_EXPORT,
        "audit.export_personal_data",
        *_SEE_CUSTOMERS,
        *_SEE_PAYMENTS,
        *_SEE_WORK,
        *_SEE_SYNC,
        "customers.create_customer_at_provider",
        "customers.register_company",
        "customers.start_delegated_kyc",
        "customers.reveal_company_secrets",
        "customers.refresh_kyc_status",
        "customers.find_at_provider",
        "customers.issue_enhanced_verification",
        "customers.upload_customer_document",
        "customers.view_document_content",
        "customers.request_erasure",
        "customers.see_contact_data",
        "customers.reveal_personal_data",
        "sync.request_sync",
    ),
    "Finance": (
        *_EXPORT,
        "customers.view_customer",
        *_SEE_PAYMENTS,
        *_SEE_BANKING,
        *_SEE_WORK,
        *_SEE_SYNC,
        "payments.create_payment",
        "payments.create_guided_payment",
        "payments.create_off_ramp",
        "payments.reveal_payout_iban",
        "banking.reconcile_payment",
        "banking.reveal_counterparty_iban",
        "sync.request_sync",
    ),
    "Supervisor": (
        *_EXPORT,
        "audit.export_personal_data",
        *_SEE_CUSTOMERS,
        *_SEE_PAYMENTS,
        *_SEE_BANKING,
        *_SEE_WORK,
        *_SEE_SYNC,
        *_SEE_CALLS,
        "calls.view_call_content",
        *_SEE_PROVIDER,
        *_READ_EVENTS,
        *_REPLAY,
        "contract.accept_shape",
        *_SEE_APPROVALS,
        "audit.view_auditrecord",
        "customers.view_document_content",
        "operations.approve_operation",
        "operations.change_approvalpolicy",
        "customers.request_erasure",
        "customers.lift_restriction",
        "retention.view_retentionpolicy",
        "retention.change_retentionpolicy",
        "customers.see_contact_data",
        "customers.reveal_personal_data",
        "payments.reveal_payout_iban",
        "banking.reveal_counterparty_iban",
        "sync.request_sync",
    ),
    "Auditor": (
        *_EXPORT,
        *_SEE_CUSTOMERS,
        *_SEE_PAYMENTS,
        *_SEE_BANKING,
        *_SEE_WORK,
        *_SEE_SYNC,
        *_SEE_CALLS,
        "calls.view_call_content",
        *_SEE_PROVIDER,
        *_READ_EVENTS,
        *_SEE_APPROVALS,
        "audit.view_auditrecord",
        "retention.view_retentionpolicy",
    ),
    "Administrator": (
        *_EXPORT,
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        *_SEE_OWN_WORK,
        *_SEE_SYNC,
        *_SEE_CALLS,
        *_SEE_PROVIDER,
        "webhooks.subscribe",
        *_REPLAY,
        "contract.accept_shape",
        "sync.request_sync",
    ),
}


def grant_permissions(app_config: AppConfig, **_signal: Any) -> None:
    """Give every group exactly its permissions of one app (run by `post_migrate`, once an app)."""
    known = {
        f"{app_config.label}.{permission.codename}": permission
        for permission in Permission.objects.filter(content_type__app_label=app_config.label)
    }
    for name, wanted in GROUPS.items():
        group, _created = Group.objects.get_or_create(name=name)
        of_this_app = group.permissions.filter(content_type__app_label=app_config.label)
        granted = {f"{app_config.label}.{permission.codename}": permission for permission in of_this_app}
        group.permissions.add(*(known[key] for key in wanted if key in known and key not in granted))
        group.permissions.remove(*(granted[key] for key in granted if key not in wanted))
