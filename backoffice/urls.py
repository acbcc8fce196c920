"""Addresses: everything is in the admin, but for signing in and for what the provider tells us."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from backoffice.health.views import health_view
from backoffice.webhooks.views import receive

urlpatterns = [
    path("", login_not_required(RedirectView.as_view(pattern_name="admin:index")), name="home"),
    path("health/", health_view, name="health"),
    path("account/", include("backoffice.accounts.urls")),
    path("admin/", admin.site.urls),
    path(settings.WEBHOOK_PATH, receive, name="webhook_inbox"),
]

handler403 = "backoffice.face.errors.not_allowed"
handler404 = "backoffice.face.errors.not_found"
handler429 = "backoffice.face.errors.too_many"
handler500 = "backoffice.face.errors.failed"
