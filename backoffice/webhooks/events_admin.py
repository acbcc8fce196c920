"""The page of the inbox: what came, whether it was signed, what it caused, and what was refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.face.admin import ObjectView, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import empty, moment, status_badge, whole_number
from backoffice.face.columns import column
from backoffice.face.payloads import readable_json
from backoffice.face.tables import Column, RelatedTable
from backoffice.security.masking import MASK
from backoffice.sync.shown import label_of_resource, link_to_object

from . import queries
from .advice import advice_on
from .filters import WebhookEventFilterSet
from .models import ReadBack, WebhookEffect, WebhookEvent
from .receiving import LONGEST_UNSIGNED_BODY_BYTES
from .services import MOST_REPLAYED, replay

REPLAY_PERMISSION = "webhooks.replay_event"
BODY_PERMISSION = "webhooks.view_event_body"
_TONES: dict[str, Any] = {"waiting": "busy", "reading": "busy", "done": "good", "failed": "bad", "unclear": "neutral"}
_SETTLED = {WebhookEvent.State.DONE, WebhookEvent.State.FAILED, WebhookEvent.State.UNCLEAR}
_LINKS_SHOWN = 3


def _replay_view(request: HttpRequest, model_admin: Any, event: WebhookEvent) -> HttpResponseBase:
    _replay(request, WebhookEvent.objects.filter(pk=event.pk))
    return HttpResponseRedirect(reverse("admin:webhooks_webhookevent_change", args=[event.pk]))


def _replay(request: HttpRequest, events: QuerySet[WebhookEvent]) -> None:
    count = replay(events, by=request.user)  # type: ignore[arg-type]  # who may replay is signed in
    if not count:
        messages.warning(request, _("Nothing was replayed: what was chosen is waiting anyway."))
        return
    text = ngettext(
        "%(count)d event is worked through anew: its object is read from the provider within seconds.",
        "%(count)d events are worked through anew: their objects are read from the provider within seconds.",
        count,
    )
    messages.success(request, text % {"count": count})
    if count == MOST_REPLAYED:
        messages.warning(request, _("No more than %(count)d at once: choose the rest again.") % {"count": count})


def state_of(event: WebhookEvent) -> SafeString:
    """Where an event stands, as a badge."""
    return status_badge(event.state, event.get_state_display(), _TONES[event.state])


def _effect_in_words(effect: WebhookEffect) -> SafeString:
    word = effect.get_outcome_display() or effect.get_state_display()
    return format_html("{} {}", link_to_object(effect), word)


def _effect_badge(effect: WebhookEffect) -> SafeString:
    if effect.state == WebhookEffect.State.SETTLED:
        return status_badge(effect.outcome, effect.get_outcome_display(), "good")
    return status_badge(effect.state, effect.get_state_display(), _TONES[effect.state])


def _next_try(effect: WebhookEffect) -> SafeString:
    return moment(effect.next_try_at) if effect.state == WebhookEffect.State.WAITING else empty()


def _read_back_badge(read: ReadBack) -> SafeString:
    if not read.outcome:
        return status_badge("running", _("running"))
    has_failed = read.outcome in {ReadBack.Outcome.FAILED, ReadBack.Outcome.ABANDONED}
    return status_badge(read.outcome, read.get_outcome_display(), "bad" if has_failed else "good")


EFFECT_COLUMNS = (
    Column(label=gettext_lazy("Kind"), value=lambda effect: label_of_resource(effect.resource)),
    Column(label=gettext_lazy("Object"), value=link_to_object),
    Column(label=gettext_lazy("Outcome"), value=_effect_badge),
    Column(label=gettext_lazy("Failed tries"), value=lambda effect: whole_number(effect.tries), numeric=True),
    Column(label=gettext_lazy("Next try"), value=_next_try),
    Column(label=gettext_lazy("What went wrong"), value=lambda effect: effect.error),
)
READ_BACK_COLUMNS = (
    Column(label=gettext_lazy("Began"), value=lambda read: moment(read.began_at, exact=True)),
    Column(label=gettext_lazy("Object"), value=link_to_object),
    Column(label=gettext_lazy("Outcome"), value=_read_back_badge),
    Column(label=gettext_lazy("What went wrong"), value=lambda read: read.error),
)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """The events, what each caused, and what was refused."""

    filterset_class = WebhookEventFilterSet
    change_list_template = "admin/webhooks/inbox.html"
    actions = ("replay_events",)
    list_display = ("received", "name", "verdict_word", "state_badge", "times", "caused", "what_went_wrong")
    list_display_links = ("received", "name")
    search_fields = ("effects__remote_id", "provider_event_id")
    search_placeholder = gettext_lazy("Id of a payment, an off-ramp, a customer or an event")
    counted_as = gettext_lazy("webhook events")
    empty_list_text = gettext_lazy(
        "No event has come yet. Subscribe to the provider's events under Provider, Webhook subscriptions; the live "
        "check there shows whether one would arrive."
    )
    quick_filters = (
        QuickFilter(label=gettext_lazy("Failed"), parameters={"state": "failed"}),
        QuickFilter(label=gettext_lazy("Unknown names"), parameters={"needs": "unknown"}),
        QuickFilter(label=gettext_lazy("Not signed"), parameters={"verdict": "unsigned"}),
    )
    export_columns = (
        "pk",
        "received_at",
        "event_type",
        "event_type_sent",
        "provider_event_id",
        "verdict",
        "state",
        "times_received",
    )
    fieldsets = (
        (
            gettext_lazy("Event"),
            {
                "fields": (
                    "name",
                    "provider_event_id",
                    "state_badge",
                    "received_at",
                    "signed_at",
                    "verdict_word",
                    "times_received",
                    "last_received_at",
                    "ids_in_it",
                )
            },
        ),
        (gettext_lazy("Headers, without secrets"), {"fields": ("headers_table",)}),
    )
    object_views = (
        ObjectView(
            name="replay",
            label=gettext_lazy("Replay"),
            view=_replay_view,
            permission=REPLAY_PERMISSION,
            tone="primary",
            posts=True,
            shown_for=lambda event: event.state in _SETTLED,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEvent]:
        """With what each caused; bodies are read on an event's own page only."""
        events: QuerySet[WebhookEvent] = super().get_queryset(request)
        return events.defer("body", "headers").prefetch_related("effects")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WebhookEvent], search_term: str
    ) -> tuple[QuerySet[WebhookEvent], bool]:
        """Events with that id, or about the object that has it: ids are looked for as a whole."""
        searched = search_term.strip()
        return (queries.events_with_id(searched, queryset) if searched else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below what was refused in the last day."""
        refused = [(refusal, advice_on(refusal.reason)) for refusal in queries.refusals_by_reason()]
        return super().changelist_view(request, {"refused": refused, **(extra_context or {})})

    def page_title(self, row: WebhookEvent) -> Any:
        """The name of the event."""
        return str(row)

    def page_notices(self, request: HttpRequest, row: WebhookEvent) -> Iterable[tuple[str, Any]]:
        """Says where the body is not there to be looked at."""
        if not row.is_body_kept:
            text = _(
                "The body is not kept: nobody signed the event, and it is longer than %(size)s. The ids are from it."
            )
            yield "attention", text % {"size": filesizeformat(LONGEST_UNSIGNED_BODY_BYTES)}

    def related_tables(self, request: HttpRequest, row: WebhookEvent) -> Sequence[RelatedTable]:
        """What the event caused, and every read because of it."""
        return [
            RelatedTable(
                title=_("What it caused"),
                queryset=row.effects.order_by("pk"),
                columns=EFFECT_COLUMNS,
                empty_text=_("Nothing was read because of it."),
            ),
            RelatedTable(
                title=_("Reads of its objects since it came"),
                queryset=queries.read_backs_of(row),
                columns=READ_BACK_COLUMNS,
                counted=False,
                empty_text=_("None."),
            ),
        ]

    def page_context(self, request: HttpRequest, row: WebhookEvent) -> dict[str, Any]:
        """The body, masked, for those who may see it."""
        if not row.body or not request.user.has_perm(BODY_PERMISSION):
            return {}
        payload = MASK if queries.is_about_restricted(row) else readable_json(row.body)
        return {"payload": payload, "payload_at": row.received_at}

    @admin.action(description=gettext_lazy("Replay"), permissions=["replay"])
    def replay_events(self, request: HttpRequest, queryset: QuerySet[WebhookEvent]) -> None:
        """Have the selected events worked through anew."""
        _replay(request, WebhookEvent.objects.filter(pk__in=queryset.order_by().values("pk")))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered."""
        return request.user.has_perm(REPLAY_PERMISSION)

    @column(gettext_lazy("received"), ordering="received_at")
    def received(self, event: WebhookEvent) -> SafeString:
        """When it came first."""
        return moment(event.received_at)

    @column(gettext_lazy("event"), ordering="event_type")
    def name(self, event: WebhookEvent) -> SafeString:
        """Its name; marked where the catalogue does not know it, with the older name under which it was sent."""
        if not event.is_known:
            return format_html("{} {}", str(event), status_badge("unknown", _("unknown name"), "attention"))
        if event.event_type != event.event_type_sent:
            return format_html('{} <span class="quiet">{}</span>', event.event_type, event.event_type_sent)
        return format_html("{}", event.event_type)

    @column(gettext_lazy("signature"), ordering="verdict")
    def verdict_word(self, event: WebhookEvent) -> SafeString:
        """Whether it was signed, and with which secret."""
        tone: Any = "good" if event.verdict == WebhookEvent.Verdict.SIGNED else "attention"
        return status_badge(event.verdict, event.get_verdict_display(), tone)

    @column(gettext_lazy("state"), ordering="state")
    def state_badge(self, event: WebhookEvent) -> SafeString:
        """Where it stands."""
        return state_of(event)

    @column(gettext_lazy("times"), ordering="times_received", numeric=True)
    def times(self, event: WebhookEvent) -> SafeString:
        """How often it was sent."""
        return whole_number(event.times_received)

    @column(gettext_lazy("what it caused"))
    def caused(self, event: WebhookEvent) -> SafeString:
        """The objects that were read, and what that found."""
        effects = list(event.effects.all())
        if not effects:
            return empty()
        shown = format_html_join(", ", "{}", ((_effect_in_words(effect),) for effect in effects[:_LINKS_SHOWN]))
        return shown if len(effects) <= _LINKS_SHOWN else format_html("{}, …", shown)

    @column(gettext_lazy("what went wrong"))
    def what_went_wrong(self, event: WebhookEvent) -> SafeString:
        """Why an object could not be read."""
        errors = (effect.error for effect in event.effects.all() if effect.error)
        return next((format_html("{}", error) for error in errors), empty())

    @column(gettext_lazy("ids in it"))
    def ids_in_it(self, event: WebhookEvent) -> SafeString:
        """What was taken from the body: nothing else was."""
        if not event.ids:
            return empty()
        return format_html_join(", ", "{} {}", event.ids)

    @column(gettext_lazy("headers"))
    def headers_table(self, event: WebhookEvent) -> SafeString:
        """The headers, one a line."""
        return format_html_join("", "<div>{}: {}</div>", sorted(event.headers.items())) or empty()
