"""How long alerts are kept."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.retention.kinds import RetainedKind, delete_rows

from .models import Alert


def alerts_over_by(moment: datetime) -> QuerySet[Alert]:
    """Alerts that were over by that moment."""
    return Alert.objects.filter(closed_at__lte=moment)


ALERTS = RetainedKind(
    name="alerts",
    label=_("Alerts that are over"),
    counted_from=_("when it was over"),
    default_days=400,
    least_days=30,
    rows_due=alerts_over_by,
    purge=delete_rows,
)
