"""Buttons on a row's page or on a list, the views behind them, and the page with a form that they mostly are.

A button shows only to those who may press it, and the view behind it checks the same permission again::

    class CustomerAdmin(MirrorAdmin):
        object_views = (
            ObjectView(
                name="upload-document",
                label=_("Upload a document"),
                permission="customers.upload_customer_document",
                view=upload_document,          # (request, model_admin, row) -> response
            ),
        )
        list_views = (
            ListView(name="register", label=_("Register a customer"), permission=..., view=register_customer),
        )

`upload_document` is reached at `reverse("admin:customers_customer_upload-document", args=[pk])`, `register` at
`reverse("admin:customers_customer_register")`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseForm, Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from backoffice.accounts.recent import ask_to_sign_in_again

from .cards import Fact

ButtonTone = Literal["primary", "plain", "danger"]
ObjectFunction = Callable[[HttpRequest, Any, Any], HttpResponseBase]
ListFunction = Callable[[HttpRequest, Any], HttpResponseBase]


@dataclass(frozen=True, kw_only=True)
class Button:
    """A button in a page's header: a link, or a form that posts where something happens at once."""

    label: Any
    url: str
    tone: ButtonTone = "plain"
    posts: bool = False
    disabled_because: Any = ""


@dataclass(frozen=True, kw_only=True)
class ObjectView:
    """A view about one row, and its button. `shown_for(row)` says whether the button makes sense for that row.

    With `posts`, the button posts at once and the view is called with POST only. With `recent_sign_in`, whoever
    signed in too long ago proves again who they are first. `by_kind` gives the kinds of operation where the view
    besides asks for the permission of the row's kind. `reveals` is for a view with a form beside which personal values
    are revealed: it is sent back to itself with what was typed, and looks at `revealing.comes_from_reveal`.
    """

    name: str
    label: Any
    view: ObjectFunction
    permission: str
    tone: ButtonTone = "plain"
    posts: bool = False
    has_button: bool = True
    recent_sign_in: bool = False
    reveals: bool = False
    by_kind: Callable[[], Iterable[Any]] | None = None
    shown_for: Callable[[Any], bool] = lambda _row: True


@dataclass(frozen=True, kw_only=True)
class ListView:
    """A view about the whole list, and its button; with `posts` the button posts at once."""

    name: str
    label: Any
    view: ListFunction
    permission: str
    tone: ButtonTone = "primary"
    posts: bool = False
    has_button: bool = True
    recent_sign_in: bool = False


class ViewsMixin:
    """Gives an admin class the addresses and buttons of `object_views` and `list_views`."""

    object_views: Sequence[ObjectView] = ()
    list_views: Sequence[ListView] = ()
    model: type[models.Model]
    admin_site: Any
    opts: Any

    def get_urls(self) -> list[URLPattern]:
        """The views' addresses, before Django's own."""
        inherited: list[URLPattern] = super().get_urls()  # type: ignore[misc]  # the other base is a ModelAdmin
        return [*map(self._list_path, self.list_views), *map(self._object_path, self.object_views), *inherited]

    def url_of(self, name: str, row: models.Model | None = None) -> str:
        """The address of one of the views."""
        return reverse(f"admin:{self._url_name(name)}", args=[] if row is None else [quote(row.pk)])

    def object_buttons(self, request: HttpRequest, row: Any) -> list[Button]:
        """The buttons of a row's page that this reader may press; add your own to them."""
        return [
            Button(label=view.label, url=self.url_of(view.name, row), tone=view.tone, posts=view.posts)
            for view in self.object_views
            if view.has_button and view.shown_for(row) and request.user.has_perm(view.permission)
        ]

    def list_buttons(self, request: HttpRequest) -> list[Button]:
        """The buttons of the list that this reader may press."""
        return [
            Button(label=view.label, url=self.url_of(view.name), tone=view.tone, posts=view.posts)
            for view in self.list_views
            if view.has_button and request.user.has_perm(view.permission)
        ]

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _list_path(self, view: ListView) -> URLPattern:
        @wraps(view.view)
        def answer(request: HttpRequest) -> HttpResponseBase:
            _demand(request, view.permission)
            if view.posts and request.method != "POST":
                return HttpResponse(status=405, headers={"Allow": "POST"})
            if view.recent_sign_in and (again := ask_to_sign_in_again(request)):
                return again
            return view.view(request, self)

        return self._pattern(f"{view.name}/", answer, view.name)

    def _object_path(self, view: ObjectView) -> URLPattern:
        @wraps(view.view)
        def answer(request: HttpRequest, object_id: str) -> HttpResponseBase:
            _demand(request, view.permission)
            if view.posts and request.method != "POST":
                return HttpResponse(status=405, headers={"Allow": "POST"})
            if view.recent_sign_in and (again := ask_to_sign_in_again(request)):
                return again
            return view.view(request, self, self._row_or_404(request, object_id))

        return self._pattern(f"<path:object_id>/{view.name}/", answer, view.name)

    def _pattern(self, address: str, answer: Callable[..., HttpResponseBase], name: str) -> URLPattern:
        pattern: URLPattern = path(address, self.admin_site.admin_view(answer), name=self._url_name(name))
        return pattern

    def _row_or_404(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]  # of ModelAdmin
        if row is None:
            raise Http404(_("There is no such row."))
        return row


def render_form_page(
    request: HttpRequest,
    model_admin: Any,
    *,
    title: Any,
    form: BaseForm | None = None,
    row: models.Model | None = None,
    submit_label: Any = "",
    submit_tone: ButtonTone = "primary",
    lead: Any = "",
    facts: Iterable[Fact] = (),
    warnings: Iterable[Any] = (),
    cancel_url: str = "",
    template: str = "admin/face/form_page.html",
    context: dict[str, Any] | None = None,
) -> TemplateResponse:
    """A page with a form (or only a question) and one button, in the look of the house.

    `lead` is a plain sentence under the title; `facts` are what the reader is about to act on; `warnings` stand
    above the form; a form that was sent with errors shows them at its fields. `template` may extend
    "admin/face/form_page.html" and fill its blocks `before_form`, `form_fields`, `after_form`, `aside`.
    """
    opts = model_admin.opts
    return TemplateResponse(
        request,
        template,
        {
            **model_admin.admin_site.each_context(request),
            "opts": opts,
            "title": title,
            "original": row,
            "form": form,
            "media": model_admin.media + (form.media if form else Media()),
            "lead": lead,
            "facts": list(facts),
            "warnings": list(warnings),
            "submit_label": submit_label or _("Continue"),
            "submit_tone": submit_tone,
            "cancel_url": cancel_url or _way_back(opts, row),
            **(context or {}),
        },
    )


def _way_back(opts: Any, row: models.Model | None) -> str:
    base = f"admin:{opts.app_label}_{opts.model_name}"
    return reverse(f"{base}_change", args=[quote(row.pk)]) if row else reverse(f"{base}_changelist")


def _demand(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied
