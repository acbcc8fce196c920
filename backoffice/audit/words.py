"""The words for what is in the audit record: actions and kinds of objects, as people call them."""

from typing import Any

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# Whatever is not in here is shown as it was written.
ACTIONS: dict[str, Any] = {
    "sign_in.succeeded": _("Signed in"),
    "sign_in.failed": _("Sign-in failed"),
    "sign_in.refused": _("Sign-in refused"),
    "sign_in.confirmed": _("Confirmed who they are"),
    "sign_in.ended": _("Signed out"),
    "session.ended": _("Session ended"),
    "second_factor.added": _("Second factor set up"),
    "second_factor.removed": _("Second factor removed"),
    "second_factor.reset": _("Second factor reset"),
    "second_factor.used": _("Second factor used"),
    "second_factor.refused": _("Second factor refused"),
    "recovery_codes.made": _("Recovery codes made"),
    "recovery_code.used": _("Recovery code used"),
    "password.changed": _("Password changed"),
    "password.set": _("Password set for somebody"),
    "person.added": _("Person added"),
    "person.changed": _("Person changed"),
    "person.removed": _("Person removed"),
    "person.groups_changed": _("Groups of a person changed"),
    "person.permissions_changed": _("Permissions of a person changed"),
    "group.added": _("Group added"),
    "group.changed": _("Group changed"),
    "group.removed": _("Group removed"),
    "group.permissions_changed": _("Permissions of a group changed"),
    "operation.requested": _("Operation asked for"),
    "operation.awaiting_approval": _("Operation awaits approval"),
    "operation.approved": _("Operation approved"),
    "operation.approval_refused": _("Approval refused"),
    "operation.not_approved": _("Operation ended without approval"),
    "operation.queued": _("Operation queued"),
    "operation.sending": _("Operation taken up"),
    "operation.sent": _("Sent to the provider"),
    "operation.succeeded": _("Operation succeeded"),
    "operation.refused": _("Operation refused"),
    "operation.unknown": _("Operation's outcome unknown"),
    "operation.cancelled": _("Operation cancelled"),
    "operation.abandoned": _("Operation given up"),
    "operation.noted": _("Note on an operation"),
    "policy.changed": _("Approval policy changed"),
    "shape.noted": _("Took note of what is new in answers"),
    "sync.requested": _("Sync asked for"),
    "sync.ended": _("Sync ended"),
    "drift_check.requested": _("Drift check asked for"),
    "drift_check.ended": _("Drift check ended"),
    "field.revealed": _("Field revealed"),
    "document.viewed": _("Document viewed"),
    "capture.viewed": _("Capture viewed"),
    "upload.infected": _("Infected file refused"),
    "document.downloaded": _("Document downloaded"),
    "list.exported": _("List exported"),
    "list.export_ended": _("Export ended"),
    "customer.looked_up": _("Customer looked for at the provider"),
    "customer.restricted": _("Customer's data restricted"),
    "customer.restriction_lifted": _("Restriction of a customer's data lifted"),
    "delegated_verification.removed": _("Draft of a delegated KYC removed"),
    "call.content_viewed": _("Request and answer of a call viewed"),
    "data.purged": _("Data purged"),
    "retention_period.changed": _("Retention period changed"),
    "webhook.live_check_requested": _("Live check of our address asked for"),
    "webhook_event.replayed": _("Webhook event replayed"),
    "kyc.refreshed": _("KYC status read at the provider"),
}


def label_of_action(action: str) -> Any:
    """What happened, in words; as it was written where there are none."""
    return ACTIONS.get(action, action)


def label_of_model(name: str) -> str:
    """What people call objects of "customers.customer"; the name itself where the model is gone."""
    try:
        return capfirst(str(apps.get_model(name)._meta.verbose_name))  # noqa: SLF001 - Django's documented way to ask
    except (LookupError, ValueError):
        return name
