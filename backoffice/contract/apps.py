"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContractConfig(AppConfig):
    """`backoffice.contract`."""

    name = "backoffice.contract"
    label = "contract"
    verbose_name = _("Contract")

    def ready(self) -> None:
        """Look at every answer."""
        from backoffice.observing import register_observer  # noqa: PLC0415 - needs the models

        from .watching import shape_watch  # noqa: PLC0415

        register_observer("shapes", shape_watch.note, when_done=shape_watch.write_news)
