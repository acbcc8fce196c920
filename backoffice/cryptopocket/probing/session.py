"""What all stages share: the asker, the notebook, and what is known of the provider's objects so far."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.asking import Asker, Reply
from backoffice.cryptopocket.probing.judging import succeeded
from backoffice.cryptopocket.probing.notebook import Notebook

Item = Mapping[str, Any]


class Session:
    """One probe. `items` holds what each list showed, under our names of the fields; it never leaves the machine.

    known_codes: codes of refusals that the contract knows, beside those of the catalogue.
    """

    def __init__(self, asker: Asker, notebook: Notebook, *, known_codes: Collection[str] = ()) -> None:
        self.asker = asker
        self.notebook = notebook
        self.known_codes = frozenset(known_codes)
        self.items: dict[str, list[dict[str, Any]]] = {}
        self.used_paths: dict[str, str] = {}

    def ask(
        self, endpoint: Endpoint, arguments: Mapping[str, Any] | None = None, *, extra: Mapping[str, str] | None = None
    ) -> Reply:
        """Ask, as `Asker.ask` does."""
        return self.asker.ask(endpoint, arguments, extra=extra)

    def succeeded(self, reply: Reply) -> bool:
        """Whether the answer is a success."""
        return succeeded(reply, self.notebook.catalogue.conventions)

    def values(self, call: str, field: str) -> list[Any]:
        """Return what a list's items hold in a logical field, nulls left out."""
        return [item[field] for item in self.items.get(call, []) if item.get(field) is not None]

    def first(self, call: str, field: str, default: Any = None) -> Any:
        """Return the first such value."""
        return next(iter(self.values(call, field)), default)

    def known(self) -> dict[str, frozenset[str]]:
        """Return values that other objects may refer to, by logical field."""
        return {
            "customer_id": frozenset(map(str, self.values("list_customers", "id"))),
            "account_iban": frozenset(map(str, self.values("list_bank_accounts", "iban"))),
            "payment_id": frozenset(map(str, self.values("list_payments", "id"))),
        }


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """Items or one object of an answer, and where they stand."""

    place: str
    items: Sequence[Item]
