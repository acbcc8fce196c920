"""What the page of an operation says: where it stands, which renews itself, what was asked, and by whom."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from backoffice.face.actions import Button
from backoffice.face.cards import Card, Fact, show
from backoffice.face.moments import exact_time
from backoffice.operations.choices import choices_for
from backoffice.operations.deciding import decide_buttons
from backoffice.operations.kinds import find_kind
from backoffice.operations.masked import described, masked_steps, text_masker
from backoffice.operations.models import Operation
from backoffice.operations.standing import standing_of
from backoffice.operations.wording import name_of
from backoffice.operations.worker_notice import worker_context

STEPS_SHOWN = 50


def standing_view(request: HttpRequest, model_admin: Any, operation: Operation) -> HttpResponseBase:
    """The part of the page that renews itself."""
    return render(request, "admin/operations/standing.html", standing_context(request, model_admin, operation))


def standing_context(request: HttpRequest, model_admin: Any, operation: Operation) -> dict[str, Any]:
    """Everything that the part of an operation's page shows which renews itself."""
    kind = find_kind(operation.kind)
    standing = standing_of(operation, kind)
    return {
        "operation": operation,
        "standing": standing,
        "live_url": model_admin.url_of("standing", operation),
        "standing_buttons": [
            *decide_buttons(request.user, model_admin, operation),
            *(
                Button(label=choice.label, tone=choice.link_tone, url=model_admin.url_of(choice.name, operation))
                for choice in choices_for(operation, kind, request.user)
            ),
            *(
                Button(label=act.label, url=act.url)
                for act in (kind.next_acts(operation) if kind else [])
                if request.user.has_perm(act.permission)
            ),
        ],
        "links": kind.links(operation) if kind else [],
        "steps": masked_steps(operation, operation.events.select_related("by").order_by("-pk")[:STEPS_SHOWN]),
        "what_happened": text_masker(operation)(operation.error_text),
        **worker_context(is_needed=not standing.is_settled),
    }


def asked_card(request: HttpRequest, operation: Operation) -> Card:
    """What was asked, as the reader may see it, and whether the retention has removed it."""
    facts = [Fact(label=label, value=show(value)) for label, value in described(operation, request=request)]
    if operation.purged_at is not None:
        removed = _("Removed by the retention at %(at)s.") % {"at": exact_time(operation.purged_at)}
        facts.append(Fact(label=_("Content"), value=removed))
    return Card(title=_("What was asked"), facts=facts)


def people_card(operation: Operation) -> Card:
    """Who asked and who approved, when, and in which batch."""
    facts = [
        Fact(label=_("Asked by"), value=name_of(operation.requested_by)),
        Fact(label=_("Asked"), value=show(operation.created_at)),
    ]
    if operation.approved_by is not None:
        facts.append(Fact(label=_("Approved by"), value=name_of(operation.approved_by)))
    if operation.batch is not None:
        url = reverse("admin:operations_operationbatch_change", args=[operation.batch_id])
        facts.append(Fact(label=_("Batch"), value=format_html('<a href="{}">#{}</a>', url, operation.batch_id)))
    return Card(title=_("Who and when"), facts=facts)
