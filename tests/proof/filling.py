"""A row of every table, with a chosen text in every field that can hold one: found by looking at the models."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone

from backoffice.operations.kinds import OperationKind, all_kinds
from backoffice.operations.models import Operation, State
from backoffice.security.fields import EncryptedJSONField
from backoffice.sync.models import MirroredModel
from customers.personal import PERSONAL

ROOMS = ("backoffice", "customers", "payments", "banking")
MakeText = Callable[[str, int | None], str]
"""From the name of a field ("customers.Customer.name") and its greatest length, the text for it."""

NO_TEXT = {
    "operations.Heartbeat": "names of our own processes",
    "audit.AuditSeal": "hashes of our own",
    "security.KeyProof": "a word of our own, encrypted",
    "operations.ApprovalPolicy": "one row a kind, made by us and edited in a form with choices",
}
"""Tables that hold no text from outside."""

OWN = {
    "fingerprint": "0" * 64,
    "base_units": "1000000",
    "media_type": "application/pdf",
    "file": "gone.pdf",
    "sha256": "0" * 64,
    "identification_digest": "",
    "blind_index": "",
}
"""Fields whose texts are made or checked here before they are stored, and what stands in them."""

_SHAPED: dict[str, Callable[[str], Any]] = {
    "sync.RecordedChange.columns": lambda text: {text: [text, text], "email": [text, text], "status": [text, text]},
    "sync.DriftFinding.columns": lambda text: {text: [text, text], "email": [text, text], "status": [text, text]},
    "webhooks.WebhookEvent.ids": lambda text: [["payment_id", text], [text, text]],
    "banking.Reconciliation.reasons": lambda text: [text],
    "banking.Reconciliation.differences": lambda text: [{"label": text, "of_line": text, "of_payment": text}],
    "operations.Operation.answer": lambda text: {"note": text},
    "customers.DelegatedVerification.details": lambda text: dict.fromkeys((*PERSONAL, "name", "country"), text),
    "audit.AuditRecord.before": lambda text: {text: text},
    "audit.AuditRecord.after": lambda text: {text: text},
    "audit.AuditRecord.details": lambda text: {text: text, "field": text, "reason": text},
}
NUMBERS_ONLY = {
    "sync.SyncRun.totals",
    "operations.OperationBatch.already_requested",
    "customers.KycRefresh.chosen",
    "customers.KycRefresh.outcomes",
}
"""JSON that holds nothing but numbers and words of ours."""


def tables() -> list[type[models.Model]]:
    """Our tables that hold texts."""
    ours = [model for model in apps.get_models() if model.__module__.split(".")[0] in ROOMS]
    return [model for model in ours if model._meta.label not in NO_TEXT]


def text_fields(model: type[models.Model]) -> list[Any]:
    """The fields of a table into which a text from outside can get."""
    return [field for field in model._meta.concrete_fields if _takes_text(field) or _is_loose(field)]


class Filler:
    """Makes rows whose texts come from `make_text`; what they refer to is made the same way, once."""

    def __init__(self, make_text: MakeText, person: User) -> None:
        self._make_text = make_text
        self._person = person
        self._made: dict[type[models.Model], models.Model] = {}
        self.filled: set[str] = set()

    def fill(self) -> dict[type[models.Model], models.Model]:
        """A row of every table."""
        for model in tables():
            self._row(model)
        return self._made

    def fill_loosely(self) -> list[models.Model]:
        """A row more of each table that keeps the provider's ids of what may not be mirrored: ids of nothing here."""
        loose = [model for model in tables() if any(_is_loose(field) for field in model._meta.concrete_fields)]
        return [self._new(model, is_loose=True) for model in loose]

    def _row(self, model: type[models.Model]) -> models.Model:
        if model not in self._made:
            self._made[model] = self._new(model)
        return self._made[model]

    def _new(self, model: type[models.Model], *, is_loose: bool = False) -> models.Model:
        values = {field.attname: value for field, value in self._values(model)}
        if is_loose:
            values |= dict(self._loose_values(model))
        return model._default_manager.create(**values)

    def _loose_values(self, model: type[models.Model]) -> Iterator[tuple[str, str]]:
        """Ids that no row has, and one of its own where two rows cannot have the same."""
        fields: Any = model._meta.concrete_fields
        for field in fields:
            if _is_loose(field):
                self.filled.add(name_of(field))
                yield field.attname, _ending_in("!", self._make_text(name_of(field), field.target_field.max_length))
            elif _takes_text(field) and field.unique:
                yield field.attname, _ending_in("?", self._text(field))

    def _values(self, model: type[models.Model]) -> Iterator[tuple[Any, Any]]:
        for field in model._meta.concrete_fields:
            if field.primary_key and isinstance(field, models.AutoField):
                continue
            if _takes_text(field):
                self.filled.add(name_of(field))
                yield field, self._text(field)
            elif (value := self._other(field)) is not None:
                yield field, value

    def _text(self, field: Any) -> Any:
        text = self._make_text(name_of(field), field.max_length)
        if name_of(field) in _SHAPED:
            return _SHAPED[name_of(field)](text)
        if isinstance(field, models.JSONField | EncryptedJSONField):
            return {text: text, "note": text}
        return json.dumps({text: text, "note": [text]}) if field.name == "payload" else text

    def _other(self, field: Any) -> Any:
        if field.name in OWN:
            return OWN[field.name]
        if isinstance(field, models.ForeignKey):
            return self._reference(field)
        if field.choices:
            return next(value for value, _label in reversed(field.choices))
        if field.has_default():
            return field.get_default()
        return _plain(field)

    def _reference(self, field: Any) -> Any:
        model = field.related_model
        if model is User:
            # Nobody approves what is their own: the database keeps that.
            return None if field.null else self._other_person().pk if field.name == "by" else self._person.pk
        if model is field.model or model in NO_TEXT:
            return None
        row = self._new(model) if field.one_to_one and model is Operation else self._row(model)
        return getattr(row, field.target_field.attname)

    def _other_person(self) -> User:
        return User.objects.get_or_create(username="approver")[0]


def name_of(field: Any) -> str:
    """ "customers.Customer.name"."""
    return f"{field.model._meta.label}.{field.name}"


def operations_of_every_kind(make_text: MakeText, person: User) -> list[Operation]:
    """An operation of each kind that holds the text wherever what people read of it comes from."""
    return [_operation(kind, make_text(f"{kind.name}.request", None), person) for kind in all_kinds()]


def _operation(kind: OperationKind, text: str, person: User) -> Operation:
    operation = Operation(
        kind=kind.name, requested_by=person, state=State.REFUSED, error_code=text[:100], error_text=text,
        dedupe_key=uuid.uuid4().hex, subject_id="1",
    )  # fmt: skip
    operation.request = _request_for(kind, operation, text)
    operation.save()
    return operation


def _request_for(kind: OperationKind, operation: Operation, text: str) -> dict[str, Any]:
    """What the kind asks its request for, found by asking it; numbers and words of ours where it needs those."""
    known: dict[str, Any] = {"days": 30, "size": 10, "type": "other", "amount": "1", "line": 1, "payment": 1}
    request = {**dict.fromkeys((*kind.personal, "iban"), text), **known, "name": text, "email": text, "note": text}
    others: list[Any] = []
    key = ""
    for _attempt in range(200):
        operation.request = request
        operation.save()
        try:
            kind.describe(operation)
            kind.facts_to_decide(operation)
            kind.links(operation)
        except KeyError as missing:
            key, others = str(missing.args[0]), ["1", 1, "2026-01-01T00:00:00+00:00", [], {}]
            request[key] = text
        except (ArithmeticError, ValueError, TypeError, AttributeError):
            # What was asked for last is no text.
            request[key] = others.pop(0)
        except ObjectDoesNotExist:
            return request
        else:
            return request
    raise AssertionError(f"{kind.name} asks for more than can be found out.")


def _ending_in(sign: str, text: str) -> str:
    """The text with another end, and no longer."""
    return f"{text[:-1]}{sign}"


def _is_loose(field: Any) -> bool:
    """Whether a reference keeps the provider's id of what it does not point to (yet)."""
    return isinstance(field, models.ForeignKey) and not getattr(field, "db_constraint", True)


def _takes_text(field: Any) -> bool:
    if field.name in OWN or field.choices or name_of(field) in NUMBERS_ONLY:
        return False
    if isinstance(field, models.ForeignKey):
        return False
    if isinstance(field, models.JSONField):
        return True
    return isinstance(field, models.CharField | models.TextField) and not _holds_numbers(field)


def _holds_numbers(field: Any) -> bool:
    """Whether a field of text takes no text: its own check refuses one."""
    try:
        return not isinstance(field.to_python("no number"), str | dict)
    except (ValidationError, ArithmeticError, ValueError):
        return True


def _plain(field: Any) -> Any:
    """A value of a field that holds no text; nothing where that is allowed: a moment may say "hidden since"."""
    if field.null:
        return None
    values: dict[type[Any], Any] = {
        models.DateTimeField: timezone.now(),
        models.DateField: date(2026, 1, 1),
        models.UUIDField: uuid.uuid4(),
        models.BinaryField: b"",
        models.GenericIPAddressField: "127.0.0.1",
        models.BooleanField: False,
        models.DecimalField: Decimal(1),
    }
    known = next((values[kind] for kind in values if type(field) is kind), None)
    if known is None:
        return 1 if isinstance(field, models.IntegerField) else field.to_python("1")
    return known


def is_mirrored(model: type[models.Model]) -> bool:
    """Whether the rows come from the provider."""
    return issubclass(model, MirroredModel)
