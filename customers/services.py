"""What can be done about customers. Each verb writes down an operation; a worker does it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage

from backoffice.cryptopocket.errors import NotFound
from backoffice.operations.errors import AlreadyRequested
from backoffice.operations.kinds import get_kind
from backoffice.operations.models import Operation, OperationBatch
from backoffice.operations.services import request_batch, request_operation
from backoffice.provider import get_client
from backoffice.security.uploads import RecognisedFile
from backoffice.sync.services import mirror_item

from .models import Customer, Document
from .operations import CreateCustomer, CreateEnhancedVerificationLink, UploadCustomerDocument
from .queries import documents_like, find_by_email, operation_of_submission
from .sync import RESOURCE_NAME

DOCUMENT_FOLDER = "customers"
READ_BY_EMAIL = "by e-mail"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The operation that holds a wish; `is_new` is False where it was asked for before and nothing was added."""

    operation: Operation
    is_new: bool


class KnownDocumentError(Exception):
    """The same content was handed in for the same customer before: `documents`, newest first."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = list(documents)
        super().__init__("The same file was handed in for this customer before.")


def register_customer(*, person: Mapping[str, Any], submission: str, requested_by: AbstractBaseUser) -> Asked:
    """Ask the provider to register a person.

    person: the fields of contract 3.2 that are known, all JSON (`CreateCustomerForm.to_request`). submission: the
    form's mark; the same form sent twice gives the first operation.
    Raises PermissionDenied.
    """
    return _ask(
        kind=CreateCustomer.name, request={**person, "submission": submission}, requested_by=requested_by, subject=None
    )


def issue_enhanced_verification(
    *, customer: Customer, days: int, submission: str, requested_by: AbstractBaseUser
) -> Asked:
    """Ask for an enhanced verification link that is good for 1 to 365 days. Raises PermissionDenied."""
    return _ask(
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


def upload_document(
    *,
    customer: Customer,
    document_type: str,
    file: "File[Any]",
    recognised: RecognisedFile,
    submission: str,
    send_again: bool = False,
    requested_by: AbstractBaseUser,
) -> Asked:
    """Store the file privately under its generated name, and ask the provider to take it.

    The row of the document and the operation are one transaction; the file of a wish that was not kept is removed.
    Raises PermissionDenied, and KnownDocumentError unless `send_again` says that it is meant.
    """
    kind = UploadCustomerDocument.name
    request = _document_request(customer, document_type=document_type, recognised=recognised, submission=submission)
    # Looked up before the earlier wish: a click of the same moment that is seen here is then found there as well.
    known = list(documents_like(customer=customer, sha256=recognised.sha256))
    earlier = _earlier(kind=kind, request=request, requested_by=requested_by)
    if earlier is not None:
        return Asked(operation=earlier, is_new=False)
    if known and not send_again:
        raise KnownDocumentError(known)
    stored = default_storage.save(f"{DOCUMENT_FOLDER}/{recognised.name}", file)

    def keep_row(operation: Operation) -> None:
        Document.objects.create(
            customer=customer,
            operation=operation,
            type=document_type,
            file=stored,
            media_type=recognised.media_type,
            size=recognised.size,
            sha256=recognised.sha256,
            uploaded_by_id=requested_by.pk,
        )

    return _ask_or_remove(
        stored, kind=kind, request=request, requested_by=requested_by, subject=customer, keep=keep_row
    )


def fetch_customer_by_email(*, email: str) -> Customer | None:
    """The customer of that e-mail: from the mirror, else read from the provider and mirrored; None where it has none.

    Raises the errors of `backoffice.cryptopocket.errors`.
    """
    mirrored = find_by_email(email)
    if mirrored is not None:
        return mirrored
    try:
        item = get_client().find_user(email=email)
    except NotFound:
        return None
    mirror_item(name=RESOURCE_NAME, payload=item.payload, read_at=item.read_at, source=READ_BY_EMAIL)
    return Customer.objects.get(remote_id=item.parse().id)


def _ask(
    *,
    kind: str,
    request: dict[str, Any],
    requested_by: AbstractBaseUser,
    subject: Customer | None,
    before_commit: Callable[[Operation], None] | None = None,
) -> Asked:
    """A new operation, or the one that holds the same wish or came from the same form."""
    earlier = _earlier(kind=kind, request=request, requested_by=requested_by)
    if earlier is not None:
        return Asked(operation=earlier, is_new=False)
    try:
        operation = request_operation(
            kind=kind, request=request, requested_by=requested_by, subject=subject, before_commit=before_commit
        )
    except AlreadyRequested as same:
        return Asked(operation=same.operation, is_new=False)
    return Asked(operation=operation, is_new=True)


def _ask_or_remove(
    stored: str,
    *,
    kind: str,
    request: dict[str, Any],
    requested_by: AbstractBaseUser,
    subject: Customer,
    keep: Callable[[Operation], None],
) -> Asked:
    """Ask, and remove the stored file unless a new operation holds it."""
    is_held = False
    try:
        asked = _ask(kind=kind, request=request, requested_by=requested_by, subject=subject, before_commit=keep)
        is_held = asked.is_new
    finally:
        if not is_held:
            default_storage.delete(stored)
    return asked


def _earlier(*, kind: str, request: dict[str, Any], requested_by: AbstractBaseUser) -> Operation | None:
    return operation_of_submission(
        submission=request["submission"],
        kind=kind,
        requested_by=requested_by,
        dedupe_key=get_kind(kind).dedupe_key(request),
    )


def _link_request(customer: Customer, *, days: int, submission: str) -> dict[str, Any]:
    return {
        "user_id": customer.remote_id,
        "customer": customer.display_name,
        "days": days,
        "submission": submission,
    }


def _document_request(
    customer: Customer, *, document_type: str, recognised: RecognisedFile, submission: str
) -> dict[str, Any]:
    return {
        "user_id": customer.remote_id,
        "customer": customer.display_name,
        "type": document_type,
        "sha256": recognised.sha256,
        "size": recognised.size,
        "submission": submission,
    }
