"""Makes ``manage.py sandbox`` known."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The stand-in provider as a Django app: it has a command and nothing else."""

    name = "backoffice.sandbox"
    label = "sandbox"
