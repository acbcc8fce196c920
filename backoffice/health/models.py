"""What went wrong with the running of the back office, when it was noticed, and whom it was told."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .conditions import find_condition


class Alert(models.Model):
    """Something that must be looked at, from when it was noticed to when it was over.

    `key` names it among all (`stale:payments`), `kind` is the condition it comes from, `facts` the numbers and names
    that its words are made of: never personal data. One alert of a key is open at a time; one that comes back within
    the hour is the same one again.
    """

    key = models.CharField(_("what"), max_length=120)
    kind = models.CharField(_("kind"), max_length=50)
    facts = models.JSONField(_("facts"), default=dict)
    opened_at = models.DateTimeField(_("since"))
    last_seen_at = models.DateTimeField(_("last seen"))
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering: ClassVar = ["-opened_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(closed_at=None), name="one_open_alert_a_key")
        ]
        indexes: ClassVar = [models.Index(fields=["closed_at"])]

    def __str__(self) -> str:
        condition = find_condition(self.kind)
        return str(condition.label) if condition else self.key

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.closed_at is None


class Telling(models.Model):
    """What one channel was told of one alert: when last, how often, and why it did not take the last message.

    A row for each channel, so that one that failed is tried again without the other being told twice.
    """

    class Channel(models.TextChoices):
        """How alerts reach people."""

        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="tellings", verbose_name=_("alert"))
    channel = models.CharField(_("told by"), max_length=10, choices=Channel.choices)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    recovery_told_at = models.DateTimeField(_("recovery told"), null=True, blank=True)
    times_told = models.PositiveIntegerField(_("times told"), default=0)
    problem = models.CharField(_("could not be told"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("telling of an alert")
        verbose_name_plural = _("tellings of alerts")
        ordering: ClassVar = ["channel", "pk"]
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alert", "channel"], name="one_telling_an_alert_and_channel")
        ]

    def __str__(self) -> str:
        return str(self.get_channel_display())

    def is_told_since(self, moment: datetime) -> bool:
        """Whether the channel was told after that moment, and not that it is over since."""
        return self.told_at is not None and self.told_at > moment and self.owes_recovery

    @property
    def owes_recovery(self) -> bool:
        """Whether the channel was told of the alert, and not yet that it is over."""
        return self.told_at is not None and (self.recovery_told_at is None or self.recovery_told_at < self.told_at)
