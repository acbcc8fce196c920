"""The admin site: front page, navigation, environment banner."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy as _

# The groups of the navigation, in order: (key, label, the models in it by "app.model", in order; "app" takes the rest
# of an app's). A group is shown to those who may see one of its models.
NAVIGATION: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("customers", _("Customers"), ("customers.customer", "customers")),
    ("payments", _("Payments"), ("payments.payment", "payments.offramp", "payments")),
    ("banking", _("Banking"), ("banking.banktransaction", "banking.bankaccount", "banking")),
    (
        "operations",
        _("Work in progress"),
        ("operations.operation", "operations.operationbatch", "operations.operationapproval", "operations"),
    ),
    (
        "sync",
        _("Sync"),
        (
            "sync.syncrun",
            "sync.quarantine",
            "sync.recordedchange",
            "sync.driftcheck",
            "sync.driftfinding",
            "sync",
        ),
    ),
    ("provider", _("Provider"), ("contract", "webhooks", "calls", "health")),
    ("audit", _("Audit"), ("audit.auditrecord", "audit")),
    ("auth", _("People"), ("auth.user", "auth.group", "auth")),
)

# The pages that belong to no model: (key of the group, name, label, address by name, permission or "" for everybody)
PAGES: tuple[tuple[str, str, Any, str, str], ...] = (
    ("sync", "SyncOverview", _("How fresh the data is"), "admin:sync_overview", ""),
    (
        "operations",
        "Approvals",
        _("Approvals"),
        "admin:operations_operation_approvals",
        "operations.view_every_operation",
    ),
    ("provider", "ProviderContract", _("API contract"), "admin:contract_provider", "contract.view_sighting"),
    ("payments", "Prices", _("Prices and assets"), "admin:payments_payment_prices", "payments.view_prices"),
)

# Addresses below a page, by name: there the page is the current item of the navigation.
_BELOW_A_PAGE = {"sync_resource": "SyncOverview"}


class BackofficeSite(admin.AdminSite):
    """The one site of the back office."""

    site_header = _("CryptoPocket back office")
    site_title = _("Back office")
    index_title = _("What needs a person now")
    enable_nav_sidebar = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Django's addresses, and those of the pages that belong to no model."""
        from .contract.page import provider_page  # noqa: PLC0415 - needs the models
        from .face.freshness import freshness_view, sync_now_view  # noqa: PLC0415 - needs the models
        from .face.front_page import first_sync_view  # noqa: PLC0415 - needs the models
        from .face.resource_page import resource_page, resource_panel  # noqa: PLC0415 - needs the models
        from .face.sync_page import sync_overview, sync_overview_table  # noqa: PLC0415 - needs the models

        own: list[URLPattern | URLResolver] = [
            path("provider/", self.admin_view(provider_page), name="contract_provider"),
            path("first-sync/", self.admin_view(first_sync_view), name="first_sync"),
            path("sync/", self.admin_view(sync_overview), name="sync_overview"),
            path("sync/table/", self.admin_view(sync_overview_table), name="sync_overview_table"),
            path("sync/<slug:name>/freshness/", self.admin_view(freshness_view), name="sync_freshness"),
            path("sync/<slug:name>/now/", self.admin_view(sync_now_view), name="sync_now"),
            path("sync/<resource:resource>/", self.admin_view(resource_page), name="sync_resource"),
            path("sync/<resource:resource>/panel/", self.admin_view(resource_panel), name="sync_resource_panel"),
        ]
        return [*own, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseRedirect:
        """There is one way to sign in; whoever is signed in and led here may not see the admin."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if request.user.is_authenticated:
            raise PermissionDenied(_("Your account is not one of the staff's."))
        query = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index"))})
        return HttpResponseRedirect(f"{reverse('account_login')}?{query}")

    def logout(  # type: ignore[override]  # Django shows a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """There is one way to sign out."""
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(  # type: ignore[override]  # Django shows a page
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """There is one way to change one's password."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The front page: what needs a person now, how fresh the data is, what was done last."""
        from .face.front_page import front_page  # noqa: PLC0415 - needs the models

        return super().index(request, {**front_page(request), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The navigation: what this reader may see, in our groups and order."""
        found = self._build_app_dict(request, app_label)
        groups = [_group(request, found, key, label, wanted) for key, label, wanted in NAVIGATION]
        is_page_open = request.path in {reverse(address) for _key, _name, _label, address, _permission in PAGES}
        for model in (model for group in groups if group for model in group["models"]):
            model["is_page_open"] = is_page_open
        known = {name.partition(".")[0] for _key, _label, wanted in NAVIGATION for name in wanted}
        strangers = [found[key] for key in sorted(found) if key not in known]
        return [group for group in groups if group] + strangers


def environment_banner(request: HttpRequest) -> dict[str, Any]:
    """The name of the provider's environment, for the banner on every page; and what is switched off."""
    return {
        "provider_environment": settings.CRYPTOPOCKET_ENVIRONMENT,
        "second_factor_required": settings.SECOND_FACTOR_REQUIRED,
    }


def _group(
    request: HttpRequest, found: dict[str, Any], key: str, label: Any, wanted: tuple[str, ...]
) -> dict[str, Any] | None:
    """One group with its models in the wanted order; None where the reader may see none of them."""
    models: list[dict[str, Any]] = []
    for name in wanted:
        models += [model for model in _models_of(found, name) if model not in models]
    if not models:
        return None
    first = found.get(wanted[0].partition(".")[0], {})
    return {
        "app_url": "",
        "has_module_perms": True,
        **first,
        "app_label": key,
        "name": label,
        "models": [*_pages_of(request, key), *models],
    }


def _models_of(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The one model of `app.model`, or all of `app` by name; none where the reader may not see it."""
    app, _dot, model = name.partition(".")
    listed = found.get(app, {"models": []})["models"]
    if model:
        return [entry for entry in listed if entry["object_name"].lower() == model]
    return sorted(listed, key=lambda entry: str(entry["name"]))


def _pages_of(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """The pages of a group that belong to no model, those that the reader may see."""
    return [
        {
            "name": label,
            "object_name": name,
            "admin_url": reverse(address),
            "add_url": None,
            "view_only": True,
            "is_page": True,
            "is_current": request.path == reverse(address) or name == _page_above(request),
            "perms": {},
        }
        for group, name, label, address, permission in PAGES
        if group == key and (not permission or request.user.has_perm(permission))
    ]


def _page_above(request: HttpRequest) -> str | None:
    """The name of the page that the open address belongs to."""
    match = request.resolver_match
    return _BELOW_A_PAGE.get(match.url_name or "") if match else None
