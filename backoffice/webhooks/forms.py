"""The forms that ask for subscriptions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backoffice.operations.submissions import SubmissionForm


class EventTypesForm(SubmissionForm):
    """Which types; `offered` are (name, label), `chosen` those that are ticked when the page opens."""

    event_types = forms.MultipleChoiceField(
        label=_("Event types"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one type."),
            "invalid_choice": _("%(value)s cannot be chosen any more: look again at what can."),
        },
    )

    def __init__(self, *arguments: Any, offered: list[tuple[str, Any]], chosen: list[str], **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["event_types"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = offered
        field.initial = chosen
