"""Asking the provider for events: one operation a type, many types at once as a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from backoffice.operations.models import OperationBatch
from backoffice.operations.services import request_batch
from backoffice.operations.services.asking import Asked, ask, operation_of_submission
from backoffice.webhooks.operations import KIND_NAMES, ChangeWebhookUrl, SubscribeWebhook
from backoffice.webhooks.public_address import check_address


@dataclass(frozen=True, kw_only=True)
class AskedMany:
    """The batch that holds the wishes."""

    batch: OperationBatch


def subscribe(
    *, event_types: Sequence[str], url: str, submission: str, requested_by: AbstractBaseUser
) -> Asked | AskedMany:
    """Ask for events of these types to be sent to the address. A form that is sent twice: see `asked_before`.

    event_types: one at least. Raises PermissionDenied, AddressNotUsable.
    """
    return _ask(SubscribeWebhook.name, event_types, url=url, submission=submission, requested_by=requested_by)


def change_url(
    *, event_types: Sequence[str], url: str, submission: str, requested_by: AbstractBaseUser
) -> Asked | AskedMany:
    """Ask for subscribed types to be sent to this address from now on; as `subscribe`."""
    return _ask(ChangeWebhookUrl.name, event_types, url=url, submission=submission, requested_by=requested_by)


def _ask(
    kind: str, event_types: Sequence[str], *, url: str, submission: str, requested_by: AbstractBaseUser
) -> Asked | AskedMany:
    check_address(url)
    requests: list[Mapping[str, str]] = [
        {"event_type": event_type, "url": url, "submission": submission} for event_type in event_types
    ]
    if len(requests) == 1:
        return ask(kind=kind, request=requests[0], requested_by=requested_by)
    return AskedMany(batch=request_batch(kind=kind, requests=requests, requested_by=requested_by))


def asked_before(*, submission: str, requested_by: AbstractBaseUser) -> Asked | AskedMany | None:
    """What this very form asked for before; None where it is new."""
    for kind in KIND_NAMES if submission else ():
        earlier = operation_of_submission(submission=submission, kind=kind, requested_by=requested_by)
        if earlier is not None and earlier.batch is not None:
            return AskedMany(batch=earlier.batch)
        if earlier is not None:
            return Asked(operation=earlier, is_new=False)
    return None
