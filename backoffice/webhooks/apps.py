"""The app's registration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """`backoffice.webhooks`."""

    name = "backoffice.webhooks"
    label = "webhooks"
    verbose_name = _("Webhooks")

    def ready(self) -> None:
        """Tell the shared rooms what can be asked of the provider here, what needs a person, how long what is kept."""
        from backoffice.attention import register_attention  # noqa: PLC0415 - models must be loaded first
        from backoffice.operations import kinds  # noqa: PLC0415
        from backoffice.retention.kinds import register_retention  # noqa: PLC0415

        from .attention import ITEMS  # noqa: PLC0415
        from .operations import KINDS  # noqa: PLC0415
        from .retention import KINDS as RETAINED  # noqa: PLC0415

        for kind in KINDS:
            kinds.register(kind)
        for item in ITEMS:
            register_attention(item)
        for retained in RETAINED:
            register_retention(retained)
