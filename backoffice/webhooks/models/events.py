"""The rows of the inbox: events, what each caused, the read-backs, and counts of what was refused."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedTextField


class WebhookEvent(models.Model):
    """Something that the provider told us: kept as it came, and never believed.

    `event_type` is the canonical name of what was sent. `ids` are the ids in the body: a list of [name, value].
    `digest` tells a repetition: that is counted here, in `times_received`, and makes no row. `wanted_at` is since when
    its objects are to be read anew: when it was received, or replayed by hand. `signed_at` is the sender's time.
    `is_body_kept` is False where nobody signed the event and its body was long: what anybody can send fills no disk.
    """

    class Verdict(models.TextChoices):
        """What the check of the signature found, where the event was taken."""

        SIGNED = "signed", _("signed")
        SIGNED_WITH_PREVIOUS = "signed_with_previous", _("signed with the previous secret")
        UNSIGNED = "unsigned", _("not signed")

    class State(models.TextChoices):
        """Where the event stands."""

        WAITING = "waiting", _("waiting")
        READING = "reading", _("being read back")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNCLEAR = "unclear", _("about nothing known")

    received_at = models.DateTimeField(_("received"), db_index=True)
    last_received_at = models.DateTimeField(_("last received"))
    wanted_at = models.DateTimeField(editable=False)
    signed_at = models.DateTimeField(_("signed at"), null=True, blank=True)
    event_type = models.CharField(_("event"), max_length=100, blank=True)
    event_type_sent = models.CharField(_("event as sent"), max_length=100, blank=True)
    is_known = models.BooleanField(_("known event"), default=True)
    provider_event_id = models.CharField(_("id of the event"), max_length=100, blank=True)
    verdict = models.CharField(_("signature"), max_length=24, choices=Verdict.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.WAITING)
    ids = models.JSONField(_("ids in it"), default=list)
    headers = models.JSONField(_("headers"), default=dict)
    body = EncryptedTextField(_("body"))
    is_body_kept = models.BooleanField(_("body is kept"), default=True)
    digest = models.CharField(max_length=64, editable=False)
    times_received = models.PositiveIntegerField(_("times received"), default=1)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook inbox")
        ordering: ClassVar = ["-received_at", "-pk"]
        default_permissions: ClassVar = ("view",)
        permissions: ClassVar = [
            ("replay_event", _("Can replay events")),
            ("view_event_body", _("Can see the bodies of events, masked")),
        ]
        # Not `unique` and `db_index`: PostgreSQL would get a second index for LIKE each, which every event pays for.
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest"], name="one_row_a_webhook_event")]
        indexes: ClassVar = [
            models.Index(fields=["event_type"], name="webhook_events_by_type"),
            models.Index(
                fields=["provider_event_id"],
                condition=~models.Q(provider_event_id=""),
                name="webhook_events_by_their_id",
            ),
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="webhook_events_waiting"),
            models.Index(fields=["state", "-received_at"], name="webhook_events_by_state"),
            models.Index(
                fields=["received_at"], condition=models.Q(verdict="unsigned"), name="webhook_events_unsigned"
            ),
        ]

    def __str__(self) -> str:
        return self.event_type_sent or str(_("Event without a name"))


class ReadBack(models.Model):
    """One read of an object that events were about; while it runs, nobody else reads the same object for them."""

    class Outcome(models.TextChoices):
        """How it ended; empty while it runs."""

        CREATED = "created", _("new here")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        STALE = "stale", _("a newer answer was there already")
        MISSING = "missing", _("gone at the provider")
        LEFT_OUT = "left_out", _("left out: asked to be forgotten")
        FAILED = "failed", _("could not be read")
        ABANDONED = "abandoned", _("cut off")

    resource = models.CharField(_("resource"), max_length=50)
    remote_id = models.CharField(_("id at the provider"), max_length=100)
    began_at = models.DateTimeField(_("began"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True, default="")
    error = models.TextField(_("what went wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("read-back for events")
        verbose_name_plural = _("read-backs for events")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resource", "remote_id"],
                condition=models.Q(ended_at=None),
                name="one_read_back_an_object_at_a_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["resource", "remote_id", "-began_at"], name="read_backs_of_an_object"),
            models.Index(fields=["began_at"], name="read_backs_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.remote_id}"


class WebhookEffect(models.Model):
    """What an event caused at one object: that it was read back, and what that found.

    `read_back` is the read that this waits for, or that settled it; None where another read of the object, newer than
    the event, made it needless. `tries` are reads that failed; the next is at `next_try_at`.
    """

    class State(models.TextChoices):
        """Whether the object was read."""

        WAITING = "waiting", _("waiting")
        SETTLED = "settled", _("settled")
        FAILED = "failed", _("failed")

    class Outcome(models.TextChoices):
        """What the read found; empty while it waits, and where it failed."""

        CREATED = "created", _("new here")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        STALE = "stale", _("a newer answer was there already")
        MISSING = "missing", _("gone at the provider")
        READ_MEANWHILE = "read_meanwhile", _("read meanwhile")
        LEFT_OUT = "left_out", _("left out: asked to be forgotten")

    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="effects", verbose_name=_("event"))
    resource = models.CharField(_("resource"), max_length=50)
    remote_id = models.CharField(_("id at the provider"), max_length=100)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True, default="")
    wanted_at = models.DateTimeField(editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"))
    read_back = models.ForeignKey(ReadBack, models.SET_NULL, null=True, blank=True, related_name="effects")
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    error = models.TextField(_("what went wrong"), blank=True, default="")

    class Meta:
        verbose_name = _("effect of an event")
        verbose_name_plural = _("effects of events")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "resource", "remote_id"], name="one_effect_an_event_and_object")
        ]
        indexes: ClassVar = [
            models.Index(fields=["remote_id", "resource", "-id"], name="webhook_effects_by_object"),
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="webhook_effects_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} {self.remote_id}"


class WebhookRefusal(models.Model):
    """How often the inbox refused something for one reason, from one kind of address, in one minute.

    So few rows that whoever floods the inbox cannot fill the disk: reasons times kinds of address times the
    minutes of a day.
    """

    class Reason(models.TextChoices):
        """Why; those of the signature as `SignatureVerdict` names them."""

        UNSIGNED = "unsigned", _("no signature")
        MISSING_HEADER = "missing_header", _("a header of the signature is missing")
        UNKNOWN_KEY = "unknown_key", _("another API key")
        UNREADABLE_TIMESTAMP = "unreadable_timestamp", _("unreadable time")
        OUTSIDE_TOLERANCE = "outside_tolerance", _("too old, or from the future")
        WRONG_SIGNATURE = "wrong_signature", _("wrong signature")
        TOO_LARGE = "too_large", _("too large")
        CUT_OFF = "cut_off", _("cut off while it was sent")
        METHOD = "method", _("not a POST")
        TOO_MANY_UNSIGNED = "too_many_unsigned", _("too many without a signature")
        TOO_MANY_UNSIGNED_A_DAY = "too_many_unsigned_a_day", _("too many without a signature in a day")

    class Source(models.TextChoices):
        """What kind of address it came from."""

        LOOPBACK = "loopback", _("this machine")
        PRIVATE = "private", _("a private network")
        PUBLIC = "public", _("the internet")
        UNKNOWN = "unknown", _("unknown")

    reason = models.CharField(_("reason"), max_length=24, choices=Reason.choices)
    source = models.CharField(_("from"), max_length=10, choices=Source.choices)
    minute = models.DateTimeField(_("minute"))
    count = models.PositiveBigIntegerField(_("count"), default=1)
    last_at = models.DateTimeField(_("last"))
    last_address = models.GenericIPAddressField(_("last address"), null=True, blank=True)

    class Meta:
        verbose_name = _("refusal of the webhook inbox")
        verbose_name_plural = _("refusals of the webhook inbox")
        ordering: ClassVar = ["-minute", "-pk"]
        default_permissions: ClassVar = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["minute", "reason", "source"], name="one_refusal_a_minute_reason_and_source"
            )
        ]

    def __str__(self) -> str:
        return str(self.get_reason_display())
