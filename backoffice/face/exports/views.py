"""The page that asks how a list is to be exported, and the file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.accounts.recent import ask_to_sign_in_again
from backoffice.audit.services import record

from .columns import ExportColumn, columns_of, in_clear
from .delivery import Delivery, describe_filter
from .files import TooManyRowsError, refuse_too_many, write_csv, write_xlsx
from .lines import Lines

EXPORT_PERMISSION = "audit.export_list"
PERSONAL_DATA_PERMISSION = "audit.export_personal_data"
CSV, XLSX = "csv", "xlsx"
MEDIA_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITERS = {CSV: write_csv, XLSX: write_xlsx}


class ExportForm(forms.Form):
    """How the list is to be exported. Only those who may are asked whether personal data is to be in clear."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[
            (CSV, gettext_lazy("CSV: any number of rows")),
            (XLSX, gettext_lazy("XLSX (Excel): up to 1,048,575 rows")),
        ],
        initial=CSV,
        widget=forms.RadioSelect,
    )
    personal_data = forms.BooleanField(
        label=gettext_lazy("With personal data in clear"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise it is masked, as in the list. You may be asked to sign in again, and the audit record says "
            "that you took it."
        ),
    )

    def __init__(self, *args: Any, may_take_personal_data: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_take_personal_data:
            del self.fields["personal_data"]


def export_view(request: HttpRequest, model_admin: Any) -> HttpResponseBase:
    """GET asks how; POST gives the file. The rows are those of the list with the same query string."""
    if not (request.user.has_perm(EXPORT_PERMISSION) and model_admin.has_view_permission(request)):
        raise PermissionDenied
    changes = _list_without_page(request, model_admin)
    columns = columns_of(model_admin)
    has_more_in_clear = in_clear(columns, request) != columns
    may_take_personal_data = has_more_in_clear and request.user.has_perm(PERSONAL_DATA_PERMISSION)
    form = ExportForm(request.POST or None, may_take_personal_data=may_take_personal_data)
    if changes.is_unreadable or not form.is_valid():
        return _show(request, model_admin, changes, columns, form)
    if form.cleaned_data.get("personal_data"):
        if again := ask_to_sign_in_again(request):
            return again
        columns = in_clear(columns, request)
    try:
        return _deliver(request, changes, columns, form.cleaned_data)
    except TooManyRowsError as error:
        form.add_error("format", str(error))
        return _show(request, model_admin, changes, columns, form)


def _list_without_page(request: HttpRequest, model_admin: Any) -> Any:
    """The list as the same address shows it; a page number says nothing about an export."""
    if PAGE_VAR in request.GET:
        without_page = request.GET.copy()
        without_page.pop(PAGE_VAR)
        request.GET = without_page  # type: ignore[assignment]  # as good as what Django puts there
    changes: ChangeList = model_admin.get_changelist_instance(request)
    return changes


def _deliver(
    request: HttpRequest, changes: Any, columns: Sequence[ExportColumn], wish: dict[str, Any]
) -> HttpResponseBase:
    """The file, and the record that it was asked for: written before the first row leaves."""
    count = changes.queryset.count()
    if wish["format"] == XLSX:
        refuse_too_many(count)
    begun = record(
        "list.exported",
        list=changes.model._meta.label_lower,  # noqa: SLF001 - Django's documented way to ask
        filter=describe_filter(request),
        count=count,
        format=wish["format"],
        personal_data=bool(wish.get("personal_data")),
    )
    delivery = Delivery(Lines(changes.queryset, columns), WRITERS[wish["format"]], export_id=begun.pk)
    return _as_attachment(delivery, changes.model, wish["format"])


def _as_attachment(delivery: Delivery, model: Any, file_format: str) -> StreamingHttpResponse:
    """A file to keep, never to be shown by the browser or kept by anything between."""
    name = f"{model._meta.model_name}-{timezone.now():%Y%m%dT%H%M%SZ}.{file_format}"  # noqa: SLF001 - as above
    response = StreamingHttpResponse(delivery, content_type=MEDIA_TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _show(
    request: HttpRequest, model_admin: Any, changes: Any, columns: Sequence[ExportColumn], form: ExportForm
) -> TemplateResponse:
    opts = model_admin.opts
    list_url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return TemplateResponse(
        request,
        "admin/face/export.html",
        {
            **model_admin.admin_site.each_context(request),
            "opts": opts,
            "title": _("Export: %(list)s") % {"list": capfirst(str(opts.verbose_name_plural))},
            "cl": changes,
            "filtering": changes.filtering,
            "query": changes.query,
            "is_unreadable": changes.is_unreadable,
            "count": None if changes.is_unreadable else changes.queryset.count(),
            "columns": columns,
            "form": form,
            "list_url": f"{list_url}?{request.GET.urlencode()}",
        },
        status=400 if changes.is_unreadable and request.method == "POST" else 200,
    )
