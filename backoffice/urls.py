"""Addresses: everything is in the admin."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
]

handler403 = "backoffice.face.errors.not_allowed"
handler404 = "backoffice.face.errors.not_found"
handler500 = "backoffice.face.errors.failed"
