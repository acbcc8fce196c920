"""The admin site: front page, navigation, environment banner."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class BackofficeSite(admin.AdminSite):
    """The one site of the back office."""

    site_header = _("CryptoPocket back office")
    site_title = _("Back office")
    index_title = _("Today")
    enable_nav_sidebar = True


def environment_banner(request: HttpRequest) -> dict[str, Any]:
    """The name of the provider's environment, for the banner on every page."""
    return {"provider_environment": settings.CRYPTOPOCKET_ENVIRONMENT}
