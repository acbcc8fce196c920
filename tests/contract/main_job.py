"""What the main job needs of a provider: one that speaks any dialect, and the mirror of it as rows to be compared."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import models

from backoffice.sandbox import Sandbox
from backoffice.sync.models import MirroredModel, SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import all_resources
from backoffice.sync.services import sync_resource
from banking.models import BankAccount, BankTransaction
from customers.models import Customer
from payments.models import Asset, OffRamp, Payment, PaymentMethod

OVERRIDES = Path(os.environ.get("MAIN_JOB_OVERRIDES") or Path(__file__).with_name("overrides"))
"""The folder with a file for each dialect."""
DIALECTS = ("default", "laravel", "camel", "legacy")
SIZES = {"customers": 60, "payments": 70, "offramps": 60, "bank_transactions": 120}
TODAY = date(2026, 7, 1)
MIRRORED: tuple[type[MirroredModel], ...] = (
    Customer, Payment, OffRamp, BankAccount, BankTransaction, Asset, PaymentMethod,
)  # fmt: skip

_BOOKKEEPING = {field.name for field in MirroredModel._meta.get_fields()} - {"remote_id"}

StartProvider = Callable[..., Sandbox]
Mirror = dict[str, dict[str, dict[str, Any]]]


def override_of(dialect: str) -> str:
    """The file that says what is to be known of a dialect; none for the default one."""
    return "" if dialect == "default" else str(OVERRIDES / f"{dialect}.toml")


def begin(start_provider: StartProvider, settings: Any, *, dialect: str, override: str, **options: Any) -> Sandbox:
    """Start a provider of that dialect, and tell the product what the override file says of it."""
    settings.CRYPTOPOCKET_CONTRACT = override
    settings.CRYPTOPOCKET_PAGE_SIZE = 50
    cache.clear()
    return start_provider(**{"today": TODAY, **options}, dialect=dialect)


def sync_everything(mode: str = "full") -> dict[str, SyncRun]:
    """Every list, all of it or from its newest end; each must succeed, with nothing put aside."""
    runs = {resource.name: sync_resource(name=resource.name, mode=mode) for resource in all_resources()}
    assert {name: (run.state, run.error) for name, run in runs.items()} == dict.fromkeys(runs, ("succeeded", ""))
    aside = [(item.resource, item.reason) for item in open_quarantine()]
    assert aside == []
    return runs


def read_open() -> dict[str, SyncRun]:
    """Every object that is not final, read singly."""
    names = [resource.name for resource in all_resources() if resource.can_be_open]
    runs = {name: sync_resource(name=name, mode="open") for name in names}
    assert {name: (run.state, run.error) for name, run in runs.items()} == dict.fromkeys(runs, ("succeeded", ""))
    return runs


def mirror() -> Mirror:
    """Every mirrored row by model and id, with what it says of the provider's object: no payload, no times of ours."""
    return {
        model.__name__: {row.remote_id: _columns(row) for row in model._default_manager.all()} for model in MIRRORED
    }


def _columns(row: models.Model) -> dict[str, Any]:
    names = (field.attname for field in row._meta.concrete_fields if not field.primary_key)
    return {name: getattr(row, name) for name in names if name not in _BOOKKEEPING and not name.endswith("_index")}
