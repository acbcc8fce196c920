"""Two small kinds of operation of the tests' own, which call the provider for real."""

import os
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from backoffice.cryptopocket.errors import NotFound
from backoffice.operations.errors import CannotBeSent
from backoffice.operations.kinds import CannotTell, Done, Label, NotDone, OperationKind, ReadBack, Worth, register
from backoffice.operations.models import Operation


class RegisterPerson(OperationKind):
    """Registers a person by name and e-mail; read back by e-mail."""

    name = "test_register"
    label = "Register a person"
    permission = "customers.create_customer_at_provider"
    can_read_back = True

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """One registration an address."""
        return str(request["email"])

    def reference(self, request: Mapping[str, Any]) -> str:
        """The number on the paper that the person signed."""
        return str(request.get("form_number", ""))

    def prepare(self, operation: Operation) -> None:
        """Fail, or hang, where the test asks for it."""
        if operation.request.get("missing"):
            raise CannotBeSent(str(operation.request["missing"]))
        if operation.request.get("unprepared"):
            raise KeyError(operation.request["email"])
        hang_at("prepare")

    def send(self, operation: Operation, client: Any) -> Any:
        """Register the person; the call never waits inside a transaction."""
        assert os.environ.get("INSIDE_A_TEST_TRANSACTION") or not connection.in_atomic_block
        if operation.request.get("broken_send"):
            raise ZeroDivisionError(operation.request["email"])
        item = client.create_customer(name=operation.request["name"], email=operation.request["email"])
        return {"id": item.parse().id}

    def apply(self, operation: Operation, answer: Any) -> dict[str, Any]:
        """Keep the id; fail, or hang, where the test asks for it."""
        if operation.request.get("broken_apply") and not os.environ.get("APPLY_REPAIRED"):
            raise ValueError(operation.request["email"])
        hang_at("apply")
        return {"customer_id": answer["id"]}

    def read_back(self, operation: Operation, client: Any) -> ReadBack:
        """Look the e-mail up."""
        try:
            return Done(answer={"id": client.find_user(email=operation.request["email"]).parse().id})
        except NotFound:
            return NotDone()

    def release(self, operation: Operation) -> None:
        """Tell the test that it was called."""
        RELEASED.append(operation.pk)

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """Who."""
        return [("Name", operation.request["name"]), ("E-mail", operation.request["email"])]


class IssueLink(OperationKind):
    """Issues an enhanced verification link: nothing can be read back."""

    name = "test_link"
    label = "Issue a link"
    permission = "customers.issue_enhanced_verification"

    def dedupe_key(self, request: Mapping[str, Any]) -> str:
        """One link a customer."""
        return str(request["user_id"])

    def send(self, operation: Operation, client: Any) -> Any:
        """Ask for the link."""
        item = client.create_enhanced_verification_link(user_id=operation.request["user_id"], expires_in_days=90)
        return {"link": item.parse().link}

    def apply(self, operation: Operation, answer: Any) -> dict[str, Any]:
        """Keep that there is one, and not the link itself."""
        if operation.request.get("broken_apply"):
            raise ValueError(answer["link"])
        return {"issued": True}

    def describe(self, operation: Operation) -> list[tuple[Label, Any]]:
        """For whom."""
        return [("Customer", operation.request["user_id"])]


class Transfer(RegisterPerson):
    """A registration that is worth what its request says."""

    name = "test_transfer"

    def value(self, request: Mapping[str, Any]) -> Worth | None:
        """The amount of the request, where it has one."""
        return Worth(amount=Decimal(request["amount"]), currency=request["currency"]) if "amount" in request else None


class Oracle(RegisterPerson):
    """A registration whose read-back never tells."""

    name = "test_oracle"

    def read_back(self, operation: Operation, client: Any) -> ReadBack:
        """No telling."""
        return CannotTell(reason="The list is not up to date yet.")


RELEASED: list[int] = []


def hang_at(place: str) -> None:
    """Say that the place is reached and stay there, in a worker that is to be killed there."""
    if os.environ.get("HANG_AT") == place:
        Path(os.environ["HANG_MARK"]).touch()
        time.sleep(60)


def register_kinds() -> None:
    """Make the tests' kinds known in this process."""
    for kind in (RegisterPerson(), IssueLink(), Transfer(), Oracle()):
        register(kind)
