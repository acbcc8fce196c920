"""The list and the pages of KYC refreshes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import Card, Fact, ObjectView, ReadOnlyAdmin, column
from backoffice.face.badges import moment, whole_number
from backoffice.face.cards import show
from customers.models import KycRefresh
from customers.views.kyc import progress_context, show_progress


@admin.register(KycRefresh)
class KycRefreshAdmin(ReadOnlyAdmin):
    """Who had the KYC status of which customers read at once, and what came of it."""

    list_display = ("__str__", "size", "asked_by", "asked", "finished")
    list_select_related = ("requested_by",)
    page_select_related = ("requested_by",)
    empty_list_text = _("None yet. Select customers in their list and choose “Refresh KYC status”.")
    page_template = "admin/customers/kyc_refresh.html"
    object_views = (
        ObjectView(
            name="progress",
            label=_("Progress"),
            view=show_progress,
            permission="customers.view_kycrefresh",
            has_button=False,
        ),
    )

    def page_context(self, request: HttpRequest, row: KycRefresh) -> dict[str, Any]:
        """The live part, and who asked."""
        facts = [
            Fact(label=gettext("Asked by"), value=row.requested_by.get_username()),
            Fact(label=gettext("Asked"), value=show(row.created_at)),
        ]
        return {**progress_context(self, row), "cards": [Card(title=gettext("Who and when"), facts=facts)]}

    @column(_("customers"), numeric=True)
    def size(self, refresh: KycRefresh) -> SafeString:
        """How many."""
        return whole_number(len(refresh.chosen))

    @column(_("asked by"), ordering="requested_by")
    def asked_by(self, refresh: KycRefresh) -> str:
        """Who."""
        return refresh.requested_by.get_username()

    @column(_("asked"), ordering="pk")
    def asked(self, refresh: KycRefresh) -> SafeString:
        """When."""
        return moment(refresh.created_at)

    @column(_("finished"), ordering="finished_at")
    def finished(self, refresh: KycRefresh) -> SafeString:
        """When it ended."""
        return moment(refresh.finished_at)
