"""Whether a customer may buy or sell; contract 4.3."""

from __future__ import annotations

from typing import Any

from backoffice.sandbox.answers import Answer, fail
from backoffice.sandbox.data.mixing import scramble, uuid_from
from backoffice.sandbox.state import State

_STEPS_TO_COMPLETE = 2
"""So many steps after it was made an enhanced verification counts as completed."""


def refuse_customer(state: State, index: int) -> Answer | None:
    """Return why a customer may not transact, None where nothing speaks against it.

    One generated customer in a hundred is banned, one in fifty needs the enhanced verification;
    ``_banned`` and ``_reinforced`` on a row decide before that.
    """
    row = state.customers.row(index)
    number = scramble(state.number("eligibility", index))
    generated = index < state.customers.source.count
    if row.get("_banned", generated and number % 100 == 7):
        return fail("user_banned")
    if not row["kyc_valid"]:
        form = scramble(state.number("kyc-forms", row["id"]))
        return fail("require_kyc", data=f"https://forms.kyc.example/{form:016x}")
    if row.get("_reinforced", generated and number % 50 == 9) and not _completed(state, row["id"]):
        link = f"https://b2b.example.com/onboarding/{uuid_from(number)}"
        return fail("kyc_reinforced_required", data={"onboarding_link": link})
    return None


def refuse_unidentified(state: State, customer_id: Any) -> Answer | None:
    """Return why a customer may not pay or be paid in Latin America: for want of a number (contract 3.2)."""
    index = state.find_customer(customer_id)
    known = index is not None and state.customers.row(index)["identification_number"]
    return None if known else fail("fail_mandatory_field")


def _completed(state: State, customer_id: int) -> bool:
    return any(
        form["user_id"] == customer_id and state.clock.step - form["_step"] >= _STEPS_TO_COMPLETE
        for form in state.forms
    )
