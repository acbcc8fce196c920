"""The Celery application: workers do the work that the database's rows ask for."""

import os

from celery import Celery

from backoffice.broker import use_safe_filesystem_transport

use_safe_filesystem_transport()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")

app = Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
