"""What the pages of signing in show around their content: the same as every other page."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

ACCOUNT_PAGES = "/account/"


def surroundings_of_account_pages(request: HttpRequest) -> dict[str, Any]:
    """Header and navigation of the admin, on django-allauth's pages too; and whether single sign-on can be chosen."""
    if not request.path.startswith(ACCOUNT_PAGES):
        return {}
    return {
        **admin.site.each_context(request),
        "single_sign_on_name": settings.OIDC_NAME if settings.OIDC_SERVER_URL else "",
        "single_sign_on_id": settings.OIDC_PROVIDER_ID,
    }
