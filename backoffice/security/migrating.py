"""For migrations: values that stood in clear are encrypted where they are."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from .encryption import decrypt_text, encrypt_text

ROWS_AT_ONCE = 500


def encrypt_stored(app_label: str, model_name: str, columns: Iterable[str]) -> Callable[[Any, Any], None]:
    """For `RunPython`, while the columns are still plain text: each value becomes its cipher text."""
    return _rewriting(app_label, model_name, tuple(columns), encrypt_text)


def decrypt_stored(app_label: str, model_name: str, columns: Iterable[str]) -> Callable[[Any, Any], None]:
    """The way back from `encrypt_stored`."""
    return _rewriting(app_label, model_name, tuple(columns), decrypt_text)


def rewrite(rows: "models.QuerySet[Any]", columns: tuple[str, ...], change: Callable[[Any], None]) -> None:
    """Let `change` alter each row, and write those columns, a few hundred rows at once."""
    batch: list[Any] = []
    for row in rows.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
        change(row)
        batch.append(row)
        if len(batch) == ROWS_AT_ONCE:
            rows.model._default_manager.bulk_update(batch, columns)  # noqa: SLF001 - Django's documented way to ask
            batch.clear()
    rows.model._default_manager.bulk_update(batch, columns)  # noqa: SLF001


def _rewriting(
    app_label: str, model_name: str, columns: tuple[str, ...], change: Callable[[str], str]
) -> Callable[[Any, Any], None]:
    def rewrite_stored(apps: Any, schema_editor: Any) -> None:
        def change_row(row: Any) -> None:
            for column in columns:
                value = getattr(row, column)
                setattr(row, column, change(value) if value else value)

        rewrite(apps.get_model(app_label, model_name).objects.only("pk", *columns), columns, change_row)

    return rewrite_stored
