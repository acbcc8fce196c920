"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """`backoffice.operations`."""

    name = "backoffice.operations"
    label = "operations"
    verbose_name = _("Work in progress")

    def ready(self) -> None:
        """Listen for migrations, after which policies and guards are made; say what is restricted and kept how long."""
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415 - needs the models
        from backoffice.security.restriction import register_restriction  # noqa: PLC0415 - needs the models

        from . import guards  # noqa: F401, PLC0415 - needs the models
        from .restrictions import RESTRICTIONS  # noqa: PLC0415 - needs the models
        from .retention import OPERATIONS  # noqa: PLC0415 - needs the models
        from .services import policy  # noqa: F401, PLC0415 - needs the models

        for model, applies, where in RESTRICTIONS:
            register_restriction(model, applies, where=where)
        register_retention(OPERATIONS)
