"""Reading customers' KYC status from the provider because somebody wants to know it now."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.services import record
from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import CryptoPocketError, Refused
from backoffice.provider import get_client
from backoffice.security.restriction import is_restricted
from backoffice.sync.services import refresh_one
from customers.models import Customer, KycRefresh
from customers.sync import RESOURCE_NAME

SOURCE = "asked for"
FAILURES_IN_A_ROW = 5
TAKEN_UP_WITHIN = timedelta(minutes=1)
"""A refresh that is not finished by then is asked for again: a worker that is at it shows so by its lease."""
LEASE = timedelta(minutes=5)
"""Longer than one read may take with all its pauses."""
Outcome = KycRefresh.Outcome


class TooManyChosenError(Exception):
    """More customers than are read at once, or none. Nothing was read; the text is fit to be shown."""


def refresh_kyc_status(
    *, customer: Customer, by: AbstractBaseUser, client: CryptoPocketClient | None = None
) -> "KycRefresh.Outcome":
    """Read how far a customer's verification is and bring the row up to date (`customer` as well).

    Must not run inside a transaction, since it waits for the provider. client: a quick one where a person waits.
    Raises the errors of `backoffice.cryptopocket.errors`; then nothing was changed.
    """
    before = customer.kyc_status
    word = refresh_one(name=RESOURCE_NAME, remote_id=customer.remote_id, source=SOURCE, client=client)
    customer.refresh_from_db()
    outcome = _outcome_of(word, has_changed=customer.kyc_status != before)
    record(
        "kyc.refreshed",
        subject=customer,
        by=by,
        before={"kyc_status": before},
        after={"kyc_status": customer.kyc_status},
        outcome=outcome.value,
    )
    return outcome


def request_kyc_refresh(*, customers: Sequence[Customer], requested_by: AbstractBaseUser) -> KycRefresh:
    """Have a worker read the status of each of the customers; the row says how far it is.

    Raises TooManyChosenError.
    """
    from customers.tasks import refresh_kyc  # noqa: PLC0415 - tasks call services

    limit = most_at_once()
    if not 1 <= len(customers) <= limit:
        raise TooManyChosenError(
            _("Choose between 1 and %(limit)s customers at a time. Nothing was read.") % {"limit": limit}
        )
    with transaction.atomic():
        refresh = KycRefresh.objects.create(
            chosen=[customer.pk for customer in customers], requested_by_id=requested_by.pk
        )
        transaction.on_commit(lambda: refresh_kyc.delay(refresh.pk), robust=True)
    return refresh


def most_at_once() -> int:
    """How many customers may be chosen at a time."""
    limit: int = settings.SYNC_OPEN_READS_PER_RUN
    return limit


def sweep_kyc_refreshes() -> int:
    """Ask again for those whose message, or whose worker, was lost; gives how many."""
    from customers.tasks import refresh_kyc  # noqa: PLC0415 - tasks call services

    lost = KycRefresh.objects.filter(finished_at=None, created_at__lt=timezone.now() - TAKEN_UP_WITHIN)
    keys = list(lost.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        refresh_kyc.apply_async((key,), expires=TAKEN_UP_WITHIN.total_seconds())
    return len(keys)


def run_kyc_refresh(*, refresh_id: int) -> KycRefresh:
    """Read what is still to be read; nothing where another worker is at it.

    A second run of the same goes on where the first one stood.
    """
    refresh = KycRefresh.objects.select_related("requested_by").get(pk=refresh_id)
    if refresh.finished_at is None and cache.add(_lease_of(refresh), 1, LEASE.total_seconds()):
        try:
            _read_what_is_left(refresh)
        finally:
            cache.delete(_lease_of(refresh))
    return refresh


def _read_what_is_left(refresh: KycRefresh) -> None:
    refresh.refresh_from_db(fields=["outcomes", "finished_at"])
    left = [key for key in refresh.chosen if str(key) not in refresh.outcomes]
    customers = Customer.objects.in_bulk(left)
    failures = 0
    for key in left:
        if failures >= FAILURES_IN_A_ROW or refresh.finished_at is not None:
            break
        failures = _read(refresh, customers[key], failures) if key in customers else failures
    refresh.finished_at = refresh.finished_at or timezone.now()
    refresh.save(update_fields=["finished_at", "problem"])


def _read(refresh: KycRefresh, customer: Customer, failures: int) -> int:
    """Read one customer and note what came of it; gives how many reads have failed in a row."""
    cache.touch(_lease_of(refresh), LEASE.total_seconds())
    if is_restricted(customer):
        return _note(refresh, customer, Outcome.LEFT_OUT, failures)
    try:
        outcome = refresh_kyc_status(customer=customer, by=refresh.requested_by, client=get_client())
        failures = 0
    except CryptoPocketError as problem:
        outcome = Outcome.NOT_READ
        # A refusal is about this customer; anything else can be about all of them.
        failures += not isinstance(problem, Refused)
        refresh.problem = str(problem)
    return _note(refresh, customer, outcome, failures)


def _note(refresh: KycRefresh, customer: Customer, outcome: "KycRefresh.Outcome", failures: int) -> int:
    refresh.outcomes[str(customer.pk)] = outcome.value
    refresh.save(update_fields=["outcomes", "problem"])
    return failures


def _lease_of(refresh: KycRefresh) -> str:
    return f"kyc-refresh:{refresh.pk}"


def _outcome_of(word: str, *, has_changed: bool) -> "KycRefresh.Outcome":
    if word == "missing":
        return Outcome.MISSING
    return Outcome.CHANGED if has_changed else Outcome.UNCHANGED
