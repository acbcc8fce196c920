"""Whether what is asked needs approval: the policy in force, read once for everything that is asked together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from backoffice.audit.services import record
from backoffice.operations.fingerprints import fingerprint_of
from backoffice.operations.kinds import OperationKind, Worth, all_kinds
from backoffice.operations.models import ApprovalPolicy, Operation, State
from backoffice.operations.services.permissions import CHANGE_POLICY, check_has

EVERY_KIND = ""

# What is in force until a supervisor says otherwise. A kind that is not in here has a policy that asks for nothing.
_FROM_TEN_THOUSAND = {"amount_from": Decimal(10_000), "active": True}
DEFAULTS: dict[str, dict[str, Any]] = {
    "reconcile_payment": _FROM_TEN_THOUSAND,
    "create_payment": _FROM_TEN_THOUSAND,
    "create_guided_payment": _FROM_TEN_THOUSAND,
    "create_off_ramp": {"amount_from": Decimal(3_000), "active": True},
    "create_customer_delegated_kyc": {"active": True},
    EVERY_KIND: {"batches_larger_than": 50, "active": True},
}


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What the policy asks for: how many approvals, within how many hours, and why, as a sentence."""

    approvals: int
    hours: int
    reason: str


def demand_of(kind: OperationKind, requests: Sequence[Mapping[str, Any]], *, is_batch: bool) -> Demand | None:
    """What the policy in force asks for what is asked together; None where it needs no approval. One query."""
    policies = ApprovalPolicy.objects.filter(kind__in=[kind.name, EVERY_KIND], active=True)
    asking = [(policy, why) for policy in policies if (why := _reason(policy, kind, requests, is_batch=is_batch))]
    if not asking:
        return None
    return Demand(
        approvals=max(policy.approvals for policy, _why in asking),
        hours=min(policy.hours for policy, _why in asking),
        reason=" ".join(why for _policy, why in asking),
    )


def await_approval(operation: Operation, demand: Demand) -> None:
    """Copy the policy in force into an operation that is about to be written, so that a later edit loosens nothing."""
    operation.state = State.AWAITING_APPROVAL
    operation.approvals_needed = demand.approvals
    operation.approval_expires_at = timezone.now() + timedelta(hours=demand.hours)
    operation.approval_reason = demand.reason
    operation.fingerprint = fingerprint_of(operation)


def write_worth(worth: Worth) -> str:
    """An amount with its currency, "10,000.00 EUR"."""
    number = formats.number_format(worth.amount, 2, use_l10n=True, force_grouping=True)
    return f"{number} {worth.currency}"


def condition_of(policy: ApprovalPolicy) -> str:
    """When the policy asks for approval, in words."""
    if policy.amount_from is None and policy.batches_larger_than is None:
        return _("always")
    conditions = []
    if policy.amount_from is not None:
        amount = write_worth(Worth(amount=policy.amount_from, currency=policy.currency))
        conditions.append(_("from %(amount)s") % {"amount": amount})
    if policy.batches_larger_than is not None:
        conditions.append(_("in batches of more than %(count)d") % {"count": policy.batches_larger_than})
    return _(" or ").join(conditions)


def edit_policy(*, policy_id: int, by: AbstractBaseUser, **values: Any) -> bool:
    """Change the columns of a policy and record before and after; return whether anything was changed.

    Raises PermissionDenied, and ValidationError for a policy that guards nothing.
    """
    check_has(CHANGE_POLICY, by)
    with transaction.atomic():
        policy = ApprovalPolicy.objects.select_for_update().get(pk=policy_id)
        before = {name: _as_json(getattr(policy, name)) for name in values}
        for name, value in values.items():
            setattr(policy, name, value)
        policy.full_clean()
        after = {name: _as_json(getattr(policy, name)) for name in values}
        if after == before:
            return False
        policy.save()
        record("policy.changed", subject=policy, by=by, before=before, after=after)
    return True


def _as_json(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


@receiver(post_migrate, dispatch_uid="make_default_policies")
def make_default_policies(app_config: Any, **_signal: Any) -> None:
    """Give every kind its policy, where it has none: what a supervisor has edited is never written over."""
    if app_config.label != ApprovalPolicy._meta.app_label:  # noqa: SLF001 - Django's documented way to ask
        return
    names = {*DEFAULTS, *(kind.name for kind in all_kinds())} - set(
        ApprovalPolicy.objects.values_list("kind", flat=True)
    )
    policies = [ApprovalPolicy(**{"kind": name, "active": False, **DEFAULTS.get(name, {})}) for name in sorted(names)]
    ApprovalPolicy.objects.bulk_create(policies, ignore_conflicts=True)


def _reason(
    policy: ApprovalPolicy, kind: OperationKind, requests: Sequence[Mapping[str, Any]], *, is_batch: bool
) -> str:
    """Why the policy asks for approval, as a sentence; empty where it does not."""
    largest = policy.batches_larger_than
    if largest is not None and is_batch and len(requests) > largest:
        return _("Batches of more than %(largest)d need approval; this one has %(count)d.") % {
            "largest": largest,
            "count": len(requests),
        }
    if policy.amount_from is not None:
        return _reason_by_amount(policy, policy.amount_from, [kind.value(request) for request in requests])
    return "" if largest is not None else _("Every act of this kind needs approval.")


def _reason_by_amount(policy: ApprovalPolicy, amount_from: Decimal, worths: Sequence[Worth | None]) -> str:
    """What is asked together counts together. What cannot be compared needs approval: no rate is kept here."""
    limit = write_worth(Worth(amount=amount_from, currency=policy.currency))
    known = [worth for worth in worths if worth is not None]
    if len(known) < len(worths):
        return _("From %(limit)s it needs approval, and what this is worth is not known.") % {"limit": limit}
    others = sorted({worth.currency for worth in known} - {policy.currency})
    if others:
        return _("From %(limit)s it needs approval; this is in %(others)s, and there is no rate to compare with.") % {
            "limit": limit,
            "others": ", ".join(others),
        }
    total = sum((abs(worth.amount) for worth in known), Decimal(0))
    if total < amount_from:
        return ""
    return _("From %(limit)s it needs approval; this is worth %(total)s.") % {
        "limit": limit,
        "total": write_worth(Worth(amount=total, currency=policy.currency)),
    }
