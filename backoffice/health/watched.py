"""The conditions that are watched: lists, token, quarantine, operations, processes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.mode_lines import MODE_TITLES
from backoffice.operations.models import Operation, State
from backoffice.operations.queries import waiting_to_be_sent
from backoffice.sync.models import Quarantine
from backoffice.sync.modes import ModeFreshness
from backoffice.sync.queries import late_lists, recent_drift
from backoffice.sync.schedule import fair_time
from backoffice.webhooks.queries import oldest_waiting_at, refused_count, waiting_count

from .conditions import Condition, Facts, Finding
from .heartbeats import is_sync_stopped, silence_noticed_at, silent_processes
from .token import is_token_failing

UNKNOWN_TOO_LONG = timedelta(minutes=15)
GROWTH_PERIOD = timedelta(hours=1)
REFUSALS_PERIOD = timedelta(minutes=15)
WAITING_TOO_LONG = timedelta(minutes=15)


def _find_late_lists() -> Iterator[Finding]:
    """Each list with its kinds of run that are late. What a silence has kept waiting gets a fair time after it."""
    now, silence = timezone.now(), silence_noticed_at()
    for late in late_lists():
        yield Finding(
            about=late.resource.name,
            facts={"label": str(late.resource.label), "late": [_as_fact(found) for found in late.modes]},
            opens=silence is None or any(now - silence > fair_time(found.mode) for found in late.modes),
        )


def _as_fact(found: ModeFreshness) -> dict[str, Any]:
    last = found.last_success_at
    moment = f"{last:%Y-%m-%d %H:%M}" if last else ""
    return {"mode": str(found.mode), "last_success_at": moment, "never_began": found.never_began}


def _describe_late_list(facts: Facts) -> str:
    parts = [_("%(label)s: older than they should be.") % {"label": capfirst(facts["label"])}]
    for found in facts.get("late", []):
        words = {"kind": MODE_TITLES.get(found["mode"], found["mode"]), "moment": found["last_success_at"]}
        if words["moment"]:
            parts.append(_("“%(kind)s” last ended well at %(moment)s UTC.") % words)
        elif found.get("never_began"):
            parts.append(_("“%(kind)s” never began.") % words)
        else:
            parts.append(_("“%(kind)s” never ended well.") % words)
    return " ".join(parts)


def _find_growing_quarantine() -> Iterator[Finding]:
    new = Quarantine.objects.filter(resolved_at=None, first_seen_at__gte=timezone.now() - GROWTH_PERIOD).count()
    if new >= settings.ALERT_QUARANTINE_ITEMS:
        yield Finding(facts={"count": new})


def _describe_growing_quarantine(facts: Facts) -> str:
    return ngettext(
        "%(count)d item that could not be read came in within the hour.",
        "%(count)d items that could not be read came in within the hour.",
        facts["count"],
    ) % {"count": facts["count"]}


def _find_unknown_operations() -> Iterator[Finding]:
    too_long = timezone.now() - UNKNOWN_TOO_LONG
    count = Operation.objects.filter(state=State.UNKNOWN, sent_at__lte=too_long).count()
    if count:
        yield Finding(facts={"count": count})


def _describe_unknown_operations(facts: Facts) -> str:
    return ngettext(
        "%(count)d operation has had an unknown outcome for more than 15 minutes.",
        "%(count)d operations have had an unknown outcome for more than 15 minutes.",
        facts["count"],
    ) % {"count": facts["count"]}


def _find_waiting_operations() -> Iterator[Finding]:
    minutes = settings.ALERT_WAITING_OPERATIONS_MINUTES
    count = waiting_to_be_sent(due_before=timezone.now() - timedelta(minutes=minutes)).count()
    if count:
        yield Finding(facts={"count": count, "minutes": minutes})


def _describe_waiting_operations(facts: Facts) -> str:
    return ngettext(
        "%(count)d operation is due, and no worker has taken it up for %(minutes)d minutes: it is not sent.",
        "%(count)d operations are due, and no worker has taken them up for %(minutes)d minutes: they are not sent.",
        facts["count"],
    ) % {"count": facts["count"], "minutes": facts["minutes"]}


def _find_failing_token() -> Iterator[Finding]:
    if is_token_failing():
        yield Finding()


def _find_refused_events() -> Iterator[Finding]:
    count = refused_count(within=REFUSALS_PERIOD)
    if count >= settings.ALERT_REFUSED_EVENTS:
        yield Finding(facts={"count": count})


def _describe_refused_events(facts: Facts) -> str:
    return ngettext(
        "%(count)d delivery of the provider's events was refused within 15 minutes.",
        "%(count)d deliveries of the provider's events were refused within 15 minutes.",
        facts["count"],
    ) % {"count": facts["count"]}


def _find_waiting_events() -> Iterator[Finding]:
    oldest = oldest_waiting_at()
    if oldest is not None and timezone.now() - oldest > WAITING_TOO_LONG:
        yield Finding(facts={"count": waiting_count()})


def _describe_waiting_events(facts: Facts) -> str:
    return ngettext(
        "%(count)d event of the provider waits, the oldest for more than 15 minutes.",
        "%(count)d events of the provider wait, the oldest for more than 15 minutes.",
        facts["count"],
    ) % {"count": facts["count"]}


def _find_drift() -> Iterator[Finding]:
    count = recent_drift().count()
    if count:
        yield Finding(facts={"count": count})


def _describe_drift(facts: Facts) -> str:
    return ngettext(
        "%(count)d row had drifted from the provider within the last day.",
        "%(count)d rows had drifted from the provider within the last day.",
        facts["count"],
    ) % {"count": facts["count"]}


def _find_silent_processes() -> Iterator[Finding]:
    for name in silent_processes():
        late = len(late_lists()) if is_sync_stopped([name]) else 0
        yield Finding(about=name, facts={"name": name, "late": late})


def _describe_silent(facts: Facts) -> str:
    """Who is silent and what follows from it; lists that grow old meanwhile have no alerts of their own."""
    words, late = _words_of_silence(facts["name"]), facts.get("late", 0)
    if not late:
        return words
    follows = ngettext(
        "%(count)d list is older than it should be.", "%(count)d lists are older than they should be.", late
    )
    return f"{words} {follows % {'count': late}}"


def _words_of_silence(name: str) -> str:
    if queue := name.partition("passage-")[2]:
        return " ".join([_("No worker takes up the queue “%(queue)s”.") % {"queue": queue}, _what_waits_in(queue)])
    return {
        "worker": _("No worker is alive: nothing is sent to the provider, nothing is read."),
        "beat": _("Beat is not alive: nothing is asked for on time."),
        "passage": _("Beat and a worker live, but messages do not pass between them."),
    }[name]


def _what_waits_in(queue: str) -> str:
    return {
        "operations": _("Until one does, nothing is sent to the provider."),
        "sync": _("Until one does, no list is read."),
        "default": _("Until one does, records are not sealed, and nothing is purged."),
    }.get(queue, _("Until one does, what is in it is only done later, by the syncs."))


CONDITIONS = (
    Condition(
        name="stale",
        page="admin:sync_overview",
        page_name=gettext_lazy("How fresh the data is"),
        label=gettext_lazy("A list is stale"),
        find=_find_late_lists,
        describe=_describe_late_list,
        advice=gettext_lazy(
            "Open “How fresh the data is”: beside each kind of run stands what went wrong with the last one. Does the "
            "provider answer? Without “Not final yet” open objects keep an old status here, without “Everything” what "
            "is gone at the provider is not marked. What never began nobody asks for: does beat run, and with the "
            "schedule of this version?"
        ),
    ),
    Condition(
        name="quarantine",
        page="admin:sync_quarantine_changelist?state=open",
        page_name=gettext_lazy("Quarantine"),
        label=gettext_lazy("The quarantine grows"),
        find=_find_growing_quarantine,
        describe=_describe_growing_quarantine,
        advice=gettext_lazy(
            "Open “Quarantine”: the reason says which field. If the provider changed its answers, run the probe of the "
            "contract and put what it found into the override file."
        ),
    ),
    Condition(
        name="waiting_operations",
        page="admin:operations_operation_changelist?state=queued",
        page_name=gettext_lazy("Operations that are queued"),
        label=gettext_lazy("Operations wait to be sent"),
        find=_find_waiting_operations,
        describe=_describe_waiting_operations,
        advice=gettext_lazy(
            "Does a worker run that has “operations” in its --queues? Look at its log. As soon as one does, what waits "
            "is sent by itself: open “Operations”, state queued, and cancel what must not be sent any more."
        ),
    ),
    Condition(
        name="unknown_operation",
        page="admin:operations_operation_changelist?state=unknown",
        page_name=gettext_lazy("Operations with an unknown outcome"),
        label=gettext_lazy("An outcome stays unknown"),
        find=_find_unknown_operations,
        describe=_describe_unknown_operations,
        advice=gettext_lazy("Open “Operations”, state unknown: read them back, or decide what became of them."),
    ),
    Condition(
        name="token",
        page="admin:calls_providercall_changelist?verdict=not_authorised",
        page_name=gettext_lazy("Calls that were not authorised"),
        label=gettext_lazy("The token fails"),
        find=_find_failing_token,
        describe=lambda _facts: _("The provider does not accept our token."),
        advice=gettext_lazy(
            "Check CRYPTOPOCKET_API_KEY and CRYPTOPOCKET_API_SECRET, and ask CryptoPocket if the address of this "
            "server is on its list: all three look the same from here. Operations wait until it works again."
        ),
    ),
    Condition(
        name="refused_events",
        page="admin:webhooks_webhookevent_changelist",
        page_name=gettext_lazy("Webhook inbox"),
        label=gettext_lazy("The inbox refuses events"),
        find=_find_refused_events,
        describe=_describe_refused_events,
        advice=gettext_lazy(
            "Open “Webhook inbox”: the reasons stand above the list. A wrong signature means that the secret is not "
            "the provider's, a wrong time that a clock is off."
        ),
    ),
    Condition(
        name="waiting_events",
        page="admin:webhooks_webhookevent_changelist?needs=waiting",
        page_name=gettext_lazy("Webhook events that wait"),
        label=gettext_lazy("Events are not worked on"),
        find=_find_waiting_events,
        describe=_describe_waiting_events,
        advice=gettext_lazy(
            "Open “Webhook events that wait”: “what went wrong” says why an object could not be read. Does a worker "
            "run, does the provider answer? What was not told by an event is read by the syncs."
        ),
    ),
    Condition(
        name="drift",
        page="admin:sync_driftfinding_changelist",
        page_name=gettext_lazy("Drift found"),
        label=gettext_lazy("The mirror drifts"),
        find=_find_drift,
        describe=_describe_drift,
        advice=gettext_lazy(
            "Open “Drift found”: each row says which fields differed; they are put right already. A sync missed the "
            "change: was one away, does the list leave fields out?"
        ),
    ),
    Condition(
        name="silent",
        label=gettext_lazy("A process is silent"),
        find=_find_silent_processes,
        describe=_describe_silent,
        advice=gettext_lazy(
            "Look at the processes on the server and their logs, and start what is missing; each queue must stand in "
            "the --queues of a worker. Nothing is lost: what waits is done when they are back. Lists that grow old "
            "meanwhile get no alert of their own before they had time to catch up."
        ),
    ),
)
