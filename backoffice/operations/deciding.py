"""The page on which somebody else than the asker decides: everything there is to know, and the two answers."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.actions import Button, ObjectView, render_form_page
from backoffice.face.badges import link_to, moment, page_of, status_badge
from backoffice.face.cards import Card, Fact, show
from backoffice.face.revealing import comes_from_reveal
from backoffice.face.tables import Column, RelatedTable, read_tables
from backoffice.operations import queries, services
from backoffice.operations.errors import OperationError
from backoffice.operations.kinds import find_kind
from backoffice.operations.masked import facts_to_decide, text_masker
from backoffice.operations.models import Operation, OperationApproval, OperationBatch, State
from backoffice.operations.services.approving import Decided
from backoffice.operations.services.permissions import APPROVE, may, view_permissions
from backoffice.operations.services.policy import write_worth
from backoffice.operations.subjects import facts_of, subject_of
from backoffice.operations.wording import label_of_kind, name_of, what_of

REASON_LENGTH = 1000
DECIDE = "decide"
TEMPLATE = "admin/operations/decide.html"


class DecisionForm(forms.Form):
    """Yes, or no with a reason: the button that was pressed says which."""

    decision = forms.ChoiceField(
        choices=[("approve", gettext_lazy("Approve")), ("refuse", gettext_lazy("Do not approve"))],
        widget=forms.HiddenInput,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why not?"),
        help_text=gettext_lazy("Needed if you do not approve: whoever asked reads it."),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two answers; a no says why."""
        answers = self.cleaned_data
        if not answers.get("decision"):
            self.add_error(None, _("Press one of the two buttons."))
        if answers.get("decision") == "refuse" and not answers.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Say why: whoever asked reads it, and it is kept with the operation."))
        return answers


def decide_view() -> ObjectView:
    """The page for the admin class of operations, and for the one of batches: its button stands in the live part."""
    return ObjectView(
        name=DECIDE,
        label=gettext_lazy("Approve or not"),
        view=_decide_view,
        permission=APPROVE,
        recent_sign_in=True,
        reveals=True,
        has_button=False,
    )


def decide_buttons(person: Any, model_admin: Any, row: Operation | OperationBatch) -> list[Button]:
    """The way to the page, for those who may approve; dead, and saying why, where it is not this one they may."""
    if not may(APPROVE, person) or (isinstance(row, Operation) and row.state != State.AWAITING_APPROVAL):
        return []
    awaiting = _awaiting(row)[:1]
    return [
        Button(
            label=_("Approve or not"),
            tone="primary",
            url=model_admin.url_of(DECIDE, row),
            disabled_because=obstacle_of(person, operation),
        )
        for operation in awaiting
    ]


def obstacle_of(person: Any, operation: Operation) -> str:
    """Why this person cannot decide about an operation that awaits approval; empty where they can."""
    if operation.requested_by_id == person.pk:
        return _("You asked for this: somebody else must approve it.")
    if any(decided.by_id == person.pk for decided in operation.approvals.all()):
        return _("You have approved this: it waits for somebody else.")
    if not all(may(permission, person) for permission in view_permissions([operation])):
        return _("You may not see what this is about, so somebody else must approve it.")
    return ""


def _decide_view(request: HttpRequest, model_admin: Any, row: Operation | OperationBatch) -> HttpResponseBase:
    operations = list(_awaiting(row))
    if not operations:
        messages.info(request, _("It does not await approval any more."))
        return HttpResponseRedirect(page_of(row))
    if obstacle := obstacle_of(request.user, operations[0]):
        messages.error(request, obstacle)
        return HttpResponseRedirect(page_of(row))
    form = _form_of(request)
    if form.is_valid():
        return _decide(request, row, form.cleaned_data)
    return render_form_page(
        request,
        model_admin,
        title=_("Approve or not: %(what)s") % {"what": label_of_kind(row.kind)},
        row=row,
        form=form,
        template=TEMPLATE,
        lead=_("Once enough people have approved it, it goes out to the provider. Look at it well first."),
        warnings=_warnings_of(operations),
        context={
            "cards": _cards_of(request, row, operations),
            "tables": read_tables(request, _tables_of(row, operations[0])),
        },
    )


def _form_of(request: HttpRequest) -> DecisionForm:
    """The form as it was answered; not answered yet, but with what was typed, where a value was revealed beside it."""
    if request.method == "POST" and not comes_from_reveal(request):
        return DecisionForm(request.POST)
    return DecisionForm(initial={"reason": request.POST.get("reason", "")})


def _warnings_of(operations: list[Operation]) -> list[str]:
    """That some cannot be approved, and why."""
    count = sum(operation.subject_is_restricted for operation in operations)
    if not count:
        return []
    return [
        ngettext(
            "The customer of %(count)d act asked to be forgotten: it cannot be approved. Whatever you decide ends it, "
            "and nothing of it is sent.",
            "The customers of %(count)d acts asked to be forgotten: they cannot be approved. Whatever you decide ends "
            "them, and nothing of them is sent.",
            count,
        )
        % {"count": count}
    ]


def _decide(request: HttpRequest, row: Operation | OperationBatch, answers: dict[str, Any]) -> HttpResponseBase:
    try:
        said = _act_of(row, answers)(request.user)
    except OperationError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, said)
    return HttpResponseRedirect(page_of(row))


def _act_of(row: Operation | OperationBatch, answers: dict[str, Any]) -> Callable[[Any], str]:
    """What the answer does; returns what is said after it."""
    agrees = answers["decision"] == "approve"
    why = {} if agrees else {"reason": answers["reason"]}
    if isinstance(row, OperationBatch):
        decide_batch = services.approve_batch if agrees else services.refuse_batch
        return lambda person: _said_of_batch(decide_batch(batch_id=row.pk, by=person, **why))
    decide_one = services.approve if agrees else services.refuse_approval
    return lambda person: _said_of(decide_one(operation_id=row.pk, by=person, **why))


def _said_of(operation: Operation) -> str:
    if operation.state == State.NOT_APPROVED:
        return _("It was not approved. Nothing was sent.")
    if operation.state == State.AWAITING_APPROVAL:
        return _("You have approved it. It waits for another person.")
    return _("Approved. It goes out as soon as a worker is free.")


def _said_of_batch(decided: Decided) -> str:
    counted = (
        (len(decided.queued), _("Approved and on the way: %(count)d.")),
        (len(decided.waiting), _("Approved by you, waiting for another person: %(count)d.")),
        (len(decided.ended), _("Not approved, nothing sent: %(count)d.")),
        (
            len(decided.void),
            _("Ended because changed after the asking, too late, or asked to be forgotten, nothing sent: %(count)d."),
        ),
    )
    return " ".join(words % {"count": count} for count, words in counted if count)


def _awaiting(row: Operation | OperationBatch) -> QuerySet[Operation]:
    rows = queries.awaiting_approval().select_related("requested_by").prefetch_related("approvals").order_by("pk")
    return rows.filter(batch=row) if isinstance(row, OperationBatch) else rows.filter(pk=row.pk)


def _cards_of(request: HttpRequest, row: Operation | OperationBatch, operations: list[Operation]) -> list[Card]:
    if isinstance(row, OperationBatch):
        return [_batch_card(operations), approval_card(operations[0])]
    cards = [_asked_card(request, row), approval_card(operations[0])]
    subject = subject_of(row)
    if subject is not None:
        facts = [Fact(label=label, value=show(value)) for label, value in facts_of(subject)]
        cards.insert(1, Card(title=_("What it is about"), facts=[_subject_fact(subject), *facts]))
    return cards


def _subject_fact(subject: Any) -> Fact:
    return Fact(label=str(subject._meta.verbose_name).capitalize(), value=link_to(subject))  # noqa: SLF001 - documented


def _asked_card(request: HttpRequest, operation: Operation) -> Card:
    asked = facts_to_decide(operation, request=request, page=DECIDE)
    facts = [Fact(label=label, value=show(value)) for label, value in asked]
    worth = Fact(label=_("Worth"), value=show(worth_of(operation)))
    return Card(title=_("What was asked"), facts=[*facts, worth, *_asking_facts(operation)])


def _asking_facts(operation: Operation) -> list[Fact]:
    return [
        Fact(label=_("Asked by"), value=name_of(operation.requested_by)),
        Fact(label=_("Asked"), value=show(operation.created_at)),
    ]


def _batch_card(operations: list[Operation]) -> Card:
    count = len(operations)
    size = ngettext("%(count)d act", "%(count)d acts", count) % {"count": count}
    return Card(title=_("What was asked"), facts=[Fact(label=_("Together"), value=size), *_asking_facts(operations[0])])


def worth_of(operation: Operation) -> str:
    """What the operation is worth, in words; empty where that is not known."""
    kind = find_kind(operation.kind)
    worth = kind.value(operation.request) if kind and operation.request else None
    return write_worth(worth) if worth else ""


def approval_card(operation: Operation) -> Card:
    """Which policy asks for approval, and how far that is."""
    agreed = [row for row in operation.approvals.all() if row.decision == OperationApproval.Decision.APPROVED]
    so_far = _("%(agreed)d of %(needed)d") % {"agreed": len(agreed), "needed": operation.approvals_needed}
    facts = [
        Fact(label=_("Why it needs approval"), value=show(operation.approval_reason)),
        Fact(label=_("Approvals so far"), value=so_far),
    ]
    if operation.state == State.AWAITING_APPROVAL:
        facts.append(Fact(label=_("To be approved until"), value=show(operation.approval_expires_at)))
    return Card(title=_("Approval"), facts=facts)


def decisions_table(operation: Operation) -> RelatedTable:
    """What was decided about an operation, and by whom."""
    return RelatedTable(
        name="decisions",
        title=_("Decisions"),
        queryset=operation.approvals.select_related("by").order_by("pk"),
        columns=(
            Column(label=_("decision"), value=decision_badge),
            Column(label=_("by"), value=lambda decided: name_of(decided.by)),
            Column(label=_("when"), value=lambda decided: moment(decided.at)),
            Column(label=_("why"), value=reason_of),
        ),
        empty_text=_("Nobody has decided yet."),
    )


def reason_of(decided: OperationApproval) -> str:
    """Why, masked like every other text about the operation: who decides may have typed what was revealed to them."""
    return text_masker(decided.operation)(decided.reason)


def decision_badge(decided: OperationApproval) -> Any:
    """Yes or no, with its colour."""
    agreed = decided.decision == OperationApproval.Decision.APPROVED
    return status_badge(decided.decision, decided.get_decision_display(), "good" if agreed else "bad")


def _tables_of(row: Operation | OperationBatch, operation: Operation) -> list[RelatedTable]:
    if isinstance(row, OperationBatch):
        return [_rows_of_batch(row), decisions_table(operation)]
    return [decisions_table(operation), _earlier(operation)]


def _earlier(operation: Operation) -> RelatedTable:
    """What was asked before about the same object."""
    same = {"subject_model": operation.subject_model, "subject_id": operation.subject_id}
    about = Operation.objects.filter(**same) if operation.subject_model else Operation.objects.none()
    return RelatedTable(
        name="earlier",
        title=_("Earlier operations about the same"),
        queryset=about.filter(pk__lt=operation.pk).select_related("requested_by").order_by("-pk"),
        columns=(
            Column(label=_("operation"), value=lambda earlier: link_to(earlier, f"#{earlier.pk}")),
            Column(label=_("kind"), value=lambda earlier: label_of_kind(earlier.kind)),
            Column(label=_("asked for"), value=what_of),
            Column(label=_("state"), value=lambda earlier: status_badge(earlier.state, choices=State)),
            Column(label=_("asked by"), value=lambda earlier: name_of(earlier.requested_by)),
            Column(label=_("asked"), value=lambda earlier: moment(earlier.created_at)),
        ),
    )


def _rows_of_batch(batch: OperationBatch) -> RelatedTable:
    return RelatedTable(
        name="acts",
        title=_("Acts of this batch"),
        queryset=batch.operations.filter(state=State.AWAITING_APPROVAL).order_by("pk"),
        columns=(
            Column(label=_("operation"), value=lambda operation: link_to(operation, f"#{operation.pk}")),
            Column(label=_("asked for"), value=what_of),
            Column(label=_("worth"), value=worth_of, numeric=True),
        ),
        limit=100,
    )
