"""What people can choose to do with an operation: the buttons, and the pages that ask before it happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.actions import ButtonTone, ObjectView, render_form_page
from backoffice.face.cards import Fact
from backoffice.operations import services
from backoffice.operations.errors import OperationError
from backoffice.operations.kinds import OperationKind, all_kinds, find_kind
from backoffice.operations.masked import described
from backoffice.operations.models import Operation, State
from backoffice.operations.services.choosing import obstacle_to_doing_again
from backoffice.operations.services.permissions import check_permission, may
from backoffice.operations.services.reading_back import can_be_read_back
from backoffice.operations.standing import standing_of

VIEW_PERMISSION = "operations.view_operation"
REASON_LENGTH = 1000


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("Kept with the operation, with your name."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoForm(forms.Form):
    """Nothing to fill in."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing to choose: where it is possible, what it does, what is said before and after (if nothing else: where
    the operation then stands).

    `obstacle` says why a person who holds the permission cannot choose it all the same; empty where nothing is.
    """

    name: str
    label: Any
    lead: Any
    act: Callable[..., Operation]
    is_possible: Callable[[Operation, OperationKind], bool]
    said_after: Any = ""
    obstacle: Callable[[Operation, Any], str] = lambda _operation, _person: ""
    asks_why: bool = False
    tone: ButtonTone = "plain"

    @property
    def link_tone(self) -> ButtonTone:
        """The look of the link to its page: only the button that does it looks dangerous."""
        return "plain" if self.tone == "danger" else self.tone

    def may_be_made_by(self, person: Any, kind: OperationKind) -> bool:
        """Whether the person holds the permission that the service will ask for."""
        return may(kind.permission, person)


def _is_unsettled(operation: Operation, _kind: OperationKind) -> bool:
    return operation.state == State.UNKNOWN and not operation.kept_answer


def _is_waiting(operation: Operation, _kind: OperationKind) -> bool:
    return operation.state == State.QUEUED and operation.not_before is not None


def _is_unsent(operation: Operation, _kind: OperationKind) -> bool:
    return operation.state in {State.QUEUED, State.AWAITING_APPROVAL}


CHOICES: tuple[Choice, ...] = (
    Choice(
        name="read-back",
        label=gettext_lazy("Read back"),
        lead=gettext_lazy(
            "The provider is asked now whether it was done. If it was, our records are completed. If it was not, it "
            "is sent again. If there is no telling, nothing changes."
        ),
        said_after=gettext_lazy("The provider was asked: see below what came of it."),
        act=services.read_back,
        is_possible=can_be_read_back,
        tone="primary",
    ),
    Choice(
        name="try-now",
        label=gettext_lazy("Try now"),
        lead=gettext_lazy("The pause ends, and it goes out as soon as a worker is free."),
        said_after=gettext_lazy("The pause was ended."),
        act=services.try_now,
        is_possible=_is_waiting,
        tone="primary",
    ),
    Choice(
        name="do-again",
        label=gettext_lazy("Do again"),
        lead=gettext_lazy("It is sent a second time. If the first one was done after all, it is then done twice."),
        said_after=gettext_lazy("It is sent again."),
        act=services.do_again,
        is_possible=_is_unsettled,
        obstacle=obstacle_to_doing_again,
        asks_why=True,
        tone="danger",
    ),
    Choice(
        name="leave",
        label=gettext_lazy("Leave"),
        lead=gettext_lazy("It is closed without anything being sent. Whether it was done stays open."),
        act=services.leave,
        is_possible=_is_unsettled,
        asks_why=True,
    ),
    Choice(
        name="cancel",
        label=gettext_lazy("Cancel"),
        lead=gettext_lazy("It is ended: from now on nothing of it is sent."),
        act=services.cancel,
        is_possible=_is_unsent,
        asks_why=True,
    ),
)


def choices_for(operation: Operation, kind: OperationKind | None, person: Any) -> list[Choice]:
    """What this person can choose now."""
    if kind is None:
        return []
    return [
        choice
        for choice in CHOICES
        if choice.is_possible(operation, kind)
        and choice.may_be_made_by(person, kind)
        and not choice.obstacle(operation, person)
    ]


def choice_views() -> Sequence[ObjectView]:
    """The confirm page of each choice; its button stands in the part of the page that renews itself."""
    return [
        ObjectView(
            name=choice.name,
            label=choice.label,
            view=_confirm_page(choice),
            permission=VIEW_PERMISSION,
            by_kind=all_kinds,
            has_button=False,
        )
        for choice in CHOICES
    ]


def _confirm_page(choice: Choice) -> Callable[[HttpRequest, Any, Operation], HttpResponseBase]:
    def view(request: HttpRequest, model_admin: Any, operation: Operation) -> HttpResponseBase:
        if (kind := find_kind(operation.kind)) is not None:
            check_permission(kind, request.user)
        form = (ReasonForm if choice.asks_why else NoForm)(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            return _act(request, model_admin, operation, choice, form.cleaned_data)
        return _ask(request, model_admin, operation, choice, form)

    return view


def _act(
    request: HttpRequest, model_admin: Any, operation: Operation, choice: Choice, answers: dict[str, Any]
) -> HttpResponseBase:
    try:
        acted_on = choice.act(operation_id=operation.pk, by=request.user, **answers)
    except OperationError as problem:
        messages.error(request, str(problem))
    else:
        said = choice.said_after or standing_of(acted_on, find_kind(acted_on.kind)).headline
        messages.success(request, str(said))
    return HttpResponseRedirect(model_admin.url_of("change", operation))


def _ask(
    request: HttpRequest, model_admin: Any, operation: Operation, choice: Choice, form: forms.Form
) -> HttpResponseBase:
    kind = find_kind(operation.kind)
    standing = standing_of(operation, kind)
    return render_form_page(
        request,
        model_admin,
        title=choice.label,
        form=form,
        row=operation,
        submit_label=choice.label,
        submit_tone=choice.tone,
        lead=choice.lead,
        facts=[
            *(Fact(label=label, value=value) for label, value in described(operation)),
            Fact(label=_("Where it stands"), value=standing.headline),
            Fact(label=_("Was anything sent?"), value=standing.sent),
        ],
    )
