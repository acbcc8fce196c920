"""Rows about people who asked to be forgotten: until they are purged, nobody sees what is personal in them.

A domain says which of its rows are restricted, in `AppConfig.ready`::

    register_restriction(
        Customer,
        lambda customer: customer.restricted_at is not None,
        where=Q(restricted_at__isnull=False),
        hides=("name", "last_name"),
    )

`where` is the same as a condition of a query: what is searched for must not find them. `hides` are fields that are
shown otherwise; what an admin class declares as `sensitive` is hidden anyway.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _


@dataclass(frozen=True, kw_only=True)
class _Rule:
    applies: Callable[[Any], bool]
    where: models.Q
    hides: frozenset[str]


_rules: dict[type[models.Model], _Rule] = {}


def register_restriction(
    model: type[models.Model], applies: Callable[[Any], bool], *, where: models.Q, hides: Iterable[str] = ()
) -> None:
    """Say which rows of a model are restricted; the same model again replaces it."""
    _rules[model] = _Rule(applies=applies, where=where, hides=frozenset(hides))


def is_restricted(row: Any) -> bool:
    """Whether what is personal in this row is hidden from everybody."""
    rule = _rules.get(type(row))
    return rule is not None and rule.applies(row)


def restricted_rows(model: type[models.Model]) -> models.QuerySet[Any] | None:
    """The restricted rows of a model; None where it has no such rule."""
    rule = _rules.get(model)
    return model._default_manager.filter(rule.where) if rule else None  # noqa: SLF001 - Django's documented way to ask


def where_restricted(model: type[models.Model]) -> models.Q | None:
    """The condition that its restricted rows meet; None where the model has no such rule."""
    rule = _rules.get(model)
    return rule.where if rule else None


def without_restricted(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """The rows without the restricted ones: for whatever is found by what it says."""
    rule = _rules.get(rows.model)
    return rows.exclude(rule.where) if rule else rows


def hidden_fields(model: type[models.Model]) -> frozenset[str]:
    """The fields that are hidden in a restricted row, beside the sensitive ones."""
    rule = _rules.get(model)
    return rule.hides if rule else frozenset()


def refuse_restricted(row: Any) -> None:
    """Raise PermissionDenied for a restricted row: nothing of it is shown, and nothing is asked for it."""
    if is_restricted(row):
        raise _refusal()


def refuse_restricted_now(model: type[models.Model], keys: Iterable[Any]) -> None:
    """The same for rows of a model as they stand now, locked until the transaction ends: none becomes one meanwhile."""
    restricted = restricted_rows(model)
    if restricted is None:
        return
    chosen = {"pk__in": list(keys)}
    list(model._default_manager.select_for_update(no_key=True).filter(**chosen).order_by("pk").values_list("pk"))  # noqa: SLF001 - Django's documented way to ask
    if restricted.filter(**chosen).exists():
        raise _refusal()


def _refusal() -> PermissionDenied:
    return PermissionDenied(
        _("This customer asked for erasure: nothing of them is shown, and nothing is asked for them.")
    )
