"""What a record says, as people read it: personal data masked, lists with commas, names without underscores."""

from typing import Any

from backoffice.face.cards import show
from backoffice.security.masked_data import mask_data

from .models import AuditRecord


def changes_of(record: AuditRecord) -> list[tuple[str, Any, Any]]:
    """What became what: the name, the value before, the value after."""
    before, after = mask_data(record.before or {}), mask_data(record.after or {})
    names = [*before, *(name for name in after if name not in before)]
    return [(_name(name), _value(before.get(name)), _value(after.get(name))) for name in names]


def details_of(record: AuditRecord) -> list[tuple[str, Any]]:
    """The details: name and value."""
    return [(_name(name), _value(value)) for name, value in mask_data(record.details or {}).items()]


def write_out(value: Any) -> str:
    """The same in one line of plain text."""
    return "; ".join(f"{key}: {item}" for key, item in mask_data(value).items()) if value else ""


def _name(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _value(value: Any) -> Any:
    match value:
        case list():
            return show(", ".join(str(_value(item)) for item in value))
        case dict():
            return show(", ".join(f"{_name(key)}: {_value(item)}" for key, item in value.items()))
    return show(value)
