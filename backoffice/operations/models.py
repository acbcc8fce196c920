"""Operations: the acts that people ask of the provider, their history, their batches, and who must agree to them."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedJSONField, EncryptedTextField


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
    NOT_APPROVED = "not_approved", _("not approved")


LIVE_STATES = (State.REQUESTED, State.AWAITING_APPROVAL, State.QUEUED, State.SENDING, State.UNKNOWN)
FINAL_STATES = (State.SUCCEEDED, State.REFUSED, State.CANCELLED, State.ABANDONED, State.NOT_APPROVED)

NO_ANSWER_KEPT = models.Q(kept_answer="")
"""Rows of which nothing says that they were done: with an answer kept here, nothing is sent again or given up."""


def model_label(row: models.Model) -> str:
    """The name of a row's model, as operations keep it ("customers.customer")."""
    return row._meta.label_lower  # noqa: SLF001 - Django's documented way to ask


def _label_of(kind: str) -> str:
    """How people call a kind of operation."""
    from backoffice.operations.wording import label_of_kind  # noqa: PLC0415 - kinds know the models

    return str(label_of_kind(kind))


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
        return f"{_label_of(self.kind)} #{self.pk}"


class Operation(models.Model):
    """One act asked of the provider, written before the call, with everything needed to do it.

    `request` is encrypted JSON without file contents; what of it must be found in the database has a column of its
    own: `submission` is the mark of the form it came from, `reference` what people look it up by. `answer` is JSON in
    clear, without secrets or personal data. `subject_model` ("customers.customer") and `subject_id` (its primary key
    as text) name what it is about; `subject_is_restricted` says that it asked to be forgotten. `dedupe_key` says what
    makes two wishes the same one. `claim_token` is the worker's proof that the row is its own; `sent_at` is committed
    just before the call, so that a worker that died earlier is proven not to have sent anything. `first_sent_at` is
    that of the first attempt which is not proven to have done nothing, however many came after it. `earlier_sent_at`
    is that of attempts that were read back as not done, and is never taken back: the provider may only have been slow.

    `not_before` is when a queued operation may be taken up, and when an unknown one is read back by itself (None
    there: a person decides). `in_doubt` says that an attempt went out whose outcome nobody knows. `kept_answer` is
    an answer of the provider that could not be applied here, encrypted, so that it is never lost. `purged_at` is
    when the retention took away what was asked, answered and noted.

    The policy that was in force at the asking is copied: `approvals_needed` (0: none), `approval_expires_at`, and
    `approval_reason`, a sentence. `fingerprint` is what was asked, hashed, where it needs approval.
    """

    kind = models.CharField(_("kind"), max_length=50)
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.REQUESTED)
    request = EncryptedJSONField(_("asked for"), default=dict)
    submission = models.CharField(max_length=64, blank=True, default="", db_index=True, editable=False)
    reference = models.CharField(_("reference"), max_length=100, blank=True, default="", db_index=True)
    answer = models.JSONField(_("answer"), null=True, blank=True)
    error_code = models.CharField(_("provider's code"), max_length=100, blank=True, default="")
    error_text = models.TextField(_("what happened"), blank=True, default="")
    subject_model = models.CharField(max_length=100, blank=True, default="")
    subject_id = models.CharField(max_length=100, blank=True, default="")
    subject_is_restricted = models.BooleanField(default=False, editable=False)
    dedupe_key = models.CharField(max_length=255)
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, default="", editable=False)
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
    approvals_needed = models.PositiveSmallIntegerField(_("approvals needed"), default=0)
    approval_expires_at = models.DateTimeField(_("to be approved until"), null=True, blank=True)
    approval_reason = models.TextField(_("why it needs approval"), blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    earlier_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    read_backs = models.PositiveIntegerField(_("times read back"), default=0)
    nudged_at = models.DateTimeField(null=True, blank=True, editable=False)
    in_doubt = models.BooleanField(_("may have been done"), default=False)
    kept_answer = EncryptedTextField(blank=True, default="", editable=False)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [
            ("approve_operation", _("Can approve what others asked for")),
            ("view_every_operation", _("Can view operations of every kind, and not only of those to ask for")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "dedupe_key"],
                condition=models.Q(state__in=[state.value for state in LIVE_STATES]),
                name="one_live_operation_a_wish",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("requested_by")),
                name="nobody_approves_an_operation_of_their_own",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "not_before"]),
            models.Index(fields=["subject_model", "subject_id", "-id"]),
            models.Index(fields=["finished_at"], condition=models.Q(purged_at=None), name="operation_not_purged"),
        ]

    def __str__(self) -> str:
        return f"{_label_of(self.kind)} #{self.pk}"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINAL_STATES

    @property
    def can_be_done_since(self) -> datetime:
        """The moment before which it cannot have been done: what the provider had by then was made by somebody else."""
        return self.first_sent_at or self.earlier_sent_at or self.created_at

    @property
    def was_out_before(self) -> bool:
        """Whether an earlier attempt went out that can have been done: a later one is then refused because of it."""
        return self.in_doubt or self.earlier_sent_at is not None

    @property
    def waits_for_its_refusal(self) -> bool:
        """Whether all that is unknown is if the last attempt was refused because of one read back as not done."""
        is_refused = not self.in_doubt and bool(self.error_code) and not self.kept_answer
        return self.state == State.UNKNOWN and self.earlier_sent_at is not None and is_refused

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


class ApprovalPolicy(models.Model):
    """When an operation of a kind needs approval, by how many people, and for how long it may wait for it.

    `kind` is empty in the one row about every kind. With neither `amount_from` nor `batches_larger_than`, every
    operation of the kind needs approval. A row that is not active asks for nothing.
    """

    kind = models.CharField(_("kind of operation"), max_length=50, unique=True, blank=True)
    amount_from = models.DecimalField(
        _("amount from which"),
        max_digits=15,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, as in EUR."))],
    )
    batches_larger_than = models.PositiveIntegerField(_("batches of more than"), null=True, blank=True)
    approvals = models.PositiveSmallIntegerField(
        _("approvals needed"), default=1, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    hours = models.PositiveIntegerField(
        _("hours until it expires"), default=72, validators=[MinValueValidator(1), MaxValueValidator(90 * 24)]
    )
    active = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        ordering: ClassVar = ["kind"]
        default_permissions: ClassVar = ("view", "change")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(approvals__gte=1), name="at_least_one_approval"),
            models.CheckConstraint(condition=models.Q(hours__gte=1), name="at_least_an_hour_to_approve"),
            models.CheckConstraint(
                condition=models.Q(amount_from=None) | models.Q(amount_from__gt=0), name="approval_from_an_amount"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="") | models.Q(amount_from=None, batches_larger_than__isnull=False),
                name="every_kind_only_by_size_of_batch",
            ),
        ]

    def __str__(self) -> str:
        return _label_of(self.kind) if self.kind else str(_("Every kind"))


class OperationApproval(models.Model):
    """What one person decided about an operation that needs approval, and the fingerprint of what they decided on.

    `requested_by` is copied from the operation, so that the table itself can refuse the asker; triggers keep the
    copy true (see `backoffice.operations.guards`).
    """

    class Decision(models.TextChoices):
        """The two answers."""

        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("not approved")

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="approvals", verbose_name=_("operation"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("by"), related_name="+")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.TextField(_("why"), blank=True, default="")
    fingerprint = models.CharField(max_length=64, editable=False)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering: ClassVar = ["pk"]
        default_permissions: ClassVar = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["operation", "by"], name="one_decision_a_person"),
            models.CheckConstraint(
                condition=~models.Q(by=models.F("requested_by")), name="nobody_decides_on_their_own_wish"
            ),
            models.CheckConstraint(
                condition=models.Q(decision="approved") | ~models.Q(reason=""), name="no_refusal_without_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} #{self.pk}"


class Heartbeat(models.Model):
    """When something of ours was last seen alive: `worker`, `beat`, `passage` (a message from beat to a worker;
    `passage-quick` through a queue of its own)."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
