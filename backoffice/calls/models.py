"""The log of calls to the provider."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.observing import CauseKind
from backoffice.security.fields import EncryptedJSONField


class ProviderCall(models.Model):
    """One call to the provider, its retries included: when, which, what for, how it ended.

    There is no foreign key in here: a call outlives what it was made for, and is purged after a month. `request` and
    `answer` are redacted and cut (`backoffice.calls.kept`), and encrypted all the same. `duration_ms` is all of the
    call's time, with waiting for our own rate limit and with retries; `answer_ms` that of the attempt that was
    answered. `model` ("payments.payment") and `remote_id` are the object that a single read was about.
    """

    class Verdict(models.TextChoices):
        """How a call ended."""

        OK = "ok", _("ok")
        REFUSED = "refused", _("refused")
        NOT_AUTHORISED = "not_authorised", _("not authorised")
        RATE_LIMITED = "rate_limited", _("rate limited")
        NOT_SENT = "not_sent", _("not sent")
        UNKNOWN = "unknown", _("outcome unknown")
        UNREADABLE = "unreadable", _("unreadable")

    class Cause(models.TextChoices):
        """What a call was made for."""

        OPERATION = CauseKind.OPERATION, _("operation")
        READ_BACK = CauseKind.READ_BACK, _("read-back")
        SYNC = CauseKind.SYNC, _("sync run")
        WEBHOOK = CauseKind.WEBHOOK, _("webhook event")
        PAGE = CauseKind.PAGE, _("page")
        DRIFT = CauseKind.DRIFT, _("drift check")
        PROBE = CauseKind.PROBE, _("probe")
        OTHER = "other", _("other")

    at = models.DateTimeField(_("when"))
    call = models.CharField(_("call"), max_length=60)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices)
    code = models.CharField(_("provider's code"), max_length=64, blank=True, default="")
    reason = models.CharField(_("what went wrong"), max_length=300, blank=True, default="")
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    duration_ms = models.PositiveIntegerField(_("took"))
    answer_ms = models.PositiveIntegerField(_("time to answer"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    request_bytes = models.PositiveBigIntegerField(_("size of the request"))
    answer_bytes = models.PositiveBigIntegerField(_("size of the answer"), null=True, blank=True)
    cause = models.CharField(_("made for"), max_length=20, choices=Cause.choices, default=Cause.OTHER)
    operation_id = models.BigIntegerField(_("operation"), null=True, blank=True)
    sync_run_id = models.BigIntegerField(_("sync run"), null=True, blank=True)
    webhook_event_id = models.BigIntegerField(_("webhook event"), null=True, blank=True)
    model = models.CharField(_("kind of object"), max_length=100, blank=True, default="")
    remote_id = models.CharField(_("id at the provider"), max_length=100, blank=True, default="")
    actor_id = models.BigIntegerField(_("id of the person"), null=True, blank=True)
    actor_name = models.CharField(_("who"), max_length=150, blank=True, default="")
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, default="")
    request = EncryptedJSONField(_("request"), null=True, blank=True)
    answer = EncryptedJSONField(_("answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("log of calls")
        ordering: ClassVar = ["-at", "-pk"]
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [("view_call_content", _("Can see what was sent and answered"))]
        indexes: ClassVar = [
            # The first two hold all that charts and filters ask for, so that the wide rows need not be read.
            models.Index(
                fields=["at", "call", "verdict", "http_status", "answer_ms", "duration_ms"], name="calls_by_time"
            ),
            models.Index(fields=["call", "at", "verdict", "answer_ms"], name="calls_by_name"),
            models.Index(
                fields=["operation_id", "at"], name="calls_of_operation", condition=models.Q(operation_id__isnull=False)
            ),
            models.Index(
                fields=["sync_run_id", "at"], name="calls_of_run", condition=models.Q(sync_run_id__isnull=False)
            ),
            models.Index(
                fields=["webhook_event_id"], name="calls_of_event", condition=models.Q(webhook_event_id__isnull=False)
            ),
            models.Index(fields=["model", "remote_id", "at"], name="calls_about", condition=~models.Q(remote_id="")),
            models.Index(fields=["correlation_id"], name="calls_correlated"),
        ]

    def __str__(self) -> str:
        return f"{self.call} #{self.pk}"
