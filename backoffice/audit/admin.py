"""What auditors see of the audit record: a list, a page a record, and how far it is sealed. Nothing is changed here."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.admin import Card, Fact, QuickFilter, ReadOnlyAdmin
from backoffice.face.badges import copyable, empty, moment
from backoffice.face.cards import show
from backoffice.face.columns import column
from backoffice.face.exports import ExportColumn

from .filters import AuditRecordFilterSet
from .models import AuditRecord
from .queries import chain_state, seal_of
from .shown import changes_of, details_of, write_out
from .words import label_of_action, label_of_model

# Those who read the audit record do not look after people: the link would lead to a refusal.
WITHOUT_LINKS = {"auth"}


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    """Who did what, and who saw what."""

    filterset_class = AuditRecordFilterSet
    list_display = ("when", "who", "what", "about", "operation", "address", "correlation")
    list_display_links = ("when",)
    search_fields = ("=correlation_id", "=actor_name", "=subject_id")
    search_placeholder = gettext_lazy("Correlation id, a person's name, an object's id")
    counted_as = gettext_lazy("audit records")
    empty_list_text = gettext_lazy("Nothing has been recorded yet.")
    change_list_template = "admin/audit/change_list.html"
    quick_filters = (
        QuickFilter(label=gettext_lazy("Failed sign-ins"), parameters={"action": "sign_in.failed"}),
        QuickFilter(label=gettext_lazy("Reveals"), parameters={"action": "field.revealed"}),
        QuickFilter(label=gettext_lazy("Exports"), parameters={"action": "list.exported"}),
        QuickFilter(label=gettext_lazy("Groups changed"), parameters={"action": "person.groups_changed"}),
    )
    has_timeline = False
    export_columns = (
        "pk",
        "at",
        "action",
        "actor_id",
        "actor_name",
        "address",
        "correlation_id",
        "subject_model",
        "subject_id",
        "operation_id",
        "sync_run_id",
        ExportColumn(heading=gettext_lazy("before"), value=lambda record: write_out(record.before)),
        ExportColumn(heading=gettext_lazy("after"), value=lambda record: write_out(record.after)),
        ExportColumn(heading=gettext_lazy("details"), value=lambda record: write_out(record.details)),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with how far it is sealed."""
        chain = chain_state() if self.has_view_permission(request) else None
        return super().changelist_view(request, {"chain": chain, **(extra_context or {})})

    def page_title(self, row: AuditRecord) -> Any:
        """What happened."""
        return label_of_action(row.action)

    def page_context(self, request: HttpRequest, row: AuditRecord) -> dict[str, Any]:
        """Everything that the record says."""
        cards = [_facts_card(row), _object_card(row), _change_card(row), _details_card(row)]
        return {"cards": [card for card in cards if card.facts]}

    @column(gettext_lazy("when"), ordering="pk")
    def when(self, record: AuditRecord) -> SafeString:
        """The moment."""
        return moment(record.at)

    @column(gettext_lazy("who"), ordering="actor_name")
    def who(self, record: AuditRecord) -> Any:
        """The person's name at that time; nobody for what happens by itself."""
        return record.actor_name or empty()

    @column(gettext_lazy("what"), ordering="action")
    def what(self, record: AuditRecord) -> Any:
        """What happened, in words."""
        return label_of_action(record.action)

    @column(gettext_lazy("object"))
    def about(self, record: AuditRecord) -> Any:
        """What it happened to."""
        return _link_to_subject(record)

    @column(gettext_lazy("operation"), ordering="operation_id")
    def operation(self, record: AuditRecord) -> Any:
        """The operation behind it."""
        return _link("operations.operation", record.operation_id)

    @column(gettext_lazy("correlation id"))
    def correlation(self, record: AuditRecord) -> Any:
        """Everything that came of the same request."""
        return _link_to_correlated(record, shown=record.correlation_id[:8])


def _facts_card(record: AuditRecord) -> Card:
    seal = seal_of(record)
    return Card(
        title=_("Who and when"),
        facts=[
            Fact(label=_("When"), value=show(record.at)),
            Fact(label=_("Who"), value=show(record.actor_name or _("nobody: it happened by itself"))),
            Fact(label=_("From where"), value=show(record.address)),
            Fact(label=_("What"), value=copyable(record.action)),
            Fact(label=_("Correlation id"), value=copyable(record.correlation_id)),
            Fact(label=_("Same request"), value=_link_to_correlated(record, shown=_("all records with this id"))),
            Fact(label=_("Sealed"), value=_sealed(seal.number, seal.sealed_at) if seal else _("not yet")),
        ],
    )


def _sealed(number: int, at: Any) -> SafeString:
    return format_html("{} {}", _("in seal #%(number)d,") % {"number": number}, moment(at))


def _object_card(record: AuditRecord) -> Card:
    facts = []
    if record.subject_model:
        facts.append(Fact(label=label_of_model(record.subject_model), value=_link_to_subject(record)))
    if record.operation_id:
        facts.append(Fact(label=_("Operation"), value=_link("operations.operation", record.operation_id)))
    if record.sync_run_id:
        facts.append(Fact(label=_("Sync run"), value=_link("sync.syncrun", record.sync_run_id)))
    return Card(title=_("About"), facts=facts)


def _change_card(record: AuditRecord) -> Card:
    facts = [
        Fact(label=name, value=format_html("{} → {}", before, after)) for name, before, after in changes_of(record)
    ]
    return Card(title=_("Before → after"), facts=facts)


def _details_card(record: AuditRecord) -> Card:
    return Card(title=_("Details"), facts=[Fact(label=name, value=value) for name, value in details_of(record)])


def _link_to_subject(record: AuditRecord) -> Any:
    if not record.subject_model:
        return empty()
    name = f"{label_of_model(record.subject_model)} #{record.subject_id}" if record.subject_id else ""
    return _link(record.subject_model, record.subject_id, shown=name or label_of_model(record.subject_model))


def _link_to_correlated(record: AuditRecord, *, shown: Any) -> Any:
    if not record.correlation_id:
        return empty()
    url = reverse("admin:audit_auditrecord_changelist")
    return format_html('<a href="{}?correlation_id={}">{}</a>', url, record.correlation_id, shown)


def _link(model: str, key: Any, *, shown: str = "") -> Any:
    """A link to an object's page, which may be gone; only its number where its model has no page."""
    if not key:
        return shown or empty()
    text = shown or f"#{key}"
    if model.split(".", maxsplit=1)[0] in WITHOUT_LINKS:
        return text
    try:
        options = apps.get_model(model)._meta  # noqa: SLF001 - Django's documented way to ask
        url = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[key])
    except (LookupError, ValueError, NoReverseMatch):
        return text
    return format_html('<a href="{}">{}</a>', url, text)
