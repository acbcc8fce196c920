"""Issuing enhanced verification links."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from backoffice.operations.models import OperationBatch
from backoffice.operations.services import request_batch
from backoffice.operations.services.asking import operation_of_submission
from customers.models import Customer
from customers.operations import CreateEnhancedVerificationLink

from .asking import Asked, ask


def issue_enhanced_verification(
    *, customer: Customer, days: int, submission: str, requested_by: AbstractBaseUser
) -> Asked:
    """Ask for an enhanced verification link that is good for 1 to 365 days. Raises PermissionDenied."""
    return ask(
        kind=CreateEnhancedVerificationLink.name,
        request=_link_request(customer, days=days, submission=submission),
        requested_by=requested_by,
        subject=customer,
    )


def issue_enhanced_verifications(
    *, customers: Sequence[Customer], days: int, submission: str, requested_by: AbstractBaseUser
) -> OperationBatch:
    """Ask for a link for each of the customers; the same form sent twice gives the first batch.

    Raises PermissionDenied, BatchTooLarge.
    """
    kind = CreateEnhancedVerificationLink.name
    earlier = operation_of_submission(submission=submission, kind=kind, requested_by=requested_by)
    if earlier is not None and earlier.batch is not None:
        return earlier.batch
    requests = [_link_request(customer, days=days, submission=submission) for customer in customers]
    return request_batch(kind=kind, requests=requests, subjects=customers, requested_by=requested_by)


def _link_request(customer: Customer, *, days: int, submission: str) -> dict[str, Any]:
    return {
        "user_id": customer.remote_id,
        "customer": customer.display_name,
        "days": days,
        "submission": submission,
    }
