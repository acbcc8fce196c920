"""The list and the pages of documents."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import ObjectView, ReadOnlyAdmin, column
from backoffice.face.badges import link_to, moment, status_badge
from backoffice.operations.models import State
from customers.filters import DocumentFilterSet
from customers.models import Document
from customers.tables import digest_to_copy, file_size, scan_badge
from customers.views.documents import download_document, preview_document, show_content

CONTENT_PERMISSION = "customers.view_document_content"


def _has_content(document: Document) -> bool:
    return document.purged_at is None


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The documents that were handed in: the only record of what the provider was given."""

    filterset_class = DocumentFilterSet
    list_display = ("__str__", "customer_link", "sent", "readable_size", "uploaded_by", "created")
    list_select_related = ("customer", "operation", "uploaded_by")
    page_select_related = ("customer", "operation", "uploaded_by")
    export_columns = (
        "pk",
        "customer__remote_id",
        "customer__email",
        "type",
        "media_type",
        "size",
        "sha256",
        "scan_result",
        "uploaded_by__username",
        "created_at",
        "sent_at",
        "operation__state",
        "operation",
    )
    search_fields = ("customer__email", "customer__name", "customer__last_name", "customer__company_name", "=sha256")
    search_placeholder = _("Customer's e-mail or name, SHA-256")
    search_placeholder_when_masked = _("Customer's name, SHA-256")
    empty_list_text = _("No documents yet. Upload one on a customer's page.")
    fieldsets = (
        (
            _("Document"),
            {
                "fields": (
                    "customer",
                    "type",
                    "media_type",
                    "readable_size",
                    "sha256_to_copy",
                    "scan_badge",
                    "uploaded_by",
                    "created_at",
                )
            },
        ),
        (_("Sending"), {"fields": ("sent", "sent_at", "operation")}),
    )
    object_views = (
        ObjectView(
            name="preview",
            label=_("Look at it"),
            permission=CONTENT_PERMISSION,
            view=preview_document,
            tone="primary",
            shown_for=_has_content,
        ),
        ObjectView(
            name="download",
            label=_("Download"),
            permission=CONTENT_PERMISSION,
            view=download_document,
            shown_for=_has_content,
        ),
        ObjectView(
            name="content",
            label=_("The document itself"),
            permission=CONTENT_PERMISSION,
            view=show_content,
            has_button=False,
        ),
    )

    @column(_("customer"), ordering="customer__last_name")
    def customer_link(self, document: Document) -> SafeString:
        """For whom."""
        return link_to(document.customer)

    @column(_("sending"), ordering="sent_at")
    def sent(self, document: Document) -> SafeString:
        """Where its operation stands."""
        return status_badge(document.operation.state if document.operation else "", choices=State)

    @column(_("size"), ordering="size", numeric=True)
    def readable_size(self, document: Document) -> str:
        """How large the file is."""
        return file_size(document.size)

    @column(_("uploaded"), ordering="created_at")
    def created(self, document: Document) -> SafeString:
        """When it was handed in."""
        return moment(document.created_at)

    @column(_("malware scan"))
    def scan_badge(self, document: Document) -> SafeString:
        """What a scanner said when it was handed in."""
        return scan_badge(document.scan_result)

    @column("SHA-256")
    def sha256_to_copy(self, document: Document) -> SafeString | str:
        """The fingerprint of the content, to compare with."""
        return digest_to_copy(document)
