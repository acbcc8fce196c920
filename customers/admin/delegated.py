"""The list and the pages of delegated verifications."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import Column, ListView, ObjectView, ReadOnlyAdmin, RelatedTable, column
from backoffice.face.badges import copyable, link_to, moment, status_badge
from backoffice.operations.models import Operation, State
from backoffice.operations.services.permissions import revealable
from backoffice.security.masking import MASK, Kind
from backoffice.security.readers import shown_to_reader
from backoffice.security.restriction import is_restricted
from customers import services
from customers.filters import DelegatedVerificationFilterSet
from customers.identification import label_of_value
from customers.models import DelegatedVerification, IdentityCapture
from customers.operations import CreateCustomerDelegatedKyc, attempts_of, full_name_in
from customers.personal import PERSONAL
from customers.tables import file_size, scan_badge
from customers.views.delegated import (
    begin,
    change_details,
    confirm,
    discard,
    show_capture,
    take_captures,
    take_document,
)

from .documents import CONTENT_PERMISSION

START = "customers.start_delegated_kyc"


def _detail(verification: DelegatedVerification, *, name: str) -> Any:
    return verification.details.get(name, "")


@admin.register(DelegatedVerification)
class DelegatedVerificationAdmin(ReadOnlyAdmin):
    """Customers whose identity we have checked: own drafts, and all that were asked for."""

    filterset_class = DelegatedVerificationFilterSet
    list_display = ("__str__", "name", "state", "customer_link", "created_by", "created")
    list_select_related = ("customer", "operation", "created_by")
    page_select_related = ("customer", "operation", "created_by")
    search_fields = ("customer__email", "customer__name", "customer__last_name", "customer__company_name", "=pk")
    search_placeholder = _("Customer's e-mail or name, number")
    empty_list_text = _("No delegated verifications yet. They begin with “Delegated KYC” on the list of customers.")
    sensitive = {
        name: replace(declared, read=partial(_detail, name=name))
        for name, declared in revealable(CreateCustomerDelegatedKyc).items()
    }
    list_views = (ListView(name="begin", label=_("Begin delegated KYC"), permission=START, view=begin),)
    object_views = (
        ObjectView(
            name="details",
            label=_("Go on"),
            permission=START,
            view=change_details,
            tone="primary",
            shown_for=lambda row: services.is_open(row) and not is_restricted(row),
        ),
        ObjectView(name="document", label=_("Document"), permission=START, view=take_document, has_button=False),
        ObjectView(name="captures", label=_("Face"), permission=START, view=take_captures, has_button=False),
        ObjectView(name="confirm", label=_("Look and confirm"), permission=START, view=confirm, has_button=False),
        ObjectView(
            name="capture",
            label=_("Look at a picture"),
            permission=CONTENT_PERMISSION,
            view=show_capture,
            has_button=False,
        ),
        ObjectView(
            name="discard",
            label=_("Discard"),
            permission=START,
            view=discard,
            posts=True,
            tone="danger",
            shown_for=services.is_open,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DelegatedVerification]:
        """Own drafts, and all that were asked for: nobody sees what somebody else has not finished."""
        rows: QuerySet[DelegatedVerification] = super().get_queryset(request)
        return rows.filter(Q(operation__isnull=False) | Q(created_by_id=request.user.pk))

    def get_fieldsets(self, request: HttpRequest, obj: DelegatedVerification | None = None) -> Any:
        """The cards; of what is personal only what was given."""
        given = [name for name in PERSONAL if obj is not None and obj.details.get(name)]
        who = ("name", "full_name", "email", "country", "identification_type", *given, "activity", "customer")
        return (
            (_("Customer"), {"fields": who}),
            (_("Registration"), {"fields": ("state", "operation", "created_by", "created_at")}),
        )

    def timeline_operations(self, row: DelegatedVerification) -> Sequence[QuerySet[Operation]]:
        """Every time that it was asked for."""
        return [attempts_of(DelegatedVerification.objects.filter(pk=row.pk))]

    def related_tables(self, request: HttpRequest, row: DelegatedVerification) -> Sequence[RelatedTable]:
        """The pictures."""
        return [self._captures_of(row, may_look=request.user.has_perm(CONTENT_PERMISSION))]

    @column(_("name"))
    def name(self, verification: DelegatedVerification) -> str:
        """Whom it is about."""
        return MASK if is_restricted(verification) else verification.display_name

    @column(_("state"), ordering="operation__state")
    def state(self, verification: DelegatedVerification) -> SafeString:
        """A draft, or where its operation stands."""
        if verification.operation is None:
            return status_badge("draft", gettext("draft"), "neutral")
        return status_badge(verification.operation.state, choices=State)

    @column(_("customer"), ordering="customer")
    def customer_link(self, verification: DelegatedVerification) -> SafeString | str:
        """The customer, once the provider has taken it."""
        return link_to(verification.customer) if verification.customer else ""

    @column(_("begun"), ordering="pk")
    def created(self, verification: DelegatedVerification) -> SafeString:
        """When."""
        return moment(verification.created_at)

    @column(_("e-mail"))
    def email(self, verification: DelegatedVerification) -> str:
        """The e-mail address, as who is reading may see it."""
        return _shown(verification, "email", Kind.EMAIL)

    @column(_("country"))
    def country(self, verification: DelegatedVerification) -> str:
        """The country."""
        return "" if is_restricted(verification) else str(verification.details.get("country", ""))

    @column(_("first and last names"))
    def full_name(self, verification: DelegatedVerification) -> str:
        """Of a company, whose document and face are sent."""
        return MASK if is_restricted(verification) else full_name_in(verification.details)

    @column(_("identification type"))
    def identification_type(self, verification: DelegatedVerification) -> str:
        """Which document."""
        details = {} if is_restricted(verification) else verification.details
        return label_of_value(
            country_code=details.get("country_code", ""), value=details.get("identification_type", "")
        )

    @column(_("professional activity"))
    def activity(self, verification: DelegatedVerification) -> str:
        """What they live on."""
        return "" if is_restricted(verification) else str(verification.details.get("professional_activity", ""))

    def _captures_of(self, row: DelegatedVerification, *, may_look: bool) -> RelatedTable:
        address, is_hidden = self.url_of("capture", row), is_restricted(row)

        def digest(capture: IdentityCapture) -> SafeString | str:
            return "" if is_hidden else copyable(capture.sha256, shorten=12)

        def look(capture: IdentityCapture) -> SafeString | str:
            if is_hidden or not may_look:
                return ""
            words = gettext("Look at it")
            link = '<a href="{}?kind={}" target="_blank" rel="noopener">{}</a>'
            return format_html(link, address, capture.kind, words)

        return RelatedTable(
            name="captures",
            title=_("Pictures"),
            queryset=row.captures.order_by("pk"),
            columns=(
                Column(label=_("what it shows"), value=lambda capture: capture.get_kind_display()),
                Column(label=_("format"), value=lambda capture: capture.media_type),
                Column(label=_("size"), value=lambda capture: file_size(capture.size), numeric=True),
                Column(label=_("malware scan"), value=lambda capture: scan_badge(capture.scan_result)),
                Column(label="SHA-256", value=digest),
                Column(label=_("uploaded"), value=lambda capture: moment(capture.created_at)),
                Column(label=_("picture"), value=look),
            ),
            empty_text=_("None was handed in yet."),
        )


def _shown(verification: DelegatedVerification, name: str, kind: Kind) -> str:
    """A piece of the data as who is reading now may see it; nothing of somebody who asked to be forgotten."""
    value = verification.details.get(name, "")
    return MASK if value and is_restricted(verification) else shown_to_reader(value, kind)
