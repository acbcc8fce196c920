"""The list and the pages of enhanced verification links."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import ReadOnlyAdmin, column
from backoffice.face.badges import link_to, moment
from backoffice.security.masking import Kind, Sensitive
from backoffice.security.restriction import without_restricted
from customers.filters import EnhancedVerificationFilterSet
from customers.models import EnhancedVerification
from customers.personal import REVEAL_PERMISSION
from customers.queries import verifications_of_form
from customers.tables import link_state


@admin.register(EnhancedVerification)
class EnhancedVerificationAdmin(ReadOnlyAdmin):
    """The enhanced verification links that were issued."""

    filterset_class = EnhancedVerificationFilterSet
    list_display = ("__str__", "customer_link", "state", "created", "ends")
    list_select_related = ("customer",)
    page_select_related = ("customer", "operation")
    export_columns = (
        "pk",
        "customer__remote_id",
        "customer__email",
        "status",
        "created_at",
        "expires_at",
        "operation",
    )
    search_fields = ("customer__email", "customer__name", "customer__last_name", "customer__company_name")
    search_placeholder = _("Customer's e-mail or name, form id")
    search_placeholder_when_masked = _("Customer's name, form id")
    sensitive = {"link": Sensitive(kind=Kind.SECRET, permission=REVEAL_PERMISSION, is_address=True)}
    empty_list_text = _("No links yet. Issue one on a customer's page, or select several in the list of customers.")
    fieldsets = (
        (
            _("Verification link"),
            {"fields": ("customer", "link", "state", "expires_at", "created_at", "status", "operation")},
        ),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EnhancedVerification], search_term: str
    ) -> tuple[QuerySet[EnhancedVerification], bool]:
        """Also the link whose form has exactly that id: it is not readable in the database."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        words = search_term.strip()
        return found | without_restricted(queryset.filter(pk__in=verifications_of_form(words).values("pk"))), may_repeat

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
