"""Handing in documents."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage

from backoffice.operations.models import Operation
from backoffice.security.uploads import RecognisedFile
from customers.models import Customer, Document
from customers.operations import UploadCustomerDocument
from customers.queries import documents_like

from .asking import Asked, ask, find_earlier

DOCUMENT_FOLDER = "customers"


class KnownDocumentError(Exception):
    """The same content was handed in for the same customer before: `documents`, newest first."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = list(documents)
        super().__init__("The same file was handed in for this customer before.")


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
    earlier = find_earlier(kind=kind, request=request, requested_by=requested_by)
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
            scan_result=recognised.scan_result,
            uploaded_by_id=requested_by.pk,
        )

    return _ask_or_remove(
        stored, kind=kind, request=request, requested_by=requested_by, subject=customer, keep=keep_row
    )


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
        asked = ask(kind=kind, request=request, requested_by=requested_by, subject=subject, before_commit=keep)
        is_held = asked.is_new
    finally:
        if not is_held:
            default_storage.delete(stored)
    return asked


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
