"""Delegated KYC: a draft that is filled step by step, asked for once, and removed where it leads to nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.services import record
from backoffice.operations.models import Operation, State
from backoffice.retention.services import remove_files_later
from backoffice.security.uploads import RecognisedFile
from customers.captures import digest_of, listed, missing_kinds, seal_of
from customers.models import DelegatedVerification, IdentityCapture
from customers.operations import CreateCustomerDelegatedKyc

from .asking import Asked, ask, refuse_forgotten

CAPTURE_FOLDER = "captures"
DRAFT_KEPT = timedelta(hours=24)
"""How long a draft that nobody touches is kept."""
ENDED_KEPT = timedelta(days=30)
"""How long data and pictures are kept for another try, after an operation that ended without success."""
OPEN_AGAIN = (State.REFUSED, State.CANCELLED, State.NOT_APPROVED)
"""The states after which nothing was done, and the same data can be corrected and asked for again."""


class DelegatedError(Exception):
    """Root of what can be wrong with a draft; its text is fit to be shown."""


class NotOpenError(DelegatedError):
    """It was asked for, or is somebody else's: nothing of it changes any more."""


class IncompleteError(DelegatedError):
    """Pictures are missing. Nothing was asked."""


class ChangedMeanwhileError(DelegatedError):
    """It is not what was looked at any more. Nothing was asked."""


def begin_delegated_verification(
    *, typed: Mapping[str, Any], details: Mapping[str, Any], submission: str, created_by: AbstractBaseUser
) -> DelegatedVerification:
    """A new draft; the same form sent twice gives the first one.

    typed: what was filled in. details: what is to be sent of it (contract 3.3), all JSON.
    """
    verification, _is_new = DelegatedVerification.objects.get_or_create(
        created_by_id=created_by.pk,
        submission=submission,
        defaults={"typed": dict(typed), "details": dict(details)},
    )
    return verification


def change_details(
    *, verification: DelegatedVerification, typed: Mapping[str, Any], details: Mapping[str, Any], by: AbstractBaseUser
) -> None:
    """Replace the data of a draft. Raises NotOpenError."""
    with _open(verification, by) as draft:
        draft.typed, draft.details = dict(typed), dict(details)
        draft.save(update_fields=["typed", "details", "touched_at"])


def keep_capture(
    *,
    verification: DelegatedVerification,
    kind: str,
    file: "File[Any]",
    recognised: RecognisedFile,
    by: AbstractBaseUser,
) -> IdentityCapture:
    """Put a picture into private storage at once, in the place of an earlier one of its kind. Raises NotOpenError."""
    stored = default_storage.save(f"{CAPTURE_FOLDER}/{recognised.name}", file)
    try:
        with _open(verification, by) as draft:
            _remove_files(draft.captures.filter(kind=kind))
            values = {
                "file": stored,
                "media_type": recognised.media_type,
                "size": recognised.size,
                "sha256": recognised.sha256,
                "scan_result": recognised.scan_result,
            }
            capture, _is_new = draft.captures.update_or_create(kind=kind, defaults=values)
            draft.save(update_fields=["touched_at"])
    except BaseException:
        default_storage.delete(stored)
        raise
    return capture


def start_delegated_kyc(
    *, verification: DelegatedVerification, seal: str, submission: str, requested_by: AbstractBaseUser
) -> Asked:
    """Ask the provider to register the customer of a draft.

    seal: `seal_of` what was looked at. submission: the mark of the form that confirmed it.
    Raises PermissionDenied, NotOpenError, IncompleteError, ChangedMeanwhileError.
    """
    captures = list(verification.captures.all())
    missing = missing_kinds(verification.details, captures)
    if missing:
        names = ", ".join(str(kind.label) for kind in missing)
        raise IncompleteError(_("Still missing: %(names)s. Nothing was asked.") % {"names": names})

    def hold(operation: Operation) -> None:
        refuse_forgotten(verification.details["email"])
        with _open(verification, requested_by) as draft:
            if seal_of(draft.details, draft.captures.all()) != seal:
                raise ChangedMeanwhileError(_("It was changed after you looked at it. Look again; nothing was asked."))
            draft.operation = operation
            draft.save(update_fields=["operation", "touched_at"])

    return ask(
        kind=CreateCustomerDelegatedKyc.name,
        request={
            "verification": verification.pk,
            "name": verification.display_name,
            "email": verification.details["email"],
            "details_sha256": digest_of(verification.details),
            "captures": listed(captures),
            "submission": submission,
        },
        requested_by=requested_by,
        before_commit=hold,
    )


def is_open(verification: DelegatedVerification) -> bool:
    """Whether it can still be changed and asked for: a draft, or one whose operation has done nothing."""
    return verification.operation is None or verification.operation.state in OPEN_AGAIN


def discard_delegated_verification(*, verification: DelegatedVerification, by: AbstractBaseUser) -> None:
    """Remove data and pictures that lead to nothing. Raises NotOpenError."""
    with _open(verification, by) as draft:
        _remove(draft, reason="discarded")


def remove_abandoned_drafts() -> int:
    """Remove drafts that nobody has touched for long, and what ended without success long ago; gives how many."""
    return sum(map(_remove_if_abandoned, _abandoned().values_list("pk", flat=True)))


def _abandoned() -> QuerySet[DelegatedVerification]:
    now = timezone.now()
    drafts = Q(operation=None, touched_at__lt=now - DRAFT_KEPT)
    ended = Q(operation__state__in=OPEN_AGAIN, touched_at__lt=now - ENDED_KEPT)
    lately = Q(operation__finished_at__gte=now - ENDED_KEPT)
    return DelegatedVerification.objects.filter(drafts | (ended & ~lately))


def _remove_if_abandoned(key: int) -> bool:
    with transaction.atomic():
        draft = _abandoned().select_for_update(of=("self",)).filter(pk=key).first()
        if draft is None:
            return False
        _remove(draft, reason="abandoned")
    return True


def _remove(draft: DelegatedVerification, *, reason: str) -> None:
    """Remove the row, its pictures, and after the commit their files."""
    _remove_files(draft.captures.all())
    record("delegated_verification.removed", subject=draft, reason=reason, captures=draft.captures.count())
    draft.delete()


def _remove_files(captures: QuerySet[IdentityCapture]) -> None:
    """Have the files removed once the transaction at hand is committed."""
    remove_files_later(list(captures.values_list("file", flat=True)))


@contextmanager
def _open(verification: DelegatedVerification, by: AbstractBaseUser) -> Iterator[DelegatedVerification]:
    """The row as it stands, locked, in a transaction. Raises NotOpenError unless it is this person's and open."""
    with transaction.atomic():
        rows = DelegatedVerification.objects.select_for_update(of=("self",)).select_related("operation")
        draft = rows.filter(pk=verification.pk, created_by_id=by.pk).first()
        if draft is None or not is_open(draft):
            raise NotOpenError(_("It was asked for, or is not yours: it cannot be changed. Nothing was changed."))
        yield draft
