"""The approval policies, which supervisors edit, and the decisions that were made under them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.actions import render_form_page
from backoffice.face.admin import ObjectView, ReadOnlyAdmin, column
from backoffice.face.badges import link_to, moment, status_badge, whole_number
from backoffice.face.exports import ExportColumn
from backoffice.operations.deciding import decision_badge, reason_of
from backoffice.operations.models import ApprovalPolicy, OperationApproval
from backoffice.operations.services.policy import EVERY_KIND, condition_of, edit_policy
from backoffice.operations.wording import label_of_kind, name_of

CHANGE_PERMISSION = "operations.change_approvalpolicy"


def label_of_policy(policy: ApprovalPolicy) -> Any:
    """Which kind of operation the policy is about."""
    return _("Every kind of operation") if policy.kind == EVERY_KIND else label_of_kind(policy.kind)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only to the type checker
    """When approval is needed, by how many, for how long."""

    class Meta:
        model = ApprovalPolicy
        fields = ("active", "amount_from", "currency", "batches_larger_than", "approvals", "hours")
        labels = {"active": gettext_lazy("In force"), "currency": gettext_lazy("Currency of that amount")}
        help_texts = {
            "amount_from": gettext_lazy("Empty, and no size of batch either: every one needs approval."),
            "batches_larger_than": gettext_lazy(
                "Batches of more acts than this need approval, whatever they are worth."
            ),
            "approvals": gettext_lazy("By so many different people, none of whom asked for it."),
            "hours": gettext_lazy("What is not approved by then ends, and nothing is sent."),
        }
        error_messages = {
            "approvals": {
                "min_value": gettext_lazy("At least one. To ask for no approval, take the policy out of force.")
            },
            "hours": {"min_value": gettext_lazy("At least one hour: somebody must have time to look.")},
        }

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.instance.kind == EVERY_KIND:
            del self.fields["amount_from"], self.fields["currency"]
            self.fields["batches_larger_than"].required = True


def _edit_view(request: HttpRequest, model_admin: Any, policy: ApprovalPolicy) -> HttpResponseBase:
    form = PolicyForm(request.POST if request.method == "POST" else None, instance=policy)
    if request.method == "POST" and form.is_valid() and request.user.is_authenticated:
        changed = edit_policy(policy_id=policy.pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("The policy was changed.") if changed else _("Nothing was changed."))
        return HttpResponseRedirect(model_admin.url_of("change", policy))
    return render_form_page(
        request,
        model_admin,
        title=_("Edit the policy: %(kind)s") % {"kind": label_of_policy(policy)},
        row=policy,
        form=form,
        submit_label=_("Save"),
        lead=_("It holds for what is asked from now on. What waits already keeps the policy it was asked under."),
    )


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(ReadOnlyAdmin):
    """Which operations need a second person."""

    list_display = ("kind_label", "condition", "needed", "time_to_approve", "in_force")
    ordering = ("-active", "kind")
    empty_list_text = gettext_lazy("No policies: they are made at the next migration.")
    fieldsets = (
        (
            gettext_lazy("When a second person must agree"),
            {"fields": ("in_force", "condition", "needed", "time_to_approve")},
        ),
    )
    object_views = (
        ObjectView(
            name="edit",
            label=gettext_lazy("Edit"),
            view=_edit_view,
            permission=CHANGE_PERMISSION,
            tone="primary",
            recent_sign_in=True,
        ),
    )

    def page_title(self, row: ApprovalPolicy) -> Any:
        """The kind that it is about."""
        return label_of_policy(row)

    @column(gettext_lazy("kind of operation"), ordering="kind")
    def kind_label(self, policy: ApprovalPolicy) -> Any:
        """Which kind of operation it is about."""
        return label_of_policy(policy)

    @column(gettext_lazy("needs approval"))
    def condition(self, policy: ApprovalPolicy) -> str:
        """When."""
        return condition_of(policy) if policy.active else _("never")

    @column(gettext_lazy("approvals needed"), ordering="approvals", numeric=True)
    def needed(self, policy: ApprovalPolicy) -> SafeString:
        """By how many people."""
        return whole_number(policy.approvals)

    @column(gettext_lazy("hours until it expires"), ordering="hours", numeric=True)
    def time_to_approve(self, policy: ApprovalPolicy) -> SafeString:
        """For how long it waits."""
        return whole_number(policy.hours)

    @column(gettext_lazy("in force"), ordering="active")
    def in_force(self, policy: ApprovalPolicy) -> SafeString:
        """Whether it asks for anything."""
        return status_badge("yes", _("yes"), "good") if policy.active else status_badge("no", _("no"), "neutral")


@admin.register(OperationApproval)
class OperationApprovalAdmin(ReadOnlyAdmin):
    """What was approved and what was not, by whom."""

    list_display = ("number", "operation_link", "decision_word", "decided_by", "asked_by", "when", "shown_reason")
    export_columns = (
        "pk",
        "operation",
        "decision",
        "by__username",
        "requested_by__username",
        "at",
        ExportColumn(heading=gettext_lazy("why"), value=reason_of, related=("operation",)),
    )
    list_select_related = ("operation", "by", "requested_by")
    page_select_related = ("operation", "by", "requested_by")
    # Not the reason: finding a value in it would tell what is masked there.
    search_fields = ("=operation__id", "by__username")
    search_placeholder = gettext_lazy("Number of the operation, colleague")
    empty_list_text = gettext_lazy("Nobody has decided about anything yet.")
    fieldsets = (
        (
            gettext_lazy("Decision"),
            {"fields": ("operation_link", "decision_word", "decided_by", "asked_by", "when", "shown_reason")},
        ),
    )

    @column(gettext_lazy("number"), ordering="pk")
    def number(self, decided: OperationApproval) -> str:
        """The number of the decision."""
        return f"#{decided.pk}"

    @column(gettext_lazy("operation"), ordering="operation")
    def operation_link(self, decided: OperationApproval) -> SafeString:
        """What it is about."""
        return link_to(decided.operation, f"{label_of_kind(decided.operation.kind)} #{decided.operation_id}")

    @column(gettext_lazy("decision"), ordering="decision")
    def decision_word(self, decided: OperationApproval) -> Any:
        """Yes or no."""
        return decision_badge(decided)

    @column(gettext_lazy("by"), ordering="by")
    def decided_by(self, decided: OperationApproval) -> str:
        """Who decided."""
        return name_of(decided.by)

    @column(gettext_lazy("asked by"), ordering="requested_by")
    def asked_by(self, decided: OperationApproval) -> str:
        """Who had asked."""
        return name_of(decided.requested_by)

    @column(gettext_lazy("why"))
    def shown_reason(self, decided: OperationApproval) -> str:
        """Why, masked."""
        return reason_of(decided)

    @column(gettext_lazy("when"), ordering="pk")
    def when(self, decided: OperationApproval) -> SafeString:
        """When it was decided."""
        return moment(decided.at)
