"""The project for gunicorn: no middleware, no checks, the database connection that the product has.

``python -m benchmarks.bare.site`` makes its table.
"""

from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from backoffice.settings.storage import DATABASES

settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES=DATABASES,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["benchmarks.bare"],
    USE_TZ=True,
)

import django  # noqa: E402 - the settings come first

django.setup(set_prefix=False)

from benchmarks.bare.models import Row  # noqa: E402 - the settings come first


def receive(request: HttpRequest) -> HttpResponse:
    """Insert one row."""
    Row.objects.create(body=request.body.decode())
    return HttpResponse()


urlpatterns: list[Any] = [path("webhooks/cryptopocket/", receive)]
application = WSGIHandler()

if __name__ == "__main__":
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(Row)
