"""Kinds of operation: what a domain says about each act it can ask of the provider, and where they are registered."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice.operations.errors import UnknownKind
from backoffice.operations.models import Operation
from backoffice.operations.refusals import explain
from backoffice.security.masking import Sensitive

Label = str | Promise


@dataclass(frozen=True, kw_only=True)
class Done:
    """The provider has done it; `answer` is what the read showed."""

    answer: Any


@dataclass(frozen=True, kw_only=True)
class NotDone:
    """The provider was asked and has not done it."""


@dataclass(frozen=True, kw_only=True)
class CannotTell:
    """The read did not settle it; `reason` is a sentence for people."""

    reason: str


ReadBack = Done | NotDone | CannotTell


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What an operation moves: an amount in whole units, and its currency ("EUR")."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class NextAct:
    """A button on an operation's page: where it leads, and who sees it ("customers.issue_enhanced_verification")."""

    label: Label
    url: str
    permission: str


@dataclass(frozen=True, kw_only=True)
class Personal:
    """Stands in a description for one of the kind's personal values, by its name there.

    value: the value where it was read already; None where it is to be read once a page needs it.
    """

    name: str
    value: str | None = None


class OperationKind(ABC):
    """One kind of act. A domain writes a subclass and registers an instance in `AppConfig.ready`.

    `permission`: who may ask for it and decide about it ("customers.create_customer_at_provider").
    `can_read_back`: whether the provider can be asked what became of a call whose answer was lost.
    `is_slow`: whether the call carries files, so that the provider may be at work on it for longer.
    `answer_type`: the type of what `send` returns, a msgspec struct or plain JSON data, so that an answer that was
    kept aside can be read again.
    `personal`: what is masked of what was asked, by names of the kind's own, each with its label. Whoever may ask for
    the kind or approve it, and holds the permission named there, may reveal it on the operation's pages.
    """

    name: ClassVar[str]
    label: ClassVar[Label]
    permission: ClassVar[str]
    can_read_back: ClassVar[bool] = False
    is_slow: ClassVar[bool] = False
    answer_type: ClassVar[Any] = Any
    personal: ClassVar[Mapping[str, Sensitive]] = {}

    @abstractmethod
    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """What makes two wishes of this kind the same one; no secrets: it is stored in clear."""

    def reference(self, request: Mapping[str, Any]) -> str:
        """What people look the operation up by, such as a payment's id; no personal data: it is stored in clear."""
        return ""

    def value(self, request: Mapping[str, Any]) -> Worth | None:
        """What the act is worth, by its request alone; None where that is not known, or no money moves.

        A policy with an amount asks for approval wherever this is None.
        """
        return None

    def facts_to_decide(self, operation: Operation) -> list[tuple[Label, Any]]:
        """What somebody must know who approves it: pairs of label and value, files with their size and hash."""
        return self.describe(operation)

    def personal_values(self, operation: Operation) -> Mapping[str, Any]:
        """The values of `personal`, as far as they were given and are still kept; read once a page or attempt."""
        values: Mapping[str, Any] = operation.request
        return values

    def personal_facts(self, values: Mapping[str, Any] | None = None) -> list[tuple[Label, Any]]:
        """All of `personal` for a description; what was not given is left out of it.

        values: where `personal_values` were read already; else they are read once a page needs them.
        """
        return [
            (declared.label, Personal(name=name, value=None if values is None else str(values.get(name) or "")))
            for name, declared in self.personal.items()
        ]

    def prepare(self, operation: Operation) -> None:  # noqa: B027 - most kinds have nothing to check
        """Check, just before the call, that everything needed is there; nothing is sent yet.

        Raises CannotBeSent when it will not be there later either: the operation ends as refused by ourselves. Any
        other error sends it back to the queue.
        """

    @abstractmethod
    def send(self, operation: Operation, client: Any) -> Any:
        """Make the call and return the provider's parsed answer. No writes to the database in here.

        Raises the errors of `backoffice.cryptopocket.errors`, unchanged.
        """

    @abstractmethod
    def apply(self, operation: Operation, answer: Any) -> dict[str, Any]:
        """Write what the answer means, in the transaction that makes the operation succeeded.

        Returns what is kept as `operation.answer`: JSON, no secrets. May call `operation.set_subject(row)`.
        """

    def read_back(self, operation: Operation, client: Any) -> ReadBack:
        """Ask the provider whether it was done. Only reads; errors of the client count as "cannot tell"."""
        return CannotTell(reason=_("Nothing of this kind can be read back from the provider."))

    def apply_read_back(self, operation: Operation, answer: Any) -> dict[str, Any]:
        """Write what a read-back showed; like `apply` unless the two answers differ."""
        return self.apply(operation, answer)

    def note_refusal(self, operation: Operation, code: str, data: Any) -> None:  # noqa: B027 - most say all by the code
        """Keep what came with the provider's refusal, in the transaction that writes the refusal down.

        data: as the provider sent it, of any shape. Must not raise for what it does not understand.
        """

    def release(self, operation: Operation) -> None:  # noqa: B027 - most kinds hold nothing
        """Free what the operation held, in the transaction that ends it without success."""

    @abstractmethod
    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """What was asked, for people: pairs of label and value, for a personal one `Personal`.

        The first two stand in lists: without queries, and not personal.
        """

    def links(self, operation: Operation) -> list[tuple[Label, str]]:
        """Pairs of label and address: the pages of the objects that it is about. No queries for each."""
        return []

    def advise_when_done(self, operation: Operation) -> str:
        """What to do now that it is done; empty where nothing is."""
        return ""

    def advise_when_unknown(self, operation: Operation) -> str:
        """What is known of a call whose outcome nobody knows and that cannot be read back, and what to do.

        Empty for the words that hold for every kind.
        """
        return ""

    def next_acts(self, operation: Operation) -> list[NextAct]:
        """What to do next, as buttons. No queries for each."""
        return []

    def explain_refusal(self, code: str, text: str) -> str:
        """The refusal in plain words, and what to do."""
        return explain(code, text)


_kinds: dict[str, OperationKind] = {}


def register(kind: OperationKind) -> None:
    """Make a kind known. Registering the same name again replaces it (a reload does)."""
    _kinds[kind.name] = kind


def get_kind(name: str) -> OperationKind:
    """The kind of that name. Raises UnknownKind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def find_kind(name: str) -> OperationKind | None:
    """The kind of that name, or None: old rows outlive the code that made them."""
    return _kinds.get(name)


def all_kinds() -> list[OperationKind]:
    """All kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
