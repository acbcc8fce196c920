"""Lists that are filtered by a django-filter FilterSet.

`FilteredAdmin.filterset_class` names it; the same FilterSet then serves the list, an export and a workbench. A
value that cannot be read, or the name of a filter that does not exist, gives no rows and says so: a typing error
must never look like "everything".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django.contrib import admin, messages
from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR, TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.views.main import (
    ALL_VAR,
    ERROR_FLAG,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
    ChangeList,
    ChangeListSearchForm,
)
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Model, Q, QuerySet
from django.forms import IntegerField
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.security.masking import Kind
from backoffice.security.readers import sees_clearly
from backoffice.sync.models import MirroredModel

from .days import DayRangeField
from .exports.mixin import ExportMixin
from .ordering import without_telling
from .paging import CappedPaginator
from .placeholders import empty

LIST_PARAMETERS = frozenset(
    {ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, IS_POPUP_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR, TO_FIELD_VAR}
)
MOST_WORDS, LONGEST_SEARCH = 12, 200
OTHER = "other"
RANGE_DASH = " \N{EN DASH} "


class DayRangeFilter(django_filters.DateFromToRangeFilter):  # type: ignore[misc]  # django-filter is untyped
    """From day to day as the pages show them, both included. Parameters: `NAME_after`, `NAME_before`, 2025-03-31."""

    field_class = DayRangeField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", django_filters.widgets.DateRangeWidget(attrs={"type": "date"}))
        super().__init__(*args, **kwargs)


class AmountRangeFilter(django_filters.RangeFilter):  # type: ignore[misc]  # django-filter is untyped
    """From amount to amount, in whole units. Parameters: `NAME_min`, `NAME_max`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("widget", django_filters.widgets.RangeWidget(attrs={"inputmode": "decimal"}))
        super().__init__(*args, **kwargs)


class RowNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]  # django-filter is untyped
    """The number of a row that another page links with. A number that no row can have is invalid, not an error."""

    field_class = IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"min_value": 0, "max_value": BigIntegerField.MAX_BIGINT, **kwargs})


class StatusFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # django-filter is untyped
    """One of the known words, or "another word": whatever else the provider says. `choices` are the known ones."""

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        self.known = [value for value, _label in choices]
        kwargs.setdefault("empty_label", gettext_lazy("Any"))
        super().__init__(*args, choices=[*choices, (OTHER, gettext_lazy("another word"))], **kwargs)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows with that word."""
        if value != OTHER:
            filtered: QuerySet[Any] = super().filter(queryset, value)
            return filtered
        return queryset.exclude(Q(**{f"{self.field_name}__in": [*self.known, ""]}))


@dataclass(frozen=True, kw_only=True)
class Chip:
    """An active filter as it is shown above the list, and the query string of the list without it."""

    label: str
    value: str
    remove: str
    is_wrong: bool = False


@dataclass(frozen=True, kw_only=True)
class QuickFilter:
    """A tab above the list: a label and the parameters it sets, instead of all others. "All" is there by itself."""

    label: Any
    parameters: Mapping[str, str]


ALL_ROWS = QuickFilter(label=gettext_lazy("All"), parameters={})


def with_all_rows(quick_filters: Sequence[QuickFilter]) -> Sequence[QuickFilter]:
    """The quick filters with one that sets nothing, unless there is one or there are none at all."""
    if not quick_filters or any(not quick.parameters for quick in quick_filters):
        return quick_filters
    return [ALL_ROWS, *quick_filters]


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A quick filter as it is shown."""

    label: Any
    query: str
    is_current: bool


class FilterState:
    """What the filters of one request ask for: the rows, the errors, the chips."""

    def __init__(self, *, request: HttpRequest, rows: QuerySet[Any], model_admin: "FilteredAdmin") -> None:
        self.data: QueryDict = request.GET
        self.quick_filters = with_all_rows(model_admin.quick_filters)
        filterset_class = model_admin.filterset_class
        self.filterset = filterset_class(data=request.GET, queryset=rows, request=request) if filterset_class else None
        self.rows = rows
        self.errors = list(self._find_errors())

    @property
    def form(self) -> Any:
        """The bound form of the filters; None where the list has none."""
        return self.filterset.form if self.filterset else None

    @property
    def is_active(self) -> bool:
        """Whether anything narrows the list, search aside."""
        return bool(self._given())

    def filtered_rows(self) -> QuerySet[Any]:
        """The rows that were asked for; none where the question cannot be read."""
        if self.errors:
            return self.rows.none()
        return self.filterset.qs if self.filterset else self.rows

    def chips(self) -> list[Chip]:
        """One chip for each filter that is set, wrong ones included, so that they can be taken away."""
        return [
            Chip(
                label=self._label_of(name),
                value=self._words_for(name),
                remove=self._query_without(parameters),
                is_wrong=name not in self._names() or name in self.form.errors,
            )
            for name, parameters in self._given().items()
        ]

    def tabs(self) -> list[Tab]:
        """The quick filters, the one that is in force marked."""
        given = {name: self.data[name] for names in self._given().values() for name in names}
        return [
            Tab(
                label=quick.label,
                query=self._query_with_only(quick.parameters),
                is_current=given == dict(quick.parameters),
            )
            for quick in self.quick_filters
        ]

    def query_without_filters(self) -> str:
        """The list without any filter; search and order stay."""
        return self._query_without([name for names in self._given().values() for name in names])

    def kept_parameters(self) -> list[tuple[str, str]]:
        """What a form that filters or searches hands on unchanged: the order of the list."""
        return [(name, str(self.data[name])) for name in (ORDER_VAR, IS_POPUP_VAR, TO_FIELD_VAR) if name in self.data]

    def _find_errors(self) -> Iterable[str]:
        for name in self._given():
            if name not in self._names():
                yield _("There is no filter called “%(name)s”.") % {"name": name}
        if self.filterset is None:
            return
        for name, errors in self.filterset.form.errors.items():
            for error in errors:
                yield f"{self._label_of(name)}: {error}"
        for name in self._values_that_mean_nothing():
            yield _("%(label)s: “%(value)s” is not a value it knows.") % {
                "label": self._label_of(name),
                "value": self._raw_value(name),
            }

    def _values_that_mean_nothing(self) -> list[str]:
        """Filters that were given a value which their form reads as "not given" (a yes-or-no field does)."""
        form = self.form
        return [
            name
            for name in self._given()
            if name in self._names() and name not in form.errors and _is_blank(form.cleaned_data.get(name))
        ]

    def _given(self) -> dict[str, list[str]]:
        """The parameters that hold a value, by the filter they belong to."""
        given: dict[str, list[str]] = {}
        for parameter in self.data:
            if parameter not in LIST_PARAMETERS and any(value.strip() for value in self.data.getlist(parameter)):
                given.setdefault(self._filter_of(parameter), []).append(parameter)
        return given

    def _names(self) -> Mapping[str, Any]:
        return self.filterset.filters if self.filterset else {}

    def _filter_of(self, parameter: str) -> str:
        stem = parameter.rpartition("_")[0]
        return parameter if parameter in self._names() or stem not in self._names() else stem

    def _label_of(self, name: str) -> str:
        if name not in self._names():
            return name
        return str(self.form.fields[name].label or name)

    def _raw_value(self, name: str) -> str:
        return RANGE_DASH.join(value for parameter in self._given()[name] for value in self.data.getlist(parameter))

    def _words_for(self, name: str) -> str:
        field = self.form.fields.get(name) if self.form else None
        if suffixes := getattr(getattr(field, "widget", None), "suffixes", None):
            return RANGE_DASH.join(part or "…" for part in self._ends_of_range(name, suffixes))
        choices = dict(_flat_choices(getattr(field, "choices", ())))
        values = [value for parameter in self._given()[name] for value in self.data.getlist(parameter)]
        return ", ".join(str(choices.get(value, value)) for value in values)

    def _ends_of_range(self, name: str, suffixes: Sequence[str]) -> list[str]:
        return [str(self.data.get(f"{name}_{suffix}", "")) for suffix in suffixes]

    def _query_without(self, parameters: Iterable[str]) -> str:
        data = self.data.copy()
        for parameter in [*parameters, PAGE_VAR, ERROR_FLAG]:
            data.pop(parameter, None)
        return f"?{data.urlencode()}"

    def _query_with_only(self, parameters: Mapping[str, str]) -> str:
        data = QueryDict(mutable=True)
        data.update({name: str(self.data[name]) for name in (SEARCH_VAR, ORDER_VAR) if self.data.get(name)})
        data.update(dict(parameters))
        return f"?{data.urlencode()}"


class ShortSearchForm(ChangeListSearchForm):
    """What is searched for: every word is looked for in every row, so that many of them cost much."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields[SEARCH_VAR].validators.append(_refuse_many_words)


class FilteredChangeList(ChangeList):
    """A change list whose rows come from a FilterSet; search, order and pages stay Django's."""

    model_admin: "FilteredAdmin"
    search_form_class = ShortSearchForm

    def get_filters(self, request: HttpRequest) -> Any:
        """No filters of Django's own, and no look-ups taken from the address."""
        return [], False, {}, False, False

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """The rows that filters and search leave, without the columns that a list never shows."""
        self._request = request
        self.filtering = FilterState(request=request, rows=self.root_queryset, model_admin=self.model_admin)
        everything, self.root_queryset = self.root_queryset, self.filtering.filtered_rows()
        try:
            rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        finally:
            self.root_queryset = everything
        if self._search_was_unreadable(request):
            rows = rows.none()
        return rows.defer(*self._columns_left_out(rows))

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """The order that was asked for, which tells nothing of what rows hide; an admin class sees to its own."""
        ordering = super().get_ordering(request, queryset)
        return without_telling(self.model, ordering) if self.params.get(ORDER_VAR) else ordering

    def get_results(self, request: HttpRequest) -> None:
        """One page of rows; a page that does not exist gives the first one and says so."""
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            messages.warning(request, _("That page does not exist: here is the first one."))
            self.page_num = 1
            super().get_results(request)

    @property
    def is_unreadable(self) -> bool:
        """Whether the list was asked for something that it does not understand."""
        return bool(self.filtering.errors) or self._search_was_unreadable(self._request)

    def _search_was_unreadable(self, request: HttpRequest) -> bool:
        return bool(request.GET.get(SEARCH_VAR)) and not self.query

    def _columns_left_out(self, rows: QuerySet[Any]) -> list[str]:
        related = [] if isinstance(rows.query.select_related, bool) else list(_paths(rows.query.select_related))
        candidates = [("", self.model), *((f"{path}__", _model_at(self.model, path)) for path in related)]
        return [f"{prefix}payload" for prefix, model in candidates if issubclass(model, MirroredModel)]


class FilteredAdmin(ExportMixin, admin.ModelAdmin):  # type: ignore[type-arg]  # generic only to the type checker
    """An admin class whose list is filtered by `filterset_class`; cheap on tables of any size.

    * `filterset_class`: a django-filter FilterSet; use `DayRangeFilter`, `AmountRangeFilter`, `StatusFilter`
    * `quick_filters`: tabs above the list, `QuickFilter(label=..., parameters={"kyc_status": "fail"})`
    * `search_placeholder`: what people can type into the search box
    * `search_placeholder_when_masked`: the same for those who see no e-mail addresses, where that differs
    * `empty_list_text`: what to do when there is nothing at all
    """

    filterset_class: type[django_filters.FilterSet] | None = None
    quick_filters: Sequence[QuickFilter] = ()
    search_placeholder: Any = gettext_lazy("Search")
    search_placeholder_when_masked: Any = ""
    empty_list_text: Any = gettext_lazy("Nothing here yet.")
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator
    empty_value_display = empty()
    actions_selection_counter = True

    def placeholder_for_reader(self) -> Any:
        """What who is reading now can type into the search box."""
        if sees_clearly(Kind.EMAIL):
            return self.search_placeholder
        return self.search_placeholder_when_masked or self.search_placeholder

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The change list that knows the FilterSet."""
        return FilteredChangeList


def _refuse_many_words(text: str) -> None:
    if len(text) > LONGEST_SEARCH or len(text.split()) > MOST_WORDS:
        raise ValidationError(_("Search for at most %(count)d words.") % {"count": MOST_WORDS})


def _flat_choices(choices: Any) -> Iterable[tuple[str, Any]]:
    for value, label in () if choices is None else choices:
        if isinstance(label, list | tuple):
            yield from _flat_choices(label)
        else:
            yield str(value), label


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | tuple | QuerySet) and not value)


def _paths(tree: Mapping[str, Any], prefix: str = "") -> Iterable[str]:
    for name, branch in tree.items():
        yield f"{prefix}{name}"
        yield from _paths(branch, f"{prefix}{name}__")


def _model_at(model: type[Model], path: str) -> type[Model]:
    for name in path.split("__"):
        related = model._meta.get_field(name).related_model  # noqa: SLF001 - Django's documented way to ask
        model = related  # type: ignore[assignment]  # select_related only follows relations to a model
    return model
