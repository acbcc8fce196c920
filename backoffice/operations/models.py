"""Operations: the acts that people ask of the provider, their history, and the batches they come in."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedTextField


class State(models.TextChoices):
    """Where an operation stands (see docs/architecture.md for the drawing)."""

    REQUESTED = "requested", _("requested")
    AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SUCCEEDED = "succeeded", _("succeeded")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("unknown")
    CANCELLED = "cancelled", _("cancelled")
    ABANDONED = "abandoned", _("abandoned")


LIVE_STATES = (State.REQUESTED, State.AWAITING_APPROVAL, State.QUEUED, State.SENDING, State.UNKNOWN)
FINAL_STATES = (State.SUCCEEDED, State.REFUSED, State.CANCELLED, State.ABANDONED)


def model_label(row: models.Model) -> str:
    """The name of a row's model, as operations keep it ("customers.customer")."""
    return row._meta.label_lower  # noqa: SLF001 - Django's documented way to ask


class OperationBatch(models.Model):
    """Many operations asked for at once, on one confirm page.

    `already_requested` lists the ids of operations that were on their way before: the same wish is not made twice.
    """

    kind = models.CharField(_("kind"), max_length=50)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+"
    )
    already_requested = models.JSONField(_("already on their way"), default=list)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} #{self.pk}"


class Operation(models.Model):
    """One act asked of the provider, written before the call, with everything needed to do it.

    `request` and `answer` are JSON without secrets or file contents. `subject_model` ("customers.customer") and
    `subject_id` (its primary key as text) name what it is about. `dedupe_key` says what makes two wishes the same
    one. `claim_token` is the worker's proof that the row is its own; `sent_at` is committed just before the call,
    so that a worker that died earlier is proven not to have sent anything.

    `not_before` is when a queued operation may be taken up, and when an unknown one is read back by itself (None
    there: a person decides). `in_doubt` says that an attempt went out whose outcome nobody knows. `kept_answer` is
    an answer of the provider that could not be applied here, encrypted, so that it is never lost.
    """

    kind = models.CharField(_("kind"), max_length=50)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.REQUESTED)
    request = models.JSONField(_("asked for"), default=dict)
    answer = models.JSONField(_("answer"), null=True, blank=True)
    error_code = models.CharField(_("provider's code"), max_length=100, blank=True, default="")
    error_text = models.TextField(_("what happened"), blank=True, default="")
    subject_model = models.CharField(max_length=100, blank=True, default="")
    subject_id = models.CharField(max_length=100, blank=True, default="")
    dedupe_key = models.CharField(max_length=255)
    batch = models.ForeignKey(
        OperationBatch,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("batch"),
        related_name="operations",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("approved by"),
        related_name="+",
    )
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    read_backs = models.PositiveIntegerField(_("times read back"), default=0)
    nudged_at = models.DateTimeField(null=True, blank=True, editable=False)
    in_doubt = models.BooleanField(_("may have been done"), default=False)
    kept_answer = EncryptedTextField(blank=True, default="", editable=False)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "dedupe_key"],
                condition=models.Q(state__in=[state.value for state in LIVE_STATES]),
                name="one_live_operation_a_wish",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"]),
            models.Index(fields=["subject_model", "subject_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} #{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINAL_STATES

    def set_subject(self, subject: models.Model) -> None:
        """Name the row that the operation is about (not saved here)."""
        self.subject_model = model_label(subject)
        self.subject_id = str(subject.pk)


class OperationEvent(models.Model):
    """One step of an operation: from which state to which, when, by whom, and why."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="events")
    from_state = models.CharField(_("from"), max_length=20, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=20, choices=State.choices)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("by"),
        related_name="+",
    )
    note = models.TextField(_("why"), blank=True, default="")

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Heartbeat(models.Model):
    """When a background process was last seen alive: `worker`, `beat`."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
