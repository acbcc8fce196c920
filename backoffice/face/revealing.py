"""The button that shows one sensitive field of one row for a minute, and writes down that it did."""

from typing import Any

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.accounts.recent import ask_to_sign_in_again
from backoffice.audit.services import record
from backoffice.security.restriction import refuse_restricted

from .revealed import open_for_a_minute, seconds_left


def reveal_field(request: HttpRequest, model_admin: Any, object_id: str, name: str) -> HttpResponseBase:
    """Open the field for this session and go back to the row's page; an open one stays open only as long as it was.

    Raises PermissionDenied, and Http404 for a row that is not there and for a field that is not masked.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    declared = model_admin.sensitive.get(name)
    if declared is None:
        raise Http404(_("There is no such field."))
    if not request.user.has_perm(declared.permission):
        raise PermissionDenied
    row = model_admin.get_object(request, unquote(object_id))
    if not model_admin.has_view_permission(request, row):
        raise PermissionDenied
    if row is None:
        raise Http404(_("There is no such row."))
    refuse_restricted(row)
    if again := ask_to_sign_in_again(request):
        return again
    if not seconds_left(request, row, name):
        _open(request, row, name)
    options = model_admin.opts
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(row.pk)])
    return HttpResponseRedirect(f"{address}#field-{name}")


def _open(request: HttpRequest, row: Any, name: str) -> None:
    """The record comes first: what is seen is written down, also where the session could not be kept."""
    record("field.revealed", subject=row, field=name)
    open_for_a_minute(request, row, name)
