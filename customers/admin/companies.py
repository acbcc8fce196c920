"""The list and the pages of companies' verification forms."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import QuickFilter, ReadOnlyAdmin, column
from backoffice.face.badges import link_to, moment
from backoffice.security.masking import Kind, Sensitive
from customers.filters import CompanyVerificationFilterSet
from customers.models import CompanyVerification
from customers.tables import company_form_state, days_left

SECRET = Sensitive(kind=Kind.SECRET, permission="customers.reveal_company_secrets")


@admin.register(CompanyVerification)
class CompanyVerificationAdmin(ReadOnlyAdmin):
    """The forms of the companies that were registered from here: the only record of their links and passwords."""

    filterset_class = CompanyVerificationFilterSet
    sensitive = {"link": replace(SECRET, is_address=True), "password": SECRET}
    list_display = ("__str__", "customer_link", "state", "days_left", "ends", "created")
    list_select_related = ("customer",)
    page_select_related = ("customer", "operation")
    search_fields = ("customer__email", "customer__company_name", "=uuid")
    search_placeholder = _("Company's e-mail or name, public id")
    empty_list_text = _("No companies were registered from here yet. Register one in the list of customers.")
    quick_filters = (
        QuickFilter(label=_("Ends soon"), parameters={"state": "ends_soon"}),
        QuickFilter(label=_("Lost"), parameters={"state": "lost"}),
    )
    fieldsets = (
        (_("Company form"), {"fields": ("customer", "link", "password", "state", "days_left", "ends_at")}),
        (_("Registration"), {"fields": ("uuid", "created_at", "operation")}),
    )

    def page_notices(self, request: HttpRequest, row: CompanyVerification) -> Iterable[tuple[str, Any]]:
        """What to do where the form cannot be opened, or not for long."""
        if not row.is_live:
            yield (
                "attention",
                gettext("The form has ended: link and password open nothing any more."),
            )
        elif not row.is_complete:
            yield (
                "bad",
                gettext(
                    "The provider shows link and password only once, in an answer that never reached us. They could "
                    "not be kept: ask CryptoPocket for new ones."
                ),
            )

    @column(_("customer"), ordering="customer__company_name")
    def customer_link(self, kept: CompanyVerification) -> SafeString:
        """Which company."""
        return link_to(kept.customer)

    @column(_("state"), ordering="ends_at")
    def state(self, kept: CompanyVerification) -> SafeString:
        """Live, ends soon, lost, or ended."""
        return company_form_state(kept)

    @column(_("ends in"), ordering="ends_at")
    def days_left(self, kept: CompanyVerification) -> str:
        """In how many days."""
        return days_left(kept)

    @column(_("ends"), ordering="ends_at")
    def ends(self, kept: CompanyVerification) -> SafeString:
        """When."""
        return moment(kept.ends_at)

    @column(_("registered"), ordering="created_at")
    def created(self, kept: CompanyVerification) -> SafeString:
        """When the company was registered."""
        return moment(kept.created_at)
