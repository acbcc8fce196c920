"""The mirror's rows: what every mirrored object has, the runs that filled it, what changed, what could not be read."""

import json
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedTextField


class MirroredModel(models.Model):
    """A copy of an object of the provider: read-only to people, rebuilt from the API at any time.

    `payload` is the object as last received, as JSON text, so that no digit of a number is lost and both engines
    keep the same. `fingerprint` is the hash of its canonical form; empty means "compare again at the next sight".
    `read_at` is when the request began whose answer stands here: an answer to an earlier request never overwrites it.
    """

    remote_id = models.CharField(_("id at the provider"), max_length=100, unique=True)
    payload = models.TextField(_("as received"), default="{}", editable=False)
    fingerprint = models.CharField(max_length=64, default="", editable=False)
    read_at = models.DateTimeField(_("read at"), editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), editable=False)
    changed_at = models.DateTimeField(_("last changed"), editable=False, db_index=True)
    missing_since = models.DateTimeField(_("missing at the provider since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.remote_id

    @property
    def payload_data(self) -> dict[str, Any]:
        """The payload as Python data, numbers as Decimal."""
        data: dict[str, Any] = json.loads(self.payload, parse_float=Decimal)
        return data


class SyncRun(models.Model):
    """One run over one resource, and at the same time the lease that keeps a second one away.

    A run is alive while its `heartbeat_at` is younger than `SYNC_LEASE_SECONDS`; a dead one is marked `abandoned`
    by whoever comes next. `partition`, `next_page` (0: read through) and `seen_rows` are where a `full` run that died
    goes on. `totals` is by partition the total at its first page and at its last.
    """

    class Mode(models.TextChoices):
        """How much of the resource is read."""

        FULL = "full", _("full")
        HEAD = "head", _("newest")
        OPEN = "open", _("not final yet")

    class State(models.TextChoices):
        """Where the run stands."""

        RUNNING = "running", _("running")
        SUCCEEDED = "succeeded", _("succeeded")
        FAILED = "failed", _("failed")
        ABANDONED = "abandoned", _("abandoned")

    resource = models.CharField(_("resource"), max_length=50)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.RUNNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("asked by"),
        related_name="+",
    )
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, default="", editable=False)
    lease_token = models.UUIDField(editable=False)
    started_at = models.DateTimeField(_("started"))
    heartbeat_at = models.DateTimeField(_("last sign of life"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    resumed_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name=_("continues"), related_name="+"
    )
    partition = models.CharField(max_length=100, default="", editable=False)
    next_page = models.PositiveIntegerField(default=1, editable=False)
    seen_rows = models.BinaryField(default=bytes, editable=False)
    totals = models.JSONField(default=dict, editable=False)
    total = models.PositiveBigIntegerField(_("total at the provider"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    seen = models.PositiveBigIntegerField(_("seen"), default=0)
    created = models.PositiveBigIntegerField(_("new"), default=0)
    changed = models.PositiveBigIntegerField(_("changed"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    stale = models.PositiveBigIntegerField(_("older than stored"), default=0)
    missing = models.PositiveBigIntegerField(_("gone missing"), default=0)
    quarantined = models.PositiveBigIntegerField(_("quarantined"), default=0)
    error = models.TextField(_("what went wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        permissions: ClassVar = [("request_sync", _("Can ask for a sync"))]
        ordering: ClassVar = ["-started_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource"], condition=models.Q(state="running"), name="one_running_sync_a_resource"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["resource", "mode", "state", "-finished_at"])]

    def __str__(self) -> str:
        return f"{self.resource} ({self.get_mode_display()})"


class RecordedChange(models.Model):
    """Which columns of one mirrored row went from what to what, when, and by which run (or by what else).

    Where the resource asks for it (`Resource.created_column`), also how long after the provider's change the row was
    written: `learned_by` says by what (the mode of a run, else the source), `learned_after_ms` how many milliseconds
    later, `measured_from` since what. Such a resource also records the first sight of an object that the provider
    made while we watched: `columns` is then empty.
    """

    class MeasuredFrom(models.TextChoices):
        """What the time until we learned of a change is counted from."""

        PROVIDER = "provider", _("the provider's own time of the change")
        EVENT = "event", _("the provider's event")
        CREATION = "creation", _("the object's creation")
        PREVIOUS_READ = "previous_read", _("the read before: it took at most so long")

    resource = models.CharField(_("resource"), max_length=50)
    remote_id = models.CharField(_("id at the provider"), max_length=100)
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, blank=True, verbose_name=_("sync run"))
    source = models.CharField(_("source"), max_length=30)
    columns = models.JSONField(_("what changed"))
    read_at = models.DateTimeField(_("read at"))
    recorded_at = models.DateTimeField(_("recorded"))
    learned_by = models.CharField(_("learned by"), max_length=30, default="", blank=True, editable=False)
    learned_after_ms = models.PositiveBigIntegerField(_("learned after"), null=True, blank=True, editable=False)
    measured_from = models.CharField(
        _("measured from"), max_length=20, choices=MeasuredFrom.choices, default="", blank=True, editable=False
    )

    class Meta:
        verbose_name = _("recorded change")
        verbose_name_plural = _("recorded changes")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["resource", "remote_id", "-id"]),
            models.Index(fields=["recorded_at"], name="sync_change_recorded"),
            models.Index(
                fields=["recorded_at", "resource", "learned_by", "measured_from", "learned_after_ms"],
                condition=models.Q(learned_after_ms__isnull=False),
                name="sync_change_learned",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.remote_id}"

    @property
    def is_first_sight(self) -> bool:
        """Whether the object was new to us, and nothing of it had changed."""
        return not self.columns


class Quarantine(models.Model):
    """An item that could not become a row: kept whole with the reason, until it or our code changes.

    `item_key` is the item's id where it has one, else the hash of the payload: the same bad item is one row
    however often it is seen. A single read, and an item with another item's id, have a mark behind the id; `remote_id`
    is the id alone, empty where there is none. `code_version` is the resource's version that failed on it.
    """

    resource = models.CharField(_("resource"), max_length=50)
    item_key = models.CharField(_("item"), max_length=100)
    remote_id = models.CharField(_("id at the provider"), max_length=100, default="", blank=True)
    payload = EncryptedTextField(_("as received"))
    fingerprint = models.CharField(max_length=64)
    reason = models.TextField(_("why it could not be read"))
    partition = models.CharField(max_length=100, default="", editable=False)
    code_version = models.PositiveIntegerField(default=1)
    times_seen = models.PositiveIntegerField(_("times seen"), default=1)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, blank=True, verbose_name=_("sync run"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("quarantined item")
        verbose_name_plural = _("quarantine")
        ordering: ClassVar = ["-last_seen_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "item_key"],
                condition=models.Q(resolved_at=None),
                name="one_open_quarantine_an_item",
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.item_key}"


class Viewing(models.Model):
    """An object whose page people look at: when somebody last did, and what became of reading it anew for them.

    One row an object, so that two people who open the same page cause one read. `asked_at` is when a worker was last
    asked to read it, `answered_at` when that read ended, `problem` why it gave nothing, empty where it did.
    """

    class Problem(models.TextChoices):
        """Why an object could not be read anew."""

        NO_ANSWER = "no_answer", _("CryptoPocket did not answer")
        REFUSED = "refused", _("CryptoPocket refused the read")
        UNREADABLE = "unreadable", _("the answer could not be understood")

    resource = models.CharField(_("resource"), max_length=50)
    remote_id = models.CharField(_("id at the provider"), max_length=100)
    viewed_at = models.DateTimeField(_("last looked at"), db_index=True)
    asked_at = models.DateTimeField(_("read asked for"), null=True, blank=True, db_index=True)
    answered_at = models.DateTimeField(_("read ended"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=20, choices=Problem.choices, blank=True, default="")

    class Meta:
        verbose_name = _("viewing")
        verbose_name_plural = _("viewings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "remote_id"], name="one_viewing_an_object")
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.remote_id}"


class DriftCheck(models.Model):
    """A sample of a resource's rows that was read singly and compared with the mirror, field by field.

    `seed` chose the rows: the same seed over the same rows chooses the same ones. `same`, `moved_on`, `drifted`,
    `overtaken` and `unread` add up to the rows that were tried; what each means stands in docs/provider.md.
    """

    resource = models.CharField(_("resource"), max_length=50)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("asked by"),
        related_name="+",
    )
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, default="", editable=False)
    seed = models.PositiveBigIntegerField(_("seed of the sample"))
    sample = models.PositiveIntegerField(_("rows in the sample"), default=0)
    same = models.PositiveIntegerField(_("the same"), default=0)
    moved_on = models.PositiveIntegerField(_("moved on"), default=0)
    drifted = models.PositiveIntegerField(_("drifted"), default=0)
    overtaken = models.PositiveIntegerField(_("written meanwhile"), default=0)
    unread = models.PositiveIntegerField(_("could not be read"), default=0)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error = models.TextField(_("what went wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("drift check")
        verbose_name_plural = _("drift checks")
        ordering: ClassVar = ["-started_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource"], condition=models.Q(finished_at=None), name="one_running_drift_check_a_resource"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource} #{self.pk}"


class DriftFinding(models.Model):
    """A row of the mirror that should have been the same as at the provider, and was not.

    `columns` are those that differed, `{column: [here, at the provider]}`, as in `RecordedChange`. `read_at` is when
    the row had last been read before the check.
    """

    class Reason(models.TextChoices):
        """Why the difference is no change that the next sync would have brought."""

        FIXED = "fixed", _("a field differs that never changes")
        FINAL = "final", _("it was final here")
        MISSED = "missed", _("it was read here after the change, without it")
        GONE = "gone", _("the provider does not know it")

    drift_check = models.ForeignKey(DriftCheck, models.CASCADE, verbose_name=_("drift check"), related_name="findings")
    resource = models.CharField(_("resource"), max_length=50)
    remote_id = models.CharField(_("id at the provider"), max_length=100)
    reason = models.CharField(_("why it is drift"), max_length=10, choices=Reason.choices)
    columns = models.JSONField(_("what differed"))
    read_at = models.DateTimeField(_("read before"))
    found_at = models.DateTimeField(_("found"), db_index=True)
    healed_at = models.DateTimeField(_("healed"), null=True, blank=True)

    class Meta:
        verbose_name = _("drift")
        verbose_name_plural = _("drift found")
        ordering: ClassVar = ["-found_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.resource} {self.remote_id}"
