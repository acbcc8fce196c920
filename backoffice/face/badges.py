"""How single values are shown: a status as a word and a colour, ids that copy at a click, links to other rows.

Every function escapes what it is given and returns safe HTML. `money`, `coins`, `whole_number`, `moment` and
`empty` can be had from here too.
"""

from typing import Any, Literal

from django.contrib.admin.utils import quote
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .ibans import in_groups
from .moments import moment
from .numbers import coins, money, whole_number
from .placeholders import empty

__all__ = ["Tone", "coins", "copyable", "empty", "link_to", "moment", "money", "status_badge", "whole_number"]

Tone = Literal["good", "busy", "attention", "bad", "idle", "neutral"]

# The tone of every word that the provider or we are known to use. A word that is not here is shown as it came.
_TONES: dict[str, Tone] = {
    # KYC (contract 3.5)
    "unused": "idle",
    "processing": "busy",
    "valid": "good",
    "fail": "bad",
    # payments (contract 4.5)
    "started": "idle",
    "pending_bank": "busy",
    "payment_received": "busy",
    "coins_sent": "good",
    # off-ramps (contract 5.3)
    "pending": "idle",
    "crypto_received": "busy",
    "finished": "good",
    # enhanced verification
    "expired": "bad",
    # operations and runs
    "requested": "idle",
    "awaiting_approval": "attention",
    "queued": "busy",
    "sending": "busy",
    "running": "busy",
    "succeeded": "good",
    "refused": "bad",
    "failed": "bad",
    "unknown": "attention",
    "cancelled": "neutral",
    "abandoned": "neutral",
    "not_approved": "bad",
}


def status_badge(
    value: str,
    label: Any = None,
    tone: Tone | None = None,
    *,
    choices: type[models.TextChoices] | None = None,
) -> SafeString:
    """A status as a word and a colour.

    `choices` gives the words for known values: `status_badge(payment.status, choices=Payment.Status)`. A value
    that is in neither is shown raw, in a neutral colour: the provider may say what nobody has seen yet.
    """
    if not value:
        return empty()
    words = label or _label_of(value, choices) or value
    return format_html('<span class="badge tone-{}">{}</span>', tone or tone_of(value), words)


def tone_of(value: str) -> Tone:
    """The colour of a known word; neutral for any other."""
    return _TONES.get(value, "neutral")


def copyable(text: Any, *, shorten: int | None = None) -> SafeString:
    """An id with a button that copies it whole; `shorten` shows only that many characters of a long one.

    Not for the column that links to the row: a button cannot stand inside a link.
    """
    whole = str(text) if text is not None else ""
    if not whole:
        return empty()
    return _with_button(whole, _shortened(whole, shorten))


def copyable_iban(iban: str) -> SafeString:
    """The same of an IBAN, shown in groups and copied without blanks."""
    return _with_button(iban, in_groups(iban)) if iban else empty()


def _with_button(whole: str, shown: str) -> SafeString:
    return format_html(
        '<span class="copyable"><code title="{whole}">{shown}</code>'
        '<button type="button" class="copy-button" data-copy="{whole}" aria-label="{label}"></button></span>',
        whole=whole,
        shown=shown,
        label=_("Copy %(text)s") % {"text": whole},
    )


def link_to(row: models.Model | None, text: Any = None) -> SafeString:
    """A link to the page of a row, or the text alone where the row has no page."""
    if row is None:
        return empty()
    words = text if text not in {None, ""} else str(row)
    url = page_of(row)
    return format_html('<a href="{}">{}</a>', url, words) if url else format_html("{}", words)


def page_of(row: models.Model) -> str:
    """The address of a row's page in the admin; empty where it has none."""
    options = row._meta  # noqa: SLF001 - Django's documented way to ask
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(row.pk)])
    except NoReverseMatch:
        return ""


def _label_of(value: str, choices: type[models.TextChoices] | None) -> Any:
    return choices(value).label if choices and value in choices.values else None


def _shortened(text: str, length: int | None) -> str:
    if length is None or len(text) <= length:
        return text
    head = length * 2 // 3
    return f"{text[:head]}…{text[-(length - head) :]}"
