"""The columns of a list."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import CharField
from django.db.models.functions import Concat

Method = TypeVar("Method", bound=Callable[..., Any])


def column(label: Any, *, ordering: Any = None, numeric: bool = False) -> Callable[[Method], Method]:
    """Mark a method of an admin class as a column: its label, what it is sorted by, whether it holds numbers.

    `ordering` is a field, an expression, or several text fields that are read as one. The cells of a numeric column
    are aligned on the right, its heading as well::

        @column(_("amount"), ordering="fiat_amount", numeric=True)
        def amount(self, payment: Payment) -> SafeString:
            return money(payment.fiat_amount, payment.fiat_symbol)
    """

    def mark(method: Method) -> Method:
        method.numeric = numeric  # type: ignore[attr-defined]  # as Django's own `short_description`
        by = Concat(*ordering, output_field=CharField()) if isinstance(ordering, tuple) else ordering
        return admin.display(description=label, ordering=by)(method)

    return mark


def is_numeric(model_admin: Any, name: Any) -> bool:
    """Whether a column of a list (a name in `list_display`) was marked as one of numbers."""
    method = name if callable(name) else getattr(model_admin, name, None)
    return bool(getattr(method, "numeric", False))
