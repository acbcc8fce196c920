"""The button that shows one sensitive field of one row for a minute, and writes down that it did."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from backoffice.accounts.recent import ask_to_sign_in_again
from backoffice.audit.services import record
from backoffice.operations.models import Operation
from backoffice.security.restriction import refuse_restricted

from .revealed import open_for_a_minute, seconds_left
from .sensitive import is_given

_PAGE = "page"
_OWN_PAGE = "change"


def reveal_field(request: HttpRequest, model_admin: Any, object_id: str, name: str) -> HttpResponseBase:
    """Open the field for this session and go back to the page it stands on; an open one stays open no longer for that.

    Where that page has a form, the button sent what was typed in it, and it goes back with the person.
    Raises PermissionDenied, and Http404 for a row that is not there, and for a field that is not masked or is empty.
    """
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    row = model_admin.get_object(request, unquote(object_id))
    if not model_admin.has_view_permission(request, row):
        raise PermissionDenied
    if row is None:
        raise Http404(_("There is no such row."))
    declared = model_admin.sensitive_of(row).get(name)
    if declared is None:
        raise Http404(_("There is no such field."))
    if not declared.may_be_revealed_by(request.user):
        raise PermissionDenied
    refuse_restricted(row)
    if not is_given(row, name):
        raise Http404(_("There is nothing to reveal."))
    if again := ask_to_sign_in_again(request):
        return again
    if not seconds_left(request, row, name):
        _open(request, row, name)
    page = _page_of(request, model_admin)
    address = f"{model_admin.url_of(page, row)}#field-{name}"
    return HttpResponseRedirect(address, preserve_request=page != _OWN_PAGE)


def comes_from_reveal(request: HttpRequest) -> bool:
    """Whether a page's form comes back with what was typed because a value was revealed: it answers nothing yet."""
    return request.method == "POST" and _PAGE in request.POST


def _page_of(request: HttpRequest, model_admin: Any) -> str:
    """The view of the row on which the button was pressed; its own page where that is none."""
    asked = request.POST.get(_PAGE, "")
    return asked if asked in {view.name for view in model_admin.object_views if view.reveals} else _OWN_PAGE


def _open(request: HttpRequest, row: Any, name: str) -> None:
    """The record comes first: what is seen is written down, also where the session could not be kept."""
    record("field.revealed", subject=row, operation_id=row.pk if isinstance(row, Operation) else None, field=name)
    open_for_a_minute(request, row, name)
