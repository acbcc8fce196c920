"""The periods, as people see and change them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.actions import render_form_page
from backoffice.face.admin import Fact, ObjectView, ReadOnlyAdmin
from backoffice.face.badges import moment, whole_number
from backoffice.face.columns import column

from .kinds import RetainedKind, find_kind
from .models import RetentionPolicy
from .services import PeriodTooShortError, change_period, rows_due

MOST_DAYS = 36_500


class PeriodForm(forms.Form):
    """Another period."""

    days = forms.IntegerField(label=gettext_lazy("Days"), min_value=1, max_value=MOST_DAYS)


def change_period_view(request: HttpRequest, model_admin: Any, policy: RetentionPolicy) -> HttpResponseBase:
    """Ask for the new period, and set it."""
    form = PeriodForm(request.POST or None, initial={"days": policy.days})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["days"] == policy.days:
            messages.info(request, _("The period is what it was. Nothing was changed."))
            return HttpResponseRedirect(reverse("admin:retention_retentionpolicy_changelist"))
        try:
            change_period(policy, days=form.cleaned_data["days"], by=request.user)  # type: ignore[arg-type]  # signed in
        except PeriodTooShortError as error:
            form.add_error("days", _("At least %(days)s.") % {"days": _days(error.least_days)})
        else:
            messages.success(request, _("The period was changed. The next purge follows it."))
            return HttpResponseRedirect(reverse("admin:retention_retentionpolicy_changelist"))
    return _show(request, model_admin, policy, form)


def _show(request: HttpRequest, model_admin: Any, policy: RetentionPolicy, form: PeriodForm) -> HttpResponseBase:
    kind = find_kind(policy.kind)
    return render_form_page(
        request,
        model_admin,
        title=_("Change the period"),
        row=policy,
        form=form,
        lead=_("What is older is purged at the next daily run, and cannot be brought back."),
        facts=_facts(kind) if kind else [],
        submit_label=_("Change the period"),
        submit_tone="danger",
    )


def _facts(kind: RetainedKind) -> list[Fact]:
    return [
        Fact(label=_("Kept"), value=kind.label),
        Fact(label=_("Counted from"), value=kind.counted_from),
        Fact(label=_("At least"), value=_days(kind.least_days)),
        Fact(label=_("Due with the present period"), value=whole_number(rows_due(kind).count())),
    ]


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(ReadOnlyAdmin):
    """How long each kind of record is kept; a supervisor changes it."""

    list_display = ("label", "counted_from", "days", "changed")
    empty_list_text = gettext_lazy("No kind of record has a period.")
    export_columns = ("kind", "days", "changed_at")
    fieldsets = ((gettext_lazy("Period"), {"fields": ("label", "counted_from", "days", "changed_at")}),)
    object_views = (
        ObjectView(
            name="change-period",
            label=gettext_lazy("Change the period"),
            permission="retention.change_retentionpolicy",
            view=change_period_view,
            recent_sign_in=True,
        ),
    )

    @column(gettext_lazy("kept"))
    def label(self, policy: RetentionPolicy) -> Any:
        """What kind of record."""
        return policy.label

    @column(gettext_lazy("counted from"))
    def counted_from(self, policy: RetentionPolicy) -> Any:
        """What the period is counted from."""
        kind = find_kind(policy.kind)
        return kind.counted_from if kind else ""

    @column(gettext_lazy("changed"), ordering="changed_at")
    def changed(self, policy: RetentionPolicy) -> SafeString:
        """When it was last changed."""
        return moment(policy.changed_at)
