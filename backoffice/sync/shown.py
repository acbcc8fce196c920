"""How the sync room's rows speak of what they are about."""

from typing import Any, Protocol

from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.face.cards import Words
from backoffice.face.history import differences_of

from .models import DriftFinding, MirroredModel, RecordedChange
from .resources import find_resource

SOURCES: dict[str, Any] = {
    "asked for": gettext_lazy("asked for"),
    "drift": gettext_lazy("drift"),
    "operation": gettext_lazy("operation"),
    "quarantine": gettext_lazy("quarantine"),
    "sync": gettext_lazy("sync"),
    "viewed": gettext_lazy("viewed"),
    "webhook": gettext_lazy("webhook"),
}


def label_of_source(source: str) -> Any:
    """What brought a change, where no run did; its name where it is not known here."""
    return SOURCES.get(source, source)


def label_of_resource(name: str) -> Any:
    """A resource's label; its name where it is not registered any more."""
    resource = find_resource(name)
    return resource.label if resource else name


def name_of(user: User) -> str:
    """How a colleague is called."""
    return user.get_full_name() or user.get_username()


class AboutAnObject(Protocol):
    """A row that names a mirrored object: by its resource and its id at the provider."""

    @property
    def resource(self) -> str:
        """The resource's name."""

    @property
    def remote_id(self) -> str:
        """The object's id at the provider."""


def link_to_object(change: AboutAnObject) -> SafeString:
    """A link by the provider's id: the list finds the row, so that a table of changes needs no query a row."""
    resource = find_resource(change.resource)
    if resource is None:
        return format_html("{}", change.remote_id)
    options = resource.model._meta  # noqa: SLF001 - Django's documented way to ask
    url = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return format_html('<a href="{}?q={}">{}</a>', url, change.remote_id, change.remote_id)


def _known_words(model: type[MirroredModel] | None) -> Words:
    """The status words that the model's own pages use."""
    if model is None or not admin.site.is_registered(model):
        return {}
    return getattr(admin.site.get_model_admin(model), "words", {})


def changes_in_words(change: RecordedChange | DriftFinding) -> SafeString:
    """Each column that changed or differed, with its two values; what is sensitive is masked."""
    if not change.columns:
        return format_html("{}", _("First seen"))
    resource = find_resource(change.resource)
    model = resource.model if resource else None
    differences = differences_of(change.columns, model, _known_words(model))
    return format_html_join(
        " ",
        '<span class="difference"><span class="timeline-label">{}</span> {} → {}</span>',
        ((difference.label, difference.before, difference.after) for difference in differences),
    )
