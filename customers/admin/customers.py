"""The list and the pages of customers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import Button
from backoffice.face.admin import ListView, MirrorAdmin, ObjectView, QuickFilter, RelatedTable, column
from backoffice.face.badges import moment, status_badge
from backoffice.operations.models import Operation
from backoffice.security.masking import Kind, Sensitive
from backoffice.security.restriction import is_restricted, without_restricted
from customers import queries, tables
from customers.filters import CustomerFilterSet
from customers.models import Customer
from customers.operations import attempts_of
from customers.panels import buttons_of, panels_of
from customers.personal import REVEAL_PERMISSION
from customers.sync import RESOURCE_NAME
from customers.views import erasing
from customers.views.delegated import begin_delegated_kyc
from customers.views.documents import upload_document
from customers.views.finding import find_at_provider, show_customer_of_email
from customers.views.kyc import refresh_chosen, refresh_kyc_status
from customers.views.registering import (
    correct_company,
    correct_registration,
    register_company,
    register_customer,
)
from customers.views.verification import confirm_links, issue_link, issue_links


def _is_not_restricted(customer: Customer) -> bool:
    """Whether anything may still be asked of the provider for them."""
    return customer.restricted_at is None


@admin.register(Customer)
class CustomerAdmin(MirrorAdmin):
    """Customers as the provider has them, and what can be asked for them."""

    resource_name = RESOURCE_NAME
    filterset_class = CustomerFilterSet
    list_display = ("display_name", "kind_badge", "email", "country", "kyc_badge", "registered", "read")
    export_columns = (
        "remote_id",
        "kind",
        "name",
        "last_name",
        "company_name",
        "email",
        "identification_number",
        "country",
        "kyc_status",
        "registered_at",
        "read_at",
        "missing_since",
    )
    # Who has only just been registered from here is on top, before the list has said when. Who asked to be forgotten
    # stands behind all others: between two of them the place would tell the day.
    ordering = (F("restricted_at").desc(nulls_first=True), F("registered_at").desc(nulls_first=True), "-pk")
    search_fields = (
        "email",
        "name",
        "last_name",
        "company_name",
        "=remote_id",
    )
    search_placeholder = _("E-mail, name, whole identification number or id")
    search_placeholder_when_masked = _("Name or id")
    empty_list_text = _("No customers yet. Register one, or press “Sync now”.")
    quick_filters = (
        QuickFilter(label=_("Verified"), parameters={"kyc_status": "valid"}),
        QuickFilter(label=_("Under check"), parameters={"kyc_status": "processing"}),
        QuickFilter(label=_("Not started"), parameters={"kyc_status": "unused"}),
        QuickFilter(label=_("Rejected"), parameters={"kyc_status": "fail"}),
    )
    actions = ("issue_links", "refresh_kyc")
    words = {"kind": Customer.Kind, "kyc_status": Customer.KycStatus}
    sensitive = {
        "email": Sensitive(kind=Kind.EMAIL, permission=REVEAL_PERMISSION),
        "identification_number": Sensitive(kind=Kind.IDENTIFICATION, permission=REVEAL_PERMISSION),
        "kyc_form_url": Sensitive(kind=Kind.SECRET, permission=REVEAL_PERMISSION, is_address=True),
    }
    list_views = (
        ListView(
            name="register",
            label=_("Register a customer"),
            permission="customers.create_customer_at_provider",
            view=register_customer,
        ),
        ListView(
            name="register-company",
            label=_("Register a company"),
            permission="customers.register_company",
            view=register_company,
        ),
        ListView(
            name="delegated-kyc",
            label=_("Delegated KYC"),
            permission="customers.start_delegated_kyc",
            view=begin_delegated_kyc,
            tone="plain",
        ),
        ListView(
            name="correct-company",
            label=_("Register a company"),
            permission="customers.register_company",
            view=correct_company,
            has_button=False,
        ),
        ListView(
            name="correct-registration",
            label=_("Register a customer"),
            permission="customers.create_customer_at_provider",
            view=correct_registration,
            has_button=False,
        ),
        ListView(
            name="find-at-provider",
            label=_("Find at the provider"),
            permission="customers.find_at_provider",
            view=find_at_provider,
            tone="plain",
        ),
        ListView(
            name="same-email",
            label=_("The customer who has this e-mail"),
            permission="customers.find_at_provider",
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
            name="refresh-kyc",
            label=_("Refresh KYC status"),
            permission="customers.refresh_kyc_status",
            view=refresh_kyc_status,
            posts=True,
            shown_for=_is_not_restricted,
        ),
        ObjectView(
            name="enhanced-verification",
            label=_("Issue a verification link"),
            permission="customers.issue_enhanced_verification",
            view=issue_link,
            shown_for=_is_not_restricted,
        ),
        ObjectView(
            name="upload-document",
            label=_("Upload a document"),
            permission="customers.upload_customer_document",
            view=upload_document,
            shown_for=_is_not_restricted,
        ),
        ObjectView(
            name="restrict",
            label=_("Erasure request"),
            permission="customers.request_erasure",
            view=erasing.restrict,
            recent_sign_in=True,
            shown_for=_is_not_restricted,
        ),
        ObjectView(
            name="lift-restriction",
            label=_("Lift the restriction"),
            permission="customers.lift_restriction",
            view=erasing.lift,
            recent_sign_in=True,
            shown_for=lambda customer: customer.restricted_at is not None and customer.purged_at is None,
        ),
    )

    @admin.action(description=_("Issue enhanced verification links"), permissions=["issue_link"])
    def issue_links(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponseBase:
        """Confirm, then issue a link for each of the selected customers."""
        return confirm_links(request, self, queryset)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """Also, for who may reveal it, the customers with exactly that number: it is not readable in the database.

        Who asked to be forgotten is found by the provider's id alone.
        """
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not (words := search_term.strip()):
            return found, may_repeat
        if request.user.has_perm(REVEAL_PERMISSION):
            found |= without_restricted(queryset.filter(pk__in=queries.customers_of_number(words).values("pk")))
        return found | queryset.filter(remote_id=words), may_repeat

    def has_issue_link_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return request.user.has_perm("customers.issue_enhanced_verification")

    @admin.action(description=_("Refresh KYC status"), permissions=["refresh_kyc"])
    def refresh_kyc(self, request: HttpRequest, queryset: QuerySet[Customer]) -> HttpResponseBase:
        """Have a worker read the status of each of the selected customers."""
        return refresh_chosen(request, queryset)

    def has_refresh_kyc_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return request.user.has_perm("customers.refresh_kyc_status")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; where a search finds nobody, the provider can be asked."""
        may_find = request.user.has_perm("customers.find_at_provider")
        offer = {"offer_when_nothing_matches": "admin/customers/find_offer.html"} if may_find else {}
        return super().changelist_view(request, {**offer, **(extra_context or {})})

    def page_notices(self, request: HttpRequest, row: Customer) -> Iterable[tuple[str, Any]]:
        """That the customer asked to be forgotten."""
        yield from super().page_notices(request, row)
        if row.purged_at is not None:
            yield "attention", _("This customer asked for erasure: what was personal here has been purged.")
        elif row.restricted_at is not None:
            yield "attention", _("This customer asked for erasure: the data is hidden until it is purged.")

    def page_badges(self, row: Customer) -> Iterable[Any]:
        """Also whether the customer is restricted."""
        restricted = [status_badge("restricted", _("restricted"), "attention")] if row.restricted_at else []
        return [*super().page_badges(row), *restricted]

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        """The cards; a company has no last name, and a person no company name."""
        if obj is not None and obj.restricted_at is not None:
            return ((_("Customer"), {"fields": ("kind", "restricted_at", "purged_at")}),)
        is_company = obj is not None and obj.kind == Customer.Kind.COMPANY
        names = ("company_name",) if is_company else ("name", "last_name")
        identity = (*names, "email", "country", "identification_number", "registered_at")
        return (
            (_("Customer"), {"fields": identity}),
            (_("Verification"), {"fields": ("kyc_status", "kyc_form_url")}),
        )

    def object_buttons(self, request: HttpRequest, row: Customer) -> list[Button]:
        """Ours, and those of other domains."""
        return [*super().object_buttons(request, row), *buttons_of(request, row)]

    def timeline_also(self, row: Customer) -> Sequence[QuerySet[Any]]:
        """Who saw the customer's documents, links, company forms, and captures belongs to the customer."""
        return [
            row.documents.all(),
            row.enhanced_verifications.all(),
            row.company_verifications.all(),
            row.delegated_verifications.all(),
        ]

    def timeline_operations(self, row: Customer) -> Sequence[QuerySet[Operation]]:
        """Attempts at delegated KYC that led to nothing, before the one that registered the customer."""
        return [attempts_of(row.delegated_verifications.all())]

    def related_tables(self, request: HttpRequest, row: Customer) -> Sequence[RelatedTable]:
        """Links, documents, what other domains know, and the operations."""
        company_forms = [tables.company_forms_of(row)] if row.kind == Customer.Kind.COMPANY else []
        return [
            *company_forms,
            tables.links_of(row),
            tables.delegated_of(row),
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
        return moment(None if is_restricted(customer) else customer.registered_at)

    @column(_("read"), ordering="read_at")
    def read(self, customer: Customer) -> SafeString:
        """How old what stands here is."""
        return moment(customer.read_at)
