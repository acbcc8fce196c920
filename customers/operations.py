"""What we ask of the provider about customers: register one, issue a verification link, upload a document."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from django.core.files.storage import default_storage
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.errors import NotFound
from backoffice.cryptopocket.outgoing import make_data_uri
from backoffice.cryptopocket.resources import EnhancedVerificationResource
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import CannotTell, Done, Label, NotDone, OperationKind, ReadBack
from backoffice.operations.models import Operation
from backoffice.sync.models import SyncRun
from backoffice.sync.services import mirror_item, request_sync

from .models import Customer, Document, EnhancedVerification
from .sync import RESOURCE_NAME, parse_list_item

SOURCE = "operation"


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came, and when its request began."""

    payload: dict[str, Any]
    read_at: datetime

    def __repr__(self) -> str:
        """Only that it is one: the payload is personal data."""
        return "<Received>"


class CreateCustomer(OperationKind):
    """Registers a person (contract 3.2). Read back by e-mail (contract 3.8), which is unique at the provider.

    request: the fields of `registerUser` that were filled in, by their names in the contract, and `submission`.
    """

    name = "create_customer"
    label = _("Register a customer")
    permission = "customers.create_customer_at_provider"
    can_read_back = True
    answer_type = Received

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The e-mail address, hashed: keys are shown in the database's own messages."""
        return hashlib.sha256(request["email"].strip().casefold().encode()).hexdigest()

    def send(self, operation: Operation, client: CryptoPocketClient) -> Received:
        """Register the person."""
        details: dict[str, Any] = {key: value for key, value in operation.request.items() if key != "submission"}
        if "dob" in details:
            details["dob"] = date.fromisoformat(details["dob"])
        item = client.create_customer(**details)
        return Received(payload=item.payload, read_at=item.read_at)

    def apply(self, operation: Operation, answer: Received) -> dict[str, Any]:
        """Mirror the customer at once, with the link to the KYC form; the list soon says the rest."""
        mirror_item(name=RESOURCE_NAME, payload=answer.payload, read_at=answer.read_at, source=SOURCE)
        request_sync(name=RESOURCE_NAME, mode=SyncRun.Mode.HEAD)
        remote_id = parse_list_item(answer.payload, "").remote_id
        customer = Customer.objects.get(remote_id=remote_id)
        operation.set_subject(customer)
        return {"customer_id": customer.remote_id}

    def read_back(self, operation: Operation, client: CryptoPocketClient) -> ReadBack:
        """Look for the customer by e-mail; one that we knew before this was asked is not the outcome of it."""
        try:
            item = client.find_user(email=operation.request["email"])
        except NotFound:
            return NotDone()
        if Customer.objects.filter(remote_id=item.parse().id, first_seen_at__lt=operation.created_at).exists():
            return CannotTell(
                reason=gettext(
                    "The provider has a customer with this e-mail, but we knew that customer before this was asked. "
                    "Most likely nothing new was registered: leave it, and use the customer in the list."
                )
            )
        return Done(answer=Received(payload=item.payload, read_at=item.read_at))

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who is to be registered; of the rest only what else was given, not what it says."""
        request = operation.request
        full_name = " ".join(request[key] for key in ("name", "last_name", "last_name2") if request.get(key))
        identification = " ".join(
            request[key] for key in ("identification_type", "identification_number") if request.get(key)
        )
        shown: list[tuple[Label, Any]] = [
            (_("Name"), full_name),
            (_("E-mail"), request["email"]),
            (_("Country"), request.get("country", "")),
            (_("Identification"), identification),
            (_("Also sent"), ", ".join(sorted(set(request) - _SHOWN_FIELDS))),
        ]
        return [(label, value) for label, value in shown if value]

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer's page, or the way to the customer who has the e-mail already."""
        if operation.subject_id:
            return [(_("The customer"), reverse("admin:customers_customer_change", args=[operation.subject_id]))]
        if operation.error_code == "user_already_exists":
            address = reverse("admin:customers_customer_same-email")
            return [(_("The customer who has this e-mail"), f"{address}?operation={operation.pk}")]
        return []


_SHOWN_FIELDS = frozenset(
    (
        "name",
        "last_name",
        "last_name2",
        "email",
        "country",
        "country_code",
        "identification_type",
        "identification_number",
        "submission",
    )
)


class CreateEnhancedVerificationLink(OperationKind):
    """Issues an enhanced verification link (contract 3.6), which nothing reads back: after a lost answer people decide.

    request: `user_id` (the customer's id at the provider), `customer` (the name, for people), `days`, `submission`.
    """

    name = "create_enhanced_verification_link"
    label = _("Issue an enhanced verification link")
    permission = "customers.issue_enhanced_verification"
    answer_type = EnhancedVerificationResource

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """One link at a time for a customer."""
        return str(request["user_id"])

    def send(self, operation: Operation, client: CryptoPocketClient) -> EnhancedVerificationResource:
        """Ask for the link."""
        item = client.create_enhanced_verification_link(
            user_id=operation.request["user_id"], expires_in_days=operation.request["days"]
        )
        return item.parse()

    def apply(self, operation: Operation, answer: EnhancedVerificationResource) -> dict[str, Any]:
        """Keep the link, encrypted: the provider shows it only this once."""
        issued = EnhancedVerification.objects.create(
            customer=Customer.objects.get(remote_id=operation.request["user_id"]),
            operation=operation,
            form_id=answer.form_id,
            status=answer.status or "",
            link=answer.link,
            expires_at=answer.expires_at or None,
        )
        return {"enhanced_verification": issued.pk}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """For whom, and for how long."""
        days = operation.request["days"]
        length = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
        return [(_("Customer"), operation.request["customer"]), (_("Valid for"), length)]

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """The customer, and the link once there is one."""
        found: list[tuple[Label, str]] = _link_to_subject(operation)
        issued = (operation.answer or {}).get("enhanced_verification")
        if issued:
            address = reverse("admin:customers_enhancedverification_change", args=[issued])
            found.append((_("The verification link"), address))
        return found


class UploadCustomerDocument(OperationKind):
    """Uploads a document (contract 3.7). Nothing lists documents: after a lost answer a person decides.

    request: `user_id`, `customer` (the name, for people), `type`, `sha256`, `size` in bytes, `submission`. The
    content stays in private storage, in the `Document` that points to the operation.
    """

    name = "upload_customer_document"
    label = _("Upload a document")
    permission = "customers.upload_customer_document"
    answer_type = Received

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """The same content, as the same type, for the same customer."""
        return f"{request['user_id']} {request['type']} {request['sha256']}"

    def prepare(self, operation: Operation) -> None:
        """Check that the file is still the one that was chosen. Raises CannotBeSent."""
        document = Document.objects.get(operation=operation)
        if not default_storage.exists(str(document.file.name)):
            raise CannotBeSent(_("The file is no longer in our storage. Upload it again."))
        if hashlib.sha256(_read_content(document)).hexdigest() != document.sha256:
            raise CannotBeSent(_("The file in our storage is not the one that was uploaded. Upload it again."))

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
        found: list[tuple[Label, str]] = _link_to_subject(operation)
        taken = (operation.answer or {}).get("document")
        if taken:
            found.append((_("The document"), reverse("admin:customers_document_change", args=[taken])))
        return found


def _link_to_subject(operation: Operation) -> list[tuple[Label, str]]:
    return [(_("The customer"), reverse("admin:customers_customer_change", args=[operation.subject_id]))]


def _read_content(document: Document) -> bytes:
    with document.file.open("rb") as file:
        content: bytes = file.read()
    return content


KINDS: tuple[OperationKind, ...] = (CreateCustomer(), CreateEnhancedVerificationLink(), UploadCustomerDocument())
