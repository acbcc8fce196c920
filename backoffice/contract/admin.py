"""What the provider's answers were seen to hold, as people see it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.attention import AttentionItem, register_attention
from backoffice.face.admin import ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import empty, moment, status_badge, whole_number
from backoffice.face.columns import column

from .filters import SightingFilterSet
from .models import Sighting
from .queries import GONE, NEW, remarks, sightings
from .services import take_note

ACCEPT_PERMISSION = "contract.accept_shape"


def _take_note(request: HttpRequest, _model_admin: Any, sighting: Sighting) -> HttpResponseBase:
    take_note(sighting, by=request.user)
    messages.success(request, _("Taken note of: it is no remark any more."))
    return HttpResponseRedirect(reverse("admin:contract_sighting_change", args=[sighting.pk]))


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    """Parts, kinds, words and codes of answers: names only, never a value."""

    filterset_class = SightingFilterSet
    list_display = ("call", "where", "aspect", "found", "remark_badge", "times", "first_seen", "last_seen")
    quick_filters = (QuickFilter(label=gettext_lazy("Remarks"), parameters={"remark": SightingFilterSet.ANY}),)
    search_fields = ("place", "found")
    counted_as = gettext_lazy("parts of answers")
    search_placeholder = gettext_lazy("Name of a field, word or code")
    export_columns = ("call", "place", "aspect", "found", "standing", "times_seen", "first_seen_at", "last_seen_at")
    empty_list_text = gettext_lazy("No answer was looked at yet: as soon as something is read, its shape is noted.")
    page_select_related = ("accepted_by",)
    words = {"aspect": Sighting.Aspect, "standing": Sighting.Standing}
    fieldsets = (
        (gettext_lazy("What was seen"), {"fields": ("call", "where", "aspect", "found", "standing", "remark_badge")}),
        (gettext_lazy("When"), {"fields": ("first_seen_at", "last_seen_at", "times_seen", "missed_answers")}),
        (gettext_lazy("Taken note of"), {"fields": ("accepted_at", "accepted_by")}),
    )
    object_views = (
        ObjectView(
            name="take-note",
            label=gettext_lazy("Take note: this is known now"),
            permission=ACCEPT_PERMISSION,
            view=_take_note,
            posts=True,
            shown_for=lambda sighting: bool(sighting.remark),
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with its remark."""
        return sightings().order_by(*self.get_ordering(request))

    @column(gettext_lazy("where"), ordering="place")
    def where(self, sighting: Sighting) -> str | SafeString:
        """Where in the answer."""
        return sighting.place or empty()

    @column(gettext_lazy("remark"))
    def remark_badge(self, sighting: Sighting) -> SafeString:
        """Whether it is worth a look."""
        remark = getattr(sighting, "remark", "")
        if remark == NEW:
            return status_badge("new", _("new"), "attention")
        if remark == GONE:
            return status_badge("gone", _("gone"), "bad")
        return status_badge("expected", _("expected"), "good")

    @column(gettext_lazy("times seen"), ordering="times_seen", numeric=True)
    def times(self, sighting: Sighting) -> SafeString:
        """In how many answers."""
        return whole_number(sighting.times_seen)

    @column(gettext_lazy("answers without it since"))
    def missed_answers(self, sighting: Sighting) -> SafeString:
        """How many answers have come since without it."""
        return whole_number(getattr(sighting, "missed", 0))

    @column(gettext_lazy("first seen"), ordering="first_seen_at")
    def first_seen(self, sighting: Sighting) -> SafeString:
        """When it came first."""
        return moment(sighting.first_seen_at)

    @column(gettext_lazy("last seen"), ordering="last_seen_at")
    def last_seen(self, sighting: Sighting) -> SafeString:
        """When it came last."""
        return moment(sighting.last_seen_at)


register_attention(
    AttentionItem(
        name="shape-remarks",
        label=ngettext_lazy(
            "thing in the provider's answers that nobody expected",
            "things in the provider's answers that nobody expected",
        ),
        rows=remarks,
        url=lambda: f"{reverse('admin:contract_sighting_changelist')}?remark={SightingFilterSet.ANY}",
        permission="contract.view_sighting",
        act_permission=ACCEPT_PERMISSION,
        tone="info",
        help=gettext_lazy(
            "A new or missing field, another kind of value, an unknown word or code. Nothing was stopped."
        ),
    )
)
