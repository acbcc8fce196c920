"""Admin classes for rows that people read and do not edit.

`ReadOnlyAdmin` is for rows of ours (operations, documents, runs); `MirrorAdmin` for rows of the provider. Both show
a row as cards of facts (`fieldsets`), tables of related rows (`related_tables`), and buttons (`object_views`)::

    @admin.register(Payment)
    class PaymentAdmin(MirrorAdmin):
        resource_name = "payments"
        filterset_class = PaymentFilterSet
        list_display = ("remote_id", "customer_link", "state", "amount")
        list_select_related = ("customer",)
        page_select_related = ("customer",)
        words = {"status": Payment.Status}
        fieldsets = ((_("Payment"), {"fields": ("remote_id", "status", "customer")}),)

        def related_tables(self, request, payment):
            return [RelatedTable(title=_("Bank transactions"), queryset=payment.bank_transactions.all(), columns=[...])]

Nothing here can add, change or delete: not the pages, not the views behind them, for a superuser neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.operations.models import Operation
from backoffice.security.masking import Sensitive
from backoffice.security.restriction import is_restricted, without_restricted

from .actions import ListView, ObjectView, ViewsMixin
from .badges import copyable, status_badge
from .cards import Card, Fact, Words, cards_of
from .columns import column
from .filtering import FilteredAdmin, QuickFilter
from .freshness import freshness_line
from .moments import exact_time
from .payloads import readable_json
from .renewing import answer_whether_renewed, as_read, base_template_for
from .revealing import reveal_field
from .sensitive import masked_columns, searchable_fields, sensitive_values
from .tables import Column, RelatedTable, read_tables
from .timeline import Timeline, timeline_of

__all__ = [
    "Card",
    "Column",
    "Fact",
    "ListView",
    "MirrorAdmin",
    "ObjectView",
    "QuickFilter",
    "ReadOnlyAdmin",
    "RelatedTable",
    "column",
]

READING_METHODS = {"GET", "HEAD"}


class ReadOnlyAdmin(ViewsMixin, FilteredAdmin):
    """Lists and pages of rows that nobody edits here.

    * `fieldsets`: the cards; names of fields, or of methods of the admin class or the model
    * `words`: `{field: TextChoices}` for status columns: shown as a badge, an unknown word as it came
    * `sensitive`: what is masked and who may reveal it, by the names of fields, or by any names that say how to `read`
    * `page_select_related`: what the page's facts reach over foreign keys
    * `object_views`, `list_views`: see `backoffice.face.actions`
    * `counted_as`: what the rows are called below the list, where the list's own name is none for several of them
    * `has_timeline`: whether the page shows what happened to the row; `timeline_also` and `timeline_operations` add
      what belongs to it
    * `page_template`: extends "admin/face/page.html" (blocks `before_cards`, `after_cards`, `after_tables`, `aside`)
    """

    actions: Any = None
    words: Words = {}
    page_select_related: Sequence[str] = ()
    sensitive: Mapping[str, Sensitive] = {}
    counted_as: Any = ""
    has_timeline: bool = True
    page_template = "admin/face/page.html"
    change_list_template = "admin/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: rows come from elsewhere."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def page_title(self, row: Any) -> Any:
        """What stands at the top of a row's page."""
        return str(row)

    def page_badges(self, row: Any) -> Iterable[Any]:
        """Badges beside the title: the status columns of `words`."""
        return [
            status_badge(getattr(row, name), choices=choices)
            for name, choices in self.words.items()
            if getattr(row, name)
        ]

    def page_id(self, row: Any) -> Any:
        """What tells it from others under the title: its number, where the title does not say it."""
        number = f"#{row.pk}"
        return "" if number in str(self.page_title(row)) else number

    def page_notices(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, Any]]:
        """Sentences above the cards: (tone, text), tone "bad", "attention" or "busy"."""
        return ()

    def related_tables(self, request: HttpRequest, row: Any) -> Sequence[RelatedTable]:
        """The tables under the cards."""
        return ()

    def timeline_also(self, row: Any) -> Sequence[QuerySet[Any]]:
        """Rows that belong to this one, and whose audit records stand in its timeline."""
        return ()

    def timeline_operations(self, row: Any) -> Sequence[QuerySet[Operation]]:
        """Operations that made or changed the row, though they are about another one (a customer, a bank line)."""
        return ()

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """More for the page's template."""
        return {}

    def sensitive_of(self, row: Any) -> Mapping[str, Sensitive]:
        """What of a row is masked, and who may reveal it: the same for all rows, but for those of operations."""
        return self.sensitive

    def sensitive_by_kind(self) -> Iterable[tuple[Any, Mapping[str, Sensitive]]]:
        """All that `sensitive_of` can give, with the kind of operation that has it; None where there are no kinds."""
        return [(None, self.sensitive)]

    def get_urls(self) -> list[URLPattern]:
        """The address that reveals a sensitive field, before all others."""
        reveal = self._pattern("<path:object_id>/reveal/<slug:name>/", self._reveal, "reveal")
        has_any = any(declared for _kind, declared in self.sensitive_by_kind())
        return [*([reveal] if has_any else []), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; sensitive fields masked."""
        return masked_columns(self.model, super().get_list_display(request))

    def get_search_fields(self, request: HttpRequest) -> Any:
        """What this reader may search in."""
        return searchable_fields(request, self.model, super().get_search_fields(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is found; nobody who asked to be forgotten: to be found would say what is hidden."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return (without_restricted(found) if search_term.strip() else found), may_repeat

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The cards; all fields in one card where none are declared."""
        if self.fieldsets:
            return self.fieldsets
        return ((self._name(), {"fields": [field.name for field in self.opts.fields]}),)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """A row's page. Anything but reading is refused."""
        if object_id is None or request.method not in READING_METHODS:
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(_("%(name)s %(key)s is not here.") % {"name": self._name(), "key": unquote(object_id)})
        response = TemplateResponse(
            request, self.page_template, {**self._page(request, row), **self.page_context(request, row)}
        )
        if self.sensitive_of(row):
            response["Cache-Control"] = "private, no-store"
        return response

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row with what its page reaches over foreign keys; None where there is none."""
        rows = self.get_queryset(request)
        if self.page_select_related:
            rows = rows.select_related(*self.page_select_related)
        return self._find(rows, object_id, from_field)

    def _find(self, rows: QuerySet[Any], object_id: str, from_field: str | None = None) -> Any:
        field = self.opts.get_field(from_field) if from_field else self.opts.pk
        try:
            return rows.filter(**{field.name: field.to_python(object_id)}).first()
        except (ValidationError, ValueError):
            return None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with its buttons."""
        return super().changelist_view(
            request,
            {
                "title": capfirst(str(self.opts.verbose_name_plural)),
                "list_buttons": self.list_buttons(request),
                **(extra_context or {}),
            },
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's page of changes; whoever may see none of the rows is told so before one is looked for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def _reveal(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        return reveal_field(request, self, object_id, name)

    def _name(self) -> str:
        return capfirst(str(self.opts.verbose_name))

    def _timeline(self, request: HttpRequest, row: Any) -> Timeline:
        return timeline_of(
            request,
            row,
            words=self.words,
            also=self.timeline_also(row),
            operations=self.timeline_operations(row),
        )

    def _page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "media": self.media,
            "title": self.page_title(row),
            "page_id": self.page_id(row),
            "badges": list(self.page_badges(row)),
            "buttons": self.object_buttons(request, row),
            "notices": list(self.page_notices(request, row)),
            "cards": cards_of(self, row, self.get_fieldsets(request, row), request=request),
            "tables": read_tables(request, self.related_tables(request, row)),
            "timeline": self._timeline(request, row) if self.has_timeline else None,
            "preserved_filters": self.get_preserved_filters(request),
        }


class MirrorAdmin(ReadOnlyAdmin):
    """Lists and pages of the provider's objects.

    On top of `ReadOnlyAdmin`: how fresh the data is, "Sync now", the history of recorded changes, and the object
    as it was received. `resource_name` is the name of the sync resource, "payments". `clear_payload_keys` are keys
    of that object which hold nothing personal here, though they do elsewhere.
    """

    resource_name: str = ""
    payload_permission: str = ""
    clear_payload_keys: AbstractSet[str] = frozenset()

    def page_title(self, row: Any) -> Any:
        """The row's name; where it has none but its id, what it is: the id stands below."""
        return self._name() if str(row) == row.remote_id else str(row)

    def page_id(self, row: Any) -> Any:
        """The provider's id."""
        return copyable(row.remote_id)

    def page_notices(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, Any]]:
        """A warning where the provider no longer lists the row."""
        if row.missing_since is not None:
            yield (
                "attention",
                _("The provider's list has not held this since %(when)s. What stands here is what it last said.")
                % {"when": exact_time(row.missing_since)},
            )

    def get_urls(self) -> list[URLPattern]:
        """The address at which an open page asks whether there is something new, before all others."""
        return [self._pattern("<path:object_id>/renewed/", self._renewed, "renewed"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with its freshness."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        line = freshness_line(request, self.resource_name)
        return super().changelist_view(request, {"freshness": line, **(extra_context or {})})

    def _page(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        return {
            **super()._page(request, row),
            "mirrored": row,
            "base_template": base_template_for(request),
            "as_read": as_read(row, resource_name=self.resource_name, url=self.url_of("renewed", row)),
            "freshness": freshness_line(request, self.resource_name),
            "payload": self._readable_payload(request, row),
        }

    def _renewed(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        row = self._find(self.get_queryset(request).defer("payload"), unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(_("There is no such row."))
        return answer_whether_renewed(request, row, resource_name=self.resource_name)

    def _readable_payload(self, request: HttpRequest, row: Any) -> str:
        """The object as received, indented and masked; empty for those who may not see it."""
        if self.payload_permission and not request.user.has_perm(self.payload_permission):
            return ""
        if is_restricted(row):
            return ""
        return readable_json(row.payload, values=sensitive_values(row), clear_keys=self.clear_payload_keys)
