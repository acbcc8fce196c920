"""One row of any model, with whatever its columns demand; what a page needs besides stands in `_MORE`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone

from backoffice.operations.models import Operation, OperationApproval, OperationBatch
from banking.models import BankTransaction
from customers.captures import digest_of
from customers.models import CompanyVerification, Customer, DelegatedVerification
from customers.personal import PERSONAL

_PAIR = {"payment_id": "p1", "bank_transaction_id": "1", "iban": "", "booked_on": "", "line": 1, "payment": 1}
_REVEALED = dict.fromkeys(PERSONAL, "1")
_PERSON = {"name": "Lena", "last_name": "Ortega", "email": "lena@example.org", "submission": "mark", **_REVEALED}
_DELEGATED = "create_customer_delegated_kyc"

_PURCHASE = {
    "user_id": "1",
    "customer": "Lena Ortega",
    "fiat_amount": "5.00",
    "fiat_symbol": "EUR",
    "coin_symbol": "USDC",
    "coin_chain": "polygon",
    "external_id": "x-1",
    "quote": "",
}
_SALE = {
    "user_id": "1",
    "customer": "Lena Ortega",
    "amount": "5",
    "symbol": "USDC",
    "blockchain": "polygon",
    "iban": "1",
    "quoted_amount": "5.00",
    "quoted_currency": "EUR",
}

_SUBSCRIPTION = {"event_type": "PAY_IN", "url": "https://office.example.com/webhooks/", "submission": "mark"}

# What each kind of operation keeps of a wish, as far as its page shows it.
REQUESTS: dict[str, dict[str, Any]] = {
    "create_customer": _PERSON,
    "create_enhanced_verification_link": {"user_id": "1", "customer": "Lena Ortega", "days": 90, "submission": "mark"},
    "reconcile_payment": {**_PAIR, "arrived": "5.00 EUR", "asked": "5.00 EUR"},
    "create_payment": _PURCHASE,
    "create_guided_payment": _PURCHASE,
    "create_off_ramp": _SALE,
    _DELEGATED: {
        "verification": 1,
        "name": "Lena Ortega",
        "email": "lena@example.org",
        "details_sha256": digest_of(_REVEALED),
        "captures": [],
        "submission": "mark",
    },
    "register_company": {"company_name": "Ortega SL", "email": "lena@example.org", "submission": "mark"},
    "subscribe_webhook": _SUBSCRIPTION,
    "change_webhook_url": _SUBSCRIPTION,
    "upload_customer_document": {
        "user_id": "1",
        "customer": "Lena Ortega",
        "type": "onboarding_form",
        "document": 1,
        "size": 5,
        "sha256": "0",
    },
}

_OF_EVERYBODY = {"kind": "subscribe_webhook"}
SEEN_BY_ALL: dict[Any, dict[str, Any]] = {Operation: _OF_EVERYBODY, OperationBatch: _OF_EVERYBODY}
"""Which rows of a table everybody may see who may see any."""


def make_row(model: type[models.Model], **given: Any) -> Any:
    """Store a row; columns that are not given hold something of their type."""
    if model is User:
        return _colleague()
    more = _MORE.get(model, dict)()
    values = {
        field.name: _value_of(field)
        for field in model._meta.concrete_fields
        if field.name not in {**more, **given} and _must_be_given(field)
    }
    return model._default_manager.create(**values, **{**more, **given})


def operation_of(kind: str) -> Operation:
    """An operation of that kind, with what its page shows besides."""
    operation: Operation = make_row(Operation, kind=kind, request=REQUESTS[kind], dedupe_key=kind)
    if kind == _DELEGATED:
        make_row(DelegatedVerification, operation=operation)
    return operation


def _must_be_given(field: Any) -> bool:
    return not (
        field.null or field.has_default() or field.blank or field.primary_key or getattr(field, "auto_now_add", 0)
    )


def _value_of(field: Any) -> Any:
    if isinstance(field, models.ForeignKey):
        return field.related_model._default_manager.first() or make_row(field.related_model)
    if field.choices:
        return field.choices[0][0]
    return _OF_TYPE[next(kind for kind in _OF_TYPE if isinstance(field, kind))]()


_OF_TYPE: dict[Any, Callable[[], Any]] = {
    models.DateTimeField: timezone.now,
    models.DateField: date.today,
    models.DecimalField: lambda: Decimal(5),
    models.IntegerField: lambda: 1,
    models.BooleanField: lambda: False,
    models.JSONField: dict,
    models.UUIDField: lambda: "0" * 32,
    models.GenericIPAddressField: lambda: "127.0.0.1",
    models.CharField: lambda: "1",
    models.TextField: lambda: "{}",
    models.FileField: lambda: "nothing-there.pdf",
}


def _of_operation() -> dict[str, Any]:
    return {**_OF_EVERYBODY, "request": REQUESTS["subscribe_webhook"], "requested_by": _colleague()}


def _of_batch() -> dict[str, Any]:
    return {**_OF_EVERYBODY, "requested_by": _colleague()}


def _of_approval() -> dict[str, Any]:
    operation = Operation.objects.first() or make_row(Operation)
    return {"operation": operation, "requested_by": operation.requested_by, "by": _colleague("paula")}


def _of_delegated_verification() -> dict[str, Any]:
    """One that was asked for: nobody sees what a colleague has not finished."""
    number = Operation.objects.count()
    asked = make_row(Operation, kind=_DELEGATED, request=REQUESTS[_DELEGATED], dedupe_key=f"delegated {number}")
    return {"operation": asked, "details": _REVEALED, "submission": f"{number:032}"}


def _colleague(name: str = "otto") -> User:
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]


_MORE: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
    BankTransaction: lambda: {"counterparty_iban": "1"},
    CompanyVerification: lambda: {"link": "1", "password": "1"},
    Customer: lambda: {
        "name": "Lena",
        "email": "lena@example.org",
        "identification_number": "1",
        "kyc_form_url": "1",
        "payload": "{}",
    },
    DelegatedVerification: _of_delegated_verification,
    Operation: _of_operation,
    OperationBatch: _of_batch,
    OperationApproval: _of_approval,
}
