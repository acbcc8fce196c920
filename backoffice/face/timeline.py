"""Everything that happened to a row, in one list, the newest first, as far as the reader may see it.

Four sources: changes that the sync saw; events of the provider about the row; the audit record, which holds every step
of every operation, or for those who may not read it, the steps themselves; and the calls to the provider, but for those
of sync runs, which would bury all others. A page of the list is read with one query a source, from where the page
before ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.db.models import BigIntegerField, CharField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.audit.models import AuditRecord
from backoffice.audit.queries import about
from backoffice.audit.shown import changes_of, details_of
from backoffice.audit.words import label_of_action, label_of_model
from backoffice.calls.models import ProviderCall
from backoffice.calls.shown import VIEW as VIEW_CALLS
from backoffice.calls.shown import milliseconds, verdict_badge
from backoffice.operations.kinds import find_kind
from backoffice.operations.masked import text_masker
from backoffice.operations.models import Operation, OperationEvent, model_label
from backoffice.operations.queries import operations_about
from backoffice.security.restriction import is_restricted
from backoffice.sync.models import MirroredModel, RecordedChange
from backoffice.sync.queries import history_of
from backoffice.sync.shown import label_of_source
from backoffice.webhooks.queries import events_of, is_told_of

from .cards import Words
from .history import Difference, differences_of

SHOWN = 20
OLDER = "older"


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where something stands in the list: when, of which source, and its number there."""

    at: datetime
    source: int
    number: int

    @property
    def key(self) -> tuple[datetime, int, int]:
        """What the list is ordered by."""
        return self.at, self.source, self.number

    def write(self) -> str:
        """As it stands in an address."""
        return f"{self.at.isoformat()}~{self.source}~{self.number}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The position in an address; None where it is none."""
        try:
            at, source, number = text.split("~")
            moment = parse_datetime(at)
            position = cls(at=moment, source=int(source), number=int(number)) if moment and moment.tzinfo else None
        except ValueError:
            return None
        return position if position and 0 < position.number <= BigIntegerField.MAX_BIGINT else None


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened: what, what became of which value, who did it, and where more stands."""

    position: Position
    title: Any = ""
    note: Any = ""
    differences: Sequence[Difference] = ()
    by: str = ""
    origin: Any = ""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A page of the list, and the addresses of the older page and of the newest one (empty where there is none)."""

    happenings: list[Happening] = field(default_factory=list)
    older_url: str = ""
    newest_url: str = ""


def timeline_of(
    request: HttpRequest,
    row: Model,
    *,
    words: Words,
    also: Sequence[QuerySet[Any]] = (),
    operations: Sequence[QuerySet[Operation]] = (),
) -> Timeline:
    """What happened to a row, from the position in the address on; four queries at most.

    words: the known words of its status columns. also: rows that belong to it, whose audit records count as its own.
    operations: those that made or changed it, though they are about another row.
    """
    start = Position.read(request.GET.get(OLDER, ""))
    acts = [operations_about(row), *(_about_others(found, row) for found in operations)]
    readers = _readers(request, row, words=words, also=also, acts=acts)
    found = [happening for read in readers for happening in read(start)]
    found.sort(key=lambda happening: happening.position.key, reverse=True)
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return Timeline(
        happenings=found[:SHOWN],
        older_url=_address(request, last.position) if last else "",
        newest_url=_address(request, None) if start else "",
    )


Read = Callable[[Position | None], list[Happening]]


def _about_others(operations: QuerySet[Operation], row: Model) -> QuerySet[Operation]:
    """The operations but for those about the row itself: nothing is told twice."""
    return operations.exclude(subject_model=model_label(row), subject_id=str(row.pk))


def _readers(
    request: HttpRequest,
    row: Model,
    *,
    words: Words,
    also: Sequence[QuerySet[Any]],
    acts: Sequence[QuerySet[Operation]],
) -> list[Read]:
    """What the reader may see of the sources; of a row that is kept back only the audit record."""
    sources: list[Read] = []
    is_kept_back = is_restricted(row)
    if isinstance(row, MirroredModel) and not is_kept_back:
        sees_runs = request.user.has_perm("sync.view_syncrun")
        sources.append(lambda start: _read_changes(row, words, start, sees_runs=sees_runs))
        if request.user.has_perm("webhooks.view_webhookevent") and is_told_of(type(row)):
            sources.append(lambda start: _read_events(row, start))
    if request.user.has_perm("audit.view_auditrecord"):
        sources.append(lambda start: _read_records(row, [*acts, *also], start))
    elif request.user.has_perm("operations.view_operation") and not isinstance(row, Operation) and not is_kept_back:
        sources.append(lambda start: _read_steps(acts, start))
    if isinstance(row, MirroredModel) and request.user.has_perm(VIEW_CALLS) and not is_kept_back:
        sources.append(lambda start: _read_calls(row, acts, start))
    return sources


def _address(request: HttpRequest, position: Position | None) -> str:
    parameters = request.GET.copy()
    parameters.pop(OLDER, None)
    if position:
        parameters[OLDER] = position.write()
    return f"{request.path}?{parameters.urlencode()}#history"


def _before(start: Position | None, source: int, column: str) -> Q:
    """What of a source comes behind the position, in the order of the whole list."""
    if start is None:
        return Q()
    earlier = Q(**{f"{column}__lt": start.at})
    if source > start.source:
        return earlier
    same_moment = Q(**{column: start.at})
    return earlier | (same_moment if source < start.source else same_moment & Q(pk__lt=start.number))


def _read_changes(row: MirroredModel, words: Words, start: Position | None, *, sees_runs: bool) -> list[Happening]:
    changes = history_of(row).filter(_before(start, 1, "recorded_at")).order_by("-recorded_at", "-pk")
    return [
        Happening(
            position=Position(at=change.recorded_at, source=1, number=change.pk),
            title=_("First seen") if change.is_first_sight else "",
            differences=differences_of(change.columns, type(row), words),
            origin=_origin_of(change, sees_runs=sees_runs),
        )
        for change in changes[: SHOWN + 1]
    ]


def _origin_of(change: RecordedChange, *, sees_runs: bool) -> Any:
    """By which run, or by what else."""
    if change.run is None:
        return label_of_source(change.source)
    text = _("by run #%(number)s") % {"number": change.run.pk}
    if not sees_runs:
        return text
    return format_html('<a href="{}">{}</a>', reverse("admin:sync_syncrun_change", args=[change.run.pk]), text)


def _read_events(row: MirroredModel, start: Position | None) -> list[Happening]:
    effects = events_of(row).filter(_before(start, 5, "event__received_at")).order_by("-event__received_at", "-pk")
    return [
        Happening(
            position=Position(at=effect.event.received_at, source=5, number=effect.pk),
            title=_("The provider sent %(event)s") % {"event": effect.event},
            note=effect.get_outcome_display() or effect.get_state_display(),
            origin=format_html(
                '<a href="{}">{}</a>',
                reverse("admin:webhooks_webhookevent_change", args=[effect.event_id]),
                _("webhook event"),
            ),
        )
        for effect in effects[: SHOWN + 1]
    ]


def _read_steps(acts: Sequence[QuerySet[Operation]], start: Position | None) -> list[Happening]:
    """One statement: the steps of each kind of operations are an arm of a union, so that each is found by the index."""
    first, *others = [
        OperationEvent.objects.filter(_before(start, 2, "at"), operation__in=_keys(found))
        .select_related("operation", "by")
        .order_by()
        for found in acts
    ]
    return [_step(event) for event in first.union(*others).order_by("-at", "-pk")[: SHOWN + 1]]


def _keys(operations: QuerySet[Operation]) -> QuerySet[Any, Any]:
    return operations.order_by().values("pk")


def _step(event: OperationEvent) -> Happening:
    operation = event.operation
    label = label_of_kind(operation.kind)
    is_step = event.from_state != event.to_state
    return Happening(
        position=Position(at=event.at, source=2, number=event.pk),
        title=f"{label}: {event.get_to_state_display()}" if is_step else label,
        note=text_masker(operation)(event.note),
        by=event.by.get_username() if event.by else "",
        origin=_link_to_operation(operation.pk, f"#{operation.pk}"),
    )


def _read_calls(row: MirroredModel, acts: Sequence[QuerySet[Operation]], start: Position | None) -> list[Happening]:
    """Calls of its operations, and single reads of it; each found by its own index."""
    single_reads = Q(model=model_label(row), remote_id=row.remote_id) & ~Q(cause=ProviderCall.Cause.SYNC)
    earlier = ProviderCall.objects.filter(_before(start, 4, "at")).defer("request", "answer").order_by()
    of_acts = [earlier.filter(operation_id__in=_keys(found)) for found in acts]
    calls: Any = earlier.filter(single_reads).union(*of_acts).order_by("-at", "-pk")
    return [_call(call) for call in calls[: SHOWN + 1]]


def _call(call: ProviderCall) -> Happening:
    url = reverse("admin:calls_providercall_change", args=[call.pk])
    return Happening(
        position=Position(at=call.at, source=4, number=call.pk),
        title=_("Call to the provider: %(call)s") % {"call": call.call},
        note=format_html("{} {}", verdict_badge(call), milliseconds(call.duration_ms)),
        by=call.actor_name,
        origin=format_html('<a href="{}">{}</a>', url, _("call #%(number)s") % {"number": call.pk}),
    )


def label_of_kind(name: str) -> str:
    """What people call a kind of operation; its name where its code is gone."""
    kind = find_kind(name)
    return capfirst(str(kind.label if kind else name))


def _link_to_operation(number: int, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:operations_operation_change", args=[number]), text)


def _read_records(row: Model, also: Sequence[QuerySet[Any]], start: Position | None) -> list[Happening]:
    """One statement: each kind of subject is an arm of a union, so that each is found by the index."""
    of_row, *of_others = [
        AuditRecord.objects.filter(_before(start, 3, "at"), condition).annotate(kind=_KIND_OF_OPERATION).order_by()
        for condition in [about(row), *(_about_any(rows) for rows in also)]
    ]
    records: Any = of_row.union(*of_others, all=True).order_by("-at", "-pk")
    return [_record(record, row) for record in records[: SHOWN + 1]]


_STEPS = "operation."
"""How the actions begin whose titles say all of a step of an operation."""

_KIND_OF_OPERATION = Subquery(Operation.objects.filter(pk=OuterRef("operation_id")).order_by().values("kind"))


def _about_any(rows: QuerySet[Any]) -> Q:
    """The records whose subject is any of these rows."""
    keys = rows.order_by().annotate(key_as_text=Cast("pk", CharField())).values("key_as_text")
    return Q(subject_model=rows.model._meta.label_lower, subject_id__in=keys)  # noqa: SLF001 - as documented


def _record(record: Any, row: Model) -> Happening:
    return Happening(
        position=Position(at=record.at, source=3, number=record.pk),
        title=label_of_action(record.action),
        note=_summary(record, row),
        differences=_recorded_differences(record),
        by=record.actor_name,
        origin=format_html(
            '<a href="{}">{}</a>', reverse("admin:audit_auditrecord_change", args=[record.pk]), _("audit record")
        ),
    )


def _summary(record: Any, row: Model) -> Any:
    """On what, where it is not the row itself, and the details in one line."""
    is_other = record.subject_model != model_label(row)
    parts: list[Any] = []
    if is_other and record.kind:
        parts = [_link_to_operation(record.operation_id, label_of_kind(record.kind))]
        if record.action.startswith(_STEPS):
            return parts[0]
    elif is_other:
        parts = [f"{label_of_model(record.subject_model)} #{record.subject_id}"]
    parts += [format_html("{}: {}", name, value) for name, value in details_of(record)]
    return format_html_join(", ", "{}", ((part,) for part in parts))


def _recorded_differences(record: AuditRecord) -> list[Difference]:
    return [Difference(label=name, before=before, after=after) for name, before, after in changes_of(record)]
