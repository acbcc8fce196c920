"""The rows of the audit record."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditRecord(models.Model):
    """One thing that somebody did or saw: written once, never changed, never removed.

    There is no foreign key in here: the record outlives the person and the row that it is about, so it keeps the
    person's id and name, and the row as `subject_model` ("customers.customer") and `subject_id` (its primary key as
    text). `details`, `before` and `after` are JSON without secrets and without personal data in clear.
    `correlation_id` is the same from the web request through the task to the call at the provider.
    """

    at = models.DateTimeField(_("when"), db_index=True)
    action = models.CharField(_("what"), max_length=60, db_index=True)
    actor_id = models.BigIntegerField(_("id of the person"), null=True, blank=True, db_index=True)
    actor_name = models.CharField(_("who"), max_length=150, blank=True, default="")
    address = models.GenericIPAddressField(_("from where"), null=True, blank=True)
    correlation_id = models.CharField(_("correlation id"), max_length=64, blank=True, default="", db_index=True)
    subject_model = models.CharField(_("kind of object"), max_length=100, blank=True, default="")
    subject_id = models.CharField(_("object"), max_length=100, blank=True, default="")
    operation_id = models.BigIntegerField(_("operation"), null=True, blank=True)
    sync_run_id = models.BigIntegerField(_("sync run"), null=True, blank=True)
    before = models.JSONField(_("before"), null=True, blank=True)
    after = models.JSONField(_("after"), null=True, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit record")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [
            ("export_list", _("Can export lists")),
            ("export_personal_data", _("Can export lists with personal data in clear")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_model", "subject_id", "-id"]),
            models.Index(fields=["operation_id", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"


class AuditSeal(models.Model):
    """One link of the chain that seals the audit record: whatever was not sealed yet, up to `last_id`.

    `covered` says of each record, in the order of their ids, its id (8 bytes) and the SHA-256 of what it says
    (32 bytes), so that a record that does not fit can be named. `hash` is the SHA-256 of all the rest of this row;
    `previous_hash` is that of the seal before, empty at the first. See docs/audit.md.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    last_id = models.BigIntegerField(_("last record"))
    count = models.PositiveIntegerField(_("records"))
    covered = models.BinaryField()
    previous_hash = models.CharField(_("hash before"), max_length=64, unique=True, blank=True)
    hash = models.CharField(_("hash"), max_length=64, unique=True)
    sealed_at = models.DateTimeField(_("sealed"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering: ClassVar = ["number"]
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return f"#{self.number}"
