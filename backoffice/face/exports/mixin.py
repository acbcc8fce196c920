"""What gives a list its export."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from .columns import ExportColumn
from .views import EXPORT_PERMISSION, export_view


class ExportMixin:
    """Every list can be exported by those who may; `export_columns` says what stands in the file.

    A column is the name of a field ("fiat_amount"), one over foreign keys ("customer__email"), or an `ExportColumn`.
    Without a declaration it is the row's id and the fields behind `list_display`.
    """

    export_columns: Sequence[str | ExportColumn] = ()
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        """The export's address, before Django's own."""
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the other base is a ModelAdmin
        view = self.admin_site.admin_view(partial(export_view, model_admin=self))
        return [path("export/", view, name=self._export_name()), *inherited]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with the address of its export, which keeps what narrows the list."""
        answer: HttpResponse = super().changelist_view(  # type: ignore[misc]  # as above
            request, {"export_url": self._export_url(request), **(extra_context or {})}
        )
        return answer

    def _export_url(self, request: HttpRequest) -> str:
        """The address, with what is in force; empty for those who may not."""
        if IS_POPUP_VAR in request.GET or not request.user.has_perm(EXPORT_PERMISSION):
            return ""
        query = request.GET.copy()
        for name in (PAGE_VAR, ERROR_FLAG):
            query.pop(name, None)
        return f"{reverse(f'admin:{self._export_name()}')}?{query.urlencode()}"

    def _export_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export"
