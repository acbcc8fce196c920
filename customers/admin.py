"""The lists and pages of customers, their verification links and their documents."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import ListView, MirrorAdmin, ObjectView, QuickFilter, ReadOnlyAdmin, RelatedTable, column
from backoffice.face.badges import copyable, link_to, moment, status_badge
from backoffice.operations.models import State

from . import tables
from .filters import CustomerFilterSet, DocumentFilterSet, EnhancedVerificationFilterSet
from .models import Customer, Document, EnhancedVerification
from .panels import panels_of
from .sync import RESOURCE_NAME
from .tables import file_size, link_state
from .views.documents import download_document, upload_document
from .views.registering import correct_registration, register_customer, show_customer_of_email
from .views.verification import confirm_links, issue_link, issue_links


@admin.register(Customer)
class CustomerAdmin(MirrorAdmin):
    """Customers as the provider has them, and what can be asked for them."""

    resource_name = RESOURCE_NAME
    filterset_class = CustomerFilterSet
    list_display = ("display_name", "kind_badge", "email", "country", "kyc_badge", "registered", "read")
    # Who has only just been registered from here is on top, before the list has said when.
    ordering = (F("registered_at").desc(nulls_first=True), "-pk")
    search_fields = (
        "email",
        "name",
        "last_name",
        "company_name",
        "identification_number",
        "=remote_id",
    )
    search_placeholder = _("E-mail, name, identification number or id")
    empty_list_text = _("No customers yet. Register one, or press “Sync now”.")
    quick_filters = (
        QuickFilter(label=_("Verified"), parameters={"kyc_status": "valid"}),
        QuickFilter(label=_("Under check"), parameters={"kyc_status": "processing"}),
        QuickFilter(label=_("Not started"), parameters={"kyc_status": "unused"}),
        QuickFilter(label=_("Rejected"), parameters={"kyc_status": "fail"}),
    )
    actions = ("issue_links",)
    words = {"kind": Customer.Kind, "kyc_status": Customer.KycStatus}
    list_views = (
        ListView(
            name="register",
            label=_("Register a customer"),
            permission="customers.create_customer_at_provider",
            view=register_customer,
        ),
        ListView(
            name="correct-registration",
            label=_("Register a customer"),
            permission="customers.create_customer_at_provider",
            view=correct_registration,
            has_button=False,
        ),
        ListView(
            name="same-email",
            label=_("The customer who has this e-mail"),
            permission="customers.create_customer_at_provider",
            view=show_customer_of_email,
            has_button=False,
        ),
        ListView(
            name="enhanced-verifications",
            label=_("Issue verification links"),
            permission="customers.issue_enhanced_verification",
            view=issue_links,
            has_button=False,
        ),
    )
    object_views = (
        ObjectView(
            name="enhanced-verification",
            label=_("Issue a verification link"),
            permission="customers.issue_enhanced_verification",
            view=issue_link,
        ),
        ObjectView(
            name="upload-document",
            label=_("Upload a document"),
            permission="customers.upload_customer_document",
            view=upload_document,
        ),
    )

    @admin.action(description=_("Issue enhanced verification links"), permissions=["issue_link"])
    def issue_links(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponseBase:
        """Confirm, then issue a link for each of the selected customers."""
        return confirm_links(request, self, queryset)

    def has_issue_link_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return request.user.has_perm("customers.issue_enhanced_verification")

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        """The cards; a company has no last name, and a person no company name."""
        is_company = obj is not None and obj.kind == Customer.Kind.COMPANY
        names = ("company_name",) if is_company else ("name", "last_name")
        identity = (*names, "email_to_copy", "country", "number_to_copy", "registered_at")
        return (
            (_("Customer"), {"fields": identity}),
            (_("Verification"), {"fields": ("kyc_status", "kyc_link")}),
        )

    def related_tables(self, request: HttpRequest, row: Customer) -> Sequence[RelatedTable]:
        """Links, documents, what other domains know, and the operations."""
        return [
            tables.links_of(row),
            tables.documents_of(row),
            *panels_of(request, row),
            tables.operations_of(row),
        ]

    @column(_("name"), ordering=("company_name", "last_name", "name"))
    def display_name(self, customer: Customer) -> str:
        """The name people know the customer by."""
        return customer.display_name

    @column(_("kind"), ordering="kind")
    def kind_badge(self, customer: Customer) -> SafeString:
        """Person or company."""
        return status_badge(customer.kind, choices=Customer.Kind)

    @column(_("KYC"), ordering="kyc_status")
    def kyc_badge(self, customer: Customer) -> SafeString:
        """How far the verification is."""
        return status_badge(customer.kyc_status, choices=Customer.KycStatus)

    @column(_("registered"), ordering="registered_at")
    def registered(self, customer: Customer) -> SafeString:
        """When the provider registered the customer."""
        return moment(customer.registered_at)

    @column(_("read"), ordering="read_at")
    def read(self, customer: Customer) -> SafeString:
        """How old what stands here is."""
        return moment(customer.read_at)

    @column(_("e-mail"))
    def email_to_copy(self, customer: Customer) -> SafeString:
        """The e-mail address."""
        return copyable(customer.email)

    @column(_("identification number"))
    def number_to_copy(self, customer: Customer) -> SafeString:
        """The identification number."""
        return copyable(customer.identification_number)

    @column(_("KYC link"))
    def kyc_link(self, customer: Customer) -> SafeString:
        """The link to the KYC form, to be sent to the customer."""
        return copyable(customer.kyc_form_url)


@admin.register(EnhancedVerification)
class EnhancedVerificationAdmin(ReadOnlyAdmin):
    """The enhanced verification links that were issued."""

    filterset_class = EnhancedVerificationFilterSet
    list_display = ("__str__", "customer_link", "state", "created", "ends")
    list_select_related = ("customer",)
    page_select_related = ("customer", "operation")
    search_fields = ("customer__email", "customer__name", "customer__last_name", "customer__company_name", "form_id")
    search_placeholder = _("Customer's e-mail or name, form id")
    empty_list_text = _("No links yet. Issue one on a customer's page, or select several in the list of customers.")
    fieldsets = (
        (
            _("Verification link"),
            {"fields": ("customer", "link_to_copy", "state", "expires_at", "created_at", "status", "operation")},
        ),
    )

    @column(_("customer"), ordering="customer__last_name")
    def customer_link(self, issued: EnhancedVerification) -> SafeString:
        """For whom."""
        return link_to(issued.customer)

    @column(_("state"), ordering="expires_at")
    def state(self, issued: EnhancedVerification) -> SafeString:
        """Live, ends soon, or ended."""
        return link_state(issued)

    @column(_("issued"), ordering="created_at")
    def created(self, issued: EnhancedVerification) -> SafeString:
        """When."""
        return moment(issued.created_at)

    @column(_("ends"), ordering="expires_at")
    def ends(self, issued: EnhancedVerification) -> SafeString:
        """Until when it is good."""
        return moment(issued.expires_at)

    @column(_("link"))
    def link_to_copy(self, issued: EnhancedVerification) -> SafeString:
        """The link itself, to be sent to the customer."""
        return copyable(issued.link)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """The documents that were handed in: the only record of what the provider was given."""

    filterset_class = DocumentFilterSet
    list_display = ("__str__", "customer_link", "sent", "readable_size", "uploaded_by", "created")
    list_select_related = ("customer", "operation", "uploaded_by")
    page_select_related = ("customer", "operation", "uploaded_by")
    search_fields = ("customer__email", "customer__name", "customer__last_name", "customer__company_name", "=sha256")
    search_placeholder = _("Customer's e-mail or name, SHA-256")
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
                    "uploaded_by",
                    "created_at",
                )
            },
        ),
        (_("Sending"), {"fields": ("sent", "sent_at", "operation")}),
    )
    object_views = (
        ObjectView(
            name="download",
            label=_("Download"),
            permission="customers.download_document",
            view=download_document,
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

    @column("SHA-256")
    def sha256_to_copy(self, document: Document) -> SafeString:
        """The fingerprint of the content, to compare with."""
        return copyable(document.sha256)
