"""Who may do what: every page and act of the admin with the answer for each group, read from the code itself.

No database is asked: a group is what `backoffice.security.groups` says. A page that declares no permission is an
error, so that none can be forgotten.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import model_ngettext
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst

from backoffice.security.groups import GROUPS
from backoffice.security.masking import Sensitive

from .actions import ListView, ObjectView
from .exports.views import EXPORT_PERMISSION

NO_GROUP = "No group"
ROLES: dict[str, frozenset[str]] = {
    **{name: frozenset(permissions) for name, permissions in GROUPS.items()},
    NO_GROUP: frozenset(),
}
EVERYBODY = ""
Question = Callable[[HttpRequest], Any]

# The pages of the site that belong to no model, and what each takes.
SITE_PAGES = {
    "index": EVERYBODY,
    "first_sync": EVERYBODY,
    "sync_overview": "sync.view_syncrun",
    "sync_overview_table": "sync.view_syncrun",
    "sync_resource": "sync.view_syncrun",
    "sync_resource_panel": "sync.view_syncrun",
    "sync_freshness": EVERYBODY,
    "sync_now": "sync.request_sync",
    "contract_provider": "contract.view_sighting",
}
# Django's own: signing in and out, translations, redirects, and what nothing here uses.
NOT_PAGES = {
    None,
    "app_list",
    "autocomplete",
    "jsi18n",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "view_on_site",
}


class PermissionNotDeclared(Exception):  # noqa: N818 - the name says what happened
    """A page of the admin of which the code does not say who may see it."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One page or act. `method` is how to ask for it without doing anything: a form is sent empty.

    `arguments` complete the address besides the row's key; `kind` is the kind of operation that the row must be.
    """

    area: str
    what: str
    name: str
    address: str
    allowed: Mapping[str, bool]
    model: type[models.Model] | None = None
    takes_row: bool = False
    method: str = "get"
    arguments: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


class _Reader:
    """Somebody who is in one group, without a database."""

    is_active = is_staff = is_authenticated = True
    is_superuser = is_anonymous = False
    pk = None

    def __init__(self, permissions: frozenset[str]) -> None:
        self._permissions = permissions

    def has_perm(self, permission: str, _row: Any = None) -> bool:
        return permission in self._permissions

    def has_perms(self, permissions: Any, _row: Any = None) -> bool:
        return all(map(self.has_perm, permissions))

    def has_module_perms(self, app_label: str) -> bool:
        return any(permission.startswith(f"{app_label}.") for permission in self._permissions)


def permission_lines() -> list[Line]:
    """Every page and act, the pages of the site first. Raises PermissionNotDeclared."""
    lines = list(_lines_of_site())
    for model_admin in sorted(admin.site._registry.values(), key=_place):  # noqa: SLF001 - there is no other way
        lines += _lines_of_model(model_admin)
    return lines


def _place(model_admin: Any) -> tuple[str, str]:
    return model_admin.opts.app_label, model_admin.opts.model_name


def _ask(question: Question) -> dict[str, bool]:
    """The answer for each group."""
    answers = {}
    for name, permissions in ROLES.items():
        request = HttpRequest()
        request.user = _Reader(permissions)  # type: ignore[assignment]  # stands for a person
        answers[name] = bool(question(request))
    return answers


def _holding(*needed: str) -> dict[str, bool]:
    return _ask(lambda request: all(request.user.has_perm(permission) for permission in needed if permission))


def _holding_and_seeing(model_admin: Any, permission: str) -> Question:
    return lambda request: request.user.has_perm(permission) and model_admin.has_view_permission(request)


def _revealing(model_admin: Any, declared: Sensitive) -> Question:
    return lambda request: declared.may_be_revealed_by(request.user) and model_admin.has_view_permission(request)


def _being_offered(model_admin: Any, action: str) -> Question:
    return lambda request: model_admin.has_view_permission(request) and action in model_admin.get_actions(request)


def _lines_of_site() -> Iterator[Line]:
    models_pages = {pattern.name for each in admin.site._registry.values() for pattern in each.get_urls()}  # noqa: SLF001
    for pattern in admin.site.get_urls():
        name = getattr(pattern, "name", None)
        if hasattr(pattern, "url_patterns") or name in NOT_PAGES or name in models_pages:
            continue
        if name not in SITE_PAGES:
            raise PermissionNotDeclared(f"Say in SITE_PAGES who may see the page {name!r}.")
        needed = SITE_PAGES[name]
        yield Line(
            area="Pages of their own",
            what=capfirst(name.replace("_", " ")) if name != "index" else "Front page",
            name=f"admin:{name}",
            address=str(pattern.pattern),
            allowed=_holding(needed),
            method="post" if name == "sync_now" else "get",
            arguments=_arguments_of(str(pattern.pattern)),
        )


def _arguments_of(pattern: str) -> dict[str, str]:
    """What stands for the name of a resource in the address of a page."""
    return {argument: "customers" for argument in ("name", "resource") if f":{argument}>" in pattern}


def _lines_of_model(model_admin: Any) -> Iterator[Line]:
    views = {view.name: view for view in (*_views(model_admin, "list_views"), *_views(model_admin, "object_views"))}
    prefix = f"{model_admin.opts.app_label}_{model_admin.opts.model_name}_"
    for pattern in model_admin.get_urls():
        if pattern.name is None:
            continue
        name = pattern.name.removeprefix(prefix)
        address = str(pattern.pattern)
        if name in views:
            yield from _lines_of_view(model_admin, views[name], address)
        elif name == "reveal":
            yield from _lines_of_reveal(model_admin, address)
        elif name in _DJANGOS:
            yield from _DJANGOS[name](model_admin, address)
        else:
            raise PermissionNotDeclared(f"Make {pattern.name!r} an ObjectView or a ListView, which say who may.")
    yield from _lines_of_actions(model_admin)


def _views(model_admin: Any, which: str) -> tuple[ListView | ObjectView, ...]:
    return tuple(getattr(model_admin, which, ()))


def _line(model_admin: Any, what: Any, name: str, address: str, allowed: dict[str, bool], **more: Any) -> Line:
    opts = model_admin.opts
    return Line(
        area=capfirst(str(opts.verbose_name_plural)),
        what=capfirst(str(what)),
        name=f"admin:{opts.app_label}_{opts.model_name}_{name}",
        address=f"{opts.app_label}/{opts.model_name}/{address}",
        allowed=allowed,
        model=model_admin.model,
        takes_row="<" in address,
        **more,
    )


def _lines_of_view(model_admin: Any, view: ListView | ObjectView, address: str) -> Iterator[Line]:
    method = "post" if getattr(view, "posts", False) else "get"
    by_kind = getattr(view, "by_kind", None)
    if by_kind is None:
        yield _line(model_admin, view.label, view.name, address, _holding(view.permission), method=method)
        return
    for kind in by_kind():
        allowed = _holding(view.permission, kind.permission)
        what = f"{view.label}: {kind.label}"
        yield _line(model_admin, what, view.name, address, allowed, method=method, kind=kind.name)


def _lines_of_reveal(model_admin: Any, address: str) -> Iterator[Line]:
    for kind, sensitive in model_admin.sensitive_by_kind():
        for name, declared in sensitive.items():
            label = declared.label or model_admin.opts.get_field(name).verbose_name
            yield _line(
                model_admin,
                f"Reveal: {label}, {kind.label}" if kind else f"Reveal: {label}",
                "reveal",
                address,
                _ask(_revealing(model_admin, declared)),
                method="post",
                arguments={"name": name},
                kind=kind.name if kind else "",
            )


def _lines_of_actions(model_admin: Any) -> Iterator[Line]:
    everybody = HttpRequest()
    everybody.user = _Everybody(frozenset())  # type: ignore[assignment]  # stands for a person
    for name, (_function, _name, description) in model_admin.get_actions(everybody).items():
        what = f"Selected rows: {description % model_format(model_admin)}"
        allowed = _ask(_being_offered(model_admin, name))
        yield _line(model_admin, what, "changelist", "", allowed, method="action", data={"action": name})


class _Everybody(_Reader):
    """Somebody who may everything: to learn which actions there are at all."""

    def has_perm(self, _permission: str, _row: Any = None) -> bool:
        return True


def model_format(model_admin: Any) -> dict[str, Any]:
    """What Django's descriptions of actions are completed with."""
    opts = model_admin.opts
    return {"verbose_name": opts.verbose_name, "verbose_name_plural": model_ngettext(model_admin.model, 2)}


def _seeing(what: str, name: str) -> Callable[[Any, str], Iterator[Line]]:
    def lines(model_admin: Any, address: str) -> Iterator[Line]:
        yield _line(model_admin, what, name, address, _ask(model_admin.has_view_or_change_permission))

    return lines


def _row_page(model_admin: Any, address: str) -> Iterator[Line]:
    yield _line(model_admin, "See one", "change", address, _ask(model_admin.has_view_or_change_permission))
    yield _line(model_admin, "Change one", "change", address, _ask(model_admin.has_change_permission), method="post")


def _adding(model_admin: Any, address: str) -> Iterator[Line]:
    yield _line(model_admin, "Add one", "add", address, _ask(model_admin.has_add_permission))


def _removing(model_admin: Any, address: str) -> Iterator[Line]:
    yield _line(model_admin, "Remove one", "delete", address, _ask(model_admin.has_delete_permission))


def _setting_a_password(model_admin: Any, address: str) -> Iterator[Line]:
    allowed = _ask(model_admin.has_change_permission)
    yield _line(model_admin, "Set a password", "password_change", address, allowed)


def _exporting(model_admin: Any, address: str) -> Iterator[Line]:
    allowed = _ask(_holding_and_seeing(model_admin, EXPORT_PERMISSION))
    yield _line(model_admin, "Export the list", "export", address, allowed)


_DJANGOS: dict[str, Callable[[Any, str], Iterator[Line]]] = {
    "changelist": _seeing("See the list", "changelist"),
    "history": _seeing("See what was changed here", "history"),
    "change": _row_page,
    "add": _adding,
    "delete": _removing,
    "password_change": _setting_a_password,
    "export": _exporting,
    "renewed": _seeing("Have an open page renew itself", "renewed"),
}
