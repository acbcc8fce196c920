"""The tables on a customer's page that this room fills itself."""

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.badges import Tone, copyable, link_to, moment, status_badge
from backoffice.face.sensitive import unless_hidden
from backoffice.face.tables import Column, RelatedTable
from backoffice.operations.kinds import find_kind
from backoffice.operations.models import Operation, State
from backoffice.operations.queries import operations_about
from backoffice.security.masking import MASK
from backoffice.security.scanning import ScanResult

from .models import CompanyVerification, Customer, Document, EnhancedVerification
from .queries import COMPANY_FORM_NOTICE, LINK_NOTICE


def link_state(issued: EnhancedVerification) -> SafeString:
    """Whether a link is live, ends soon, or has ended."""
    if not issued.is_live:
        return status_badge("ended", _("ended"), "neutral")
    if issued.expires_at is not None and issued.expires_at <= timezone.now() + LINK_NOTICE:
        return status_badge("ends_soon", _("ends soon"), "attention")
    return status_badge("live", _("live"), "good")


def company_form_state(kept: CompanyVerification) -> SafeString:
    """Whether a company's form is live, ends soon, cannot be opened by anybody, or has ended."""
    if not kept.is_live:
        return status_badge("ended", _("ended"), "neutral")
    if not kept.is_complete:
        return status_badge("lost", _("link or password lost"), "bad")
    if kept.ends_at <= timezone.now() + COMPANY_FORM_NOTICE:
        return status_badge("ends_soon", _("ends soon"), "attention")
    return status_badge("live", _("live"), "good")


def days_left(kept: CompanyVerification) -> str:
    """In how many days a company's form ends."""
    days = (kept.ends_at - timezone.now()).days
    if not kept.is_live:
        return _("ended")
    return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days} if days else _("today")


def file_size(size: int) -> str:
    """A number of bytes as people read it."""
    return filesizeformat(size)


def links_of(customer: Customer) -> RelatedTable:
    """The verification links of a customer, the newest first."""
    return RelatedTable(
        name="links",
        title=gettext_lazy("Enhanced verification links"),
        queryset=customer.enhanced_verifications.order_by("-pk"),
        columns=(
            Column(label=gettext_lazy("link"), value=link_to),
            Column(label=gettext_lazy("state"), value=link_state),
            Column(label=gettext_lazy("ends"), value=lambda issued: moment(issued.expires_at)),
            Column(label=gettext_lazy("issued"), value=lambda issued: moment(issued.created_at)),
        ),
        see_all_url=_list_of("enhancedverification", customer),
        permission="customers.view_enhancedverification",
        empty_text=gettext_lazy("None was issued."),
    )


def company_forms_of(customer: Customer) -> RelatedTable:
    """The verification forms of a company, the newest first; their secrets are on their own pages."""
    return RelatedTable(
        name="company-forms",
        title=gettext_lazy("Company forms (KYB)"),
        queryset=customer.company_verifications.order_by("-pk"),
        columns=(
            Column(label=gettext_lazy("page"), value=link_to),
            Column(label=gettext_lazy("state"), value=company_form_state),
            Column(label=gettext_lazy("ends"), value=days_left),
            Column(label=gettext_lazy("on"), value=lambda kept: moment(kept.ends_at)),
            Column(label=gettext_lazy("registered"), value=lambda kept: moment(kept.created_at)),
        ),
        see_all_url=_list_of("companyverification", customer),
        permission="customers.view_companyverification",
        empty_text=gettext_lazy("None: this company was not registered from here."),
    )


def delegated_of(customer: Customer) -> RelatedTable:
    """The delegated verifications of a customer, with their pictures on their own pages."""
    return RelatedTable(
        name="delegated",
        title=gettext_lazy("Delegated KYC"),
        queryset=customer.delegated_verifications.select_related("created_by").order_by("-pk"),
        columns=(
            Column(label=gettext_lazy("page"), value=link_to),
            Column(label=gettext_lazy("made by"), value=lambda row: row.created_by.get_username()),
            Column(label=gettext_lazy("begun"), value=lambda row: moment(row.created_at)),
        ),
        see_all_url=_list_of("delegatedverification", customer),
        permission="customers.view_delegatedverification",
        empty_text=gettext_lazy("None: the identity was not checked by us."),
    )


def scan_badge(scan_result: str) -> SafeString:
    """What a malware scanner said when a file was handed in."""
    tone: Tone = "good" if scan_result == ScanResult.CLEAN else "attention"
    return status_badge(scan_result, tone=tone, choices=ScanResult)


def digest_to_copy(document: Document, *, shorten: int | None = None) -> SafeString | str:
    """The fingerprint of a document's content, to compare with; hidden where the customer asked to be forgotten."""
    digest = unless_hidden(document, "sha256")
    return MASK if digest == MASK else copyable(digest, shorten=shorten)


def documents_of(customer: Customer) -> RelatedTable:
    """The documents of a customer, the newest first."""
    return RelatedTable(
        name="documents",
        title=gettext_lazy("Documents"),
        queryset=customer.documents.select_related("operation", "uploaded_by").order_by("-pk"),
        columns=(
            Column(label=gettext_lazy("type"), value=link_to),
            Column(label=gettext_lazy("sending"), value=_sending),
            Column(label=gettext_lazy("size"), value=lambda document: file_size(document.size), numeric=True),
            Column(label="SHA-256", value=lambda document: digest_to_copy(document, shorten=12)),
            Column(label=gettext_lazy("uploaded"), value=lambda document: moment(document.created_at)),
            Column(label=gettext_lazy("by"), value=lambda document: document.uploaded_by.get_username()),
        ),
        see_all_url=_list_of("document", customer),
        permission="customers.view_document",
        empty_text=gettext_lazy("None was uploaded from here."),
    )


def operations_of(customer: Customer) -> RelatedTable:
    """What was asked of the provider for a customer, the newest first."""
    return RelatedTable(
        name="operations",
        title=gettext_lazy("Operations"),
        queryset=operations_about(customer).order_by("-pk"),
        columns=(
            Column(label=gettext_lazy("what"), value=_what),
            Column(label=gettext_lazy("state"), value=lambda row: status_badge(row.state, choices=State)),
            Column(label=gettext_lazy("asked by"), value=lambda row: row.requested_by.get_username()),
            Column(label=gettext_lazy("asked"), value=lambda row: moment(row.created_at)),
        ),
        permission="operations.view_operation",
        empty_text=gettext_lazy("Nothing was asked of the provider from here."),
    )


def _sending(document: Document) -> SafeString:
    return status_badge(document.operation.state if document.operation else "", choices=State)


def _what(operation: Operation) -> SafeString:
    kind = find_kind(operation.kind)
    return link_to(operation, kind.label if kind else operation.kind)


def _list_of(model_name: str, customer: Customer) -> str:
    return f"{reverse(f'admin:customers_{model_name}_changelist')}?customer={customer.pk}"
