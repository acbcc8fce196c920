"""What we subscribed to, and the live checks of our own address."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.operations.models import Operation

URL_LENGTH = 500
TYPE_LENGTH = 100


class WebhookSubscription(models.Model):
    """What is known here of one type of event; the provider has no call that lists subscriptions.

    `url` is empty where nothing is subscribed; `since`, `by` and `operation` belong to the present `url`. `lost_at` is
    when the provider said that it knows no such subscription. `last_event_at` is kept for types that were never
    subscribed here too: it shows that somebody did.
    """

    event_type = models.CharField(_("event type"), max_length=TYPE_LENGTH, unique=True)
    url = models.CharField(_("address"), max_length=URL_LENGTH, blank=True, default="")
    since = models.DateTimeField(_("since"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("asked by"),
        related_name="+",
    )
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, blank=True, verbose_name=_("operation"), related_name="+"
    )
    lost_at = models.DateTimeField(_("unknown to the provider since"), null=True, blank=True)
    last_event_at = models.DateTimeField(_("last event"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook subscription")
        verbose_name_plural = _("webhook subscriptions")
        ordering: ClassVar = ["event_type"]
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [("subscribe", _("Can subscribe to events of the provider and check our address"))]

    def __str__(self) -> str:
        return self.event_type

    @property
    def is_subscribed(self) -> bool:
        """Whether, as far as we know, the provider sends events of this type."""
        return bool(self.url) and self.lost_at is None


class LiveCheck(models.Model):
    """One event that we sent to our own public address, and what became of it.

    `nonce` tells its event from every other one. `outcome` is what the sending ended with, empty until it has;
    `detail` is a sentence about it without secrets. `arrived_at` is when the inbox received the event, which can be
    later than anything else.
    """

    class Outcome(models.TextChoices):
        """What sending the event ended with."""

        ANSWERED = "answered", _("answered")
        NOT_ALLOWED = "not_allowed", _("address not usable")
        NO_CONNECTION = "no_connection", _("no connection")
        TLS = "tls", _("certificate not accepted")
        TIMEOUT = "timeout", _("no answer in time")
        REDIRECTED = "redirected", _("redirected")
        UNAUTHORISED = "unauthorised", _("signature refused")
        WRONG_STATUS = "wrong_status", _("refused")
        BROKEN_OFF = "broken_off", _("connection broken off")

    nonce = models.CharField(max_length=64, unique=True, editable=False)
    url = models.CharField(_("address"), max_length=URL_LENGTH)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+")
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("answered"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True, default="")
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    detail = models.TextField(_("what happened"), blank=True, default="")
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True)

    class Meta:
        verbose_name = _("live check")
        verbose_name_plural = _("live checks")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ()
        indexes: ClassVar = [models.Index(fields=["url", "-id"])]

    def __str__(self) -> str:
        return f"#{self.pk}"
