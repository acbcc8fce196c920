"""What the provider's answers were seen to hold: parts, kinds, words, codes. Never a value."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sighting(models.Model):
    """Something that answers to a call were seen to hold: noted once, with its first and last sight.

    `place` is where in the answer (`data[].status`), `found` what: the kind of value, the word, the code, the HTTP
    status; empty for the part itself. `answers_at_last_sight` is how many answers the call had had by then: a part
    that is missing since is seen by the difference. Counts are of one answer each, and lag by up to a minute.
    """

    class Aspect(models.TextChoices):
        """What was looked at."""

        ANSWER = "answer", _("answers with content")
        PART = "part", _("field")
        KIND = "kind", _("kind of value")
        WORD = "word", _("word")
        CODE = "code", _("error code")
        HTTP_STATUS = "http_status", _("HTTP status")

    class Standing(models.TextChoices):
        """Whether it was expected."""

        CONTRACT = "contract", _("in the contract")
        BASELINE = "baseline", _("there from the first answer on")
        NEW = "new", _("new")

    call = models.CharField(_("call"), max_length=60)
    aspect = models.CharField(_("what"), max_length=12, choices=Aspect.choices)
    place = models.CharField(_("where"), max_length=300, blank=True, default="")
    found = models.CharField(_("found"), max_length=100, blank=True, default="")
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    times_seen = models.PositiveBigIntegerField(_("times seen"), default=0)
    answers_at_last_sight = models.PositiveBigIntegerField(default=0, editable=False)
    accepted_at = models.DateTimeField(_("taken note of"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("taken note of by"),
        related_name="+",
    )

    class Meta:
        verbose_name = _("part of an answer")
        verbose_name_plural = _("shapes of answers")
        permissions: ClassVar = [("accept_shape", _("Can take note of what is new in answers"))]
        ordering: ClassVar = ["call", "place", "aspect", "found"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "aspect", "place", "found"], name="one_sighting_of_each")
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.call, self.place, self.found)))
