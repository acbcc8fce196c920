"""Uploading a document to the provider."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.outgoing import make_data_uri
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import Label, OperationKind
from backoffice.operations.models import Operation
from backoffice.security.stored_files import StoredFileError, read_stored
from customers.models import Document

from .shared import Received, link_to_subject


class UploadCustomerDocument(OperationKind):
    """Uploads a document (contract 3.7). Nothing lists documents: after a lost answer a person decides.

    request: `user_id`, `customer` (the name, for people), `type`, `sha256`, `size` in bytes, `submission`. The
    content stays in private storage, in the `Document` that points to the operation.
    """

    name = "upload_customer_document"
    label = _("Upload a document")
    permission = "customers.upload_customer_document"
    is_slow = True
    answer_type = Received

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The same content, as the same type, for the same customer."""
        return f"{request['user_id']} {request['type']} {request['sha256']}"

    def reference(self, request: Mapping[str, Any]) -> str:
        """The customer's id at the provider."""
        return str(request["user_id"])

    def prepare(self, operation: Operation) -> None:
        """Check that the file is still the one that was chosen. Raises CannotBeSent."""
        document = Document.objects.get(operation=operation)
        try:
            _read_content(document)
        except StoredFileError as problem:
            raise CannotBeSent(_("%(problem)s Upload it again.") % {"problem": problem}) from None

    def send(self, operation: Operation, client: CryptoPocketClient) -> Received:
        """Send the content as a data URI."""
        document = Document.objects.get(operation=operation)
        item = client.upload_customer_document(
            user_id=operation.request["user_id"],
            document_type=operation.request["type"],
            file=make_data_uri(_read_content(document), media_type=document.media_type),
        )
        return Received(payload=item.payload, read_at=item.read_at)

    def apply(self, operation: Operation, answer: Received) -> dict[str, Any]:
        """Note when the provider took it: nothing else will ever say so."""
        document = Document.objects.get(operation=operation)
        document.sent_at = timezone.now()
        document.save(update_fields=["sent_at"])
        return {"document": document.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """What is sent, and for whom."""
        request = operation.request
        return [
            (_("Customer"), request["customer"]),
            (_("Type"), Document.Type(request["type"]).label),
            (_("Size"), filesizeformat(request["size"])),
            ("SHA-256", request["sha256"]),
        ]

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, and the document once it was taken."""
        found: list[tuple[Label, str]] = link_to_subject(operation)
        taken = (operation.answer or {}).get("document")
        if taken:
            found.append((_("The document"), reverse("admin:customers_document_change", args=[taken])))
        return found


def _read_content(document: Document) -> bytes:
    return read_stored(str(document.file.name), sha256=document.sha256)
