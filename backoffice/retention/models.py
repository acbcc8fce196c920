"""The periods, and the files that are on their way out."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .kinds import find_kind


class RetentionPolicy(models.Model):
    """How many days one kind of record is kept."""

    kind = models.CharField(_("kind"), max_length=50, unique=True, editable=False)
    days = models.PositiveIntegerField(_("days"))
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")
        ordering: ClassVar = ["kind"]
        default_permissions: ClassVar = ("view", "change")

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> Any:
        """What people call the kind; its name where its code is gone."""
        kind = find_kind(self.kind)
        return kind.label if kind else self.kind


class FileToRemove(models.Model):
    """A stored file whose row was purged: removed once that is committed, or at the next purge where that failed."""

    name = models.CharField(max_length=255)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.name
