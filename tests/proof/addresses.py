"""Every address of the product, found by walking what Django routes: a new page is tried without being named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

Rows = Mapping[type[models.Model], list[models.Model]]
SAMPLES = {"app_label": "customers", "name": "customers", "content_type_id": "1", "object_id": "1"}


@dataclass(frozen=True, kw_only=True)
class Address:
    """A page: the name of its route, and its path."""

    name: str
    path: str


def every_address(rows: Rows) -> list[Address]:
    """The paths of all routes; those about a row once for each of the rows given of its model."""
    return [Address(name=name, path=path) for name, path in _paths(rows)]


def _paths(rows: Rows) -> Iterator[tuple[str, str]]:
    for name, pattern in _routes(get_resolver().url_patterns, ""):
        for arguments in _arguments(name, pattern, rows):
            yield name, reverse(name, kwargs=arguments)


def _routes(patterns: Iterable[Any], space: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _routes(pattern.url_patterns, inner)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern


def _arguments(name: str, pattern: URLPattern, rows: Rows) -> Iterator[dict[str, Any]]:
    wanted = set(pattern.pattern.converters) | set(pattern.pattern.regex.groupindex)
    model = _model_of(name)
    keys = [row.pk for row in rows.get(model, [])] if model and "object_id" in wanted else [None]
    for key in keys or ["1"]:
        given = {argument: SAMPLES.get(argument, "1") for argument in wanted}
        yield {**given, **({"object_id": key} if key is not None else {}), **_field_of(name, model)}


def _model_of(name: str) -> type[models.Model] | None:
    bare = name.removeprefix("admin:")
    names = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}
    found = [known for known in names if bare.startswith(f"{known}_")]
    return names[max(found, key=len)] if found else None


def _field_of(name: str, model: type[models.Model] | None) -> dict[str, str]:
    """The field that a reveal is tried with."""
    if model is None or not name.endswith("_reveal"):
        return {}
    model_admin: Any = admin.site.get_model_admin(model)
    declared = (names for _kind, names in model_admin.sensitive_by_kind() if names)
    return {"name": next(iter(next(declared)))}
