"""What the provider says is kept in clear; what was asked is not repeated in it."""

import pytest

from backoffice.operations import services
from backoffice.operations.models import OperationEvent
from backoffice.operations.redacting import without_personal_data
from backoffice.sandbox import Sandbox

from .conftest import Ask

ASKED = {"identification_number": "12.531.909-K", "email": "marta@example.org", "person": {"phone": "+34612345678"}}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("12.531.909-K is taken", "••••09-K is taken"),
        ("12531909K is taken", "••••909K is taken"),
        ("marta@example.org already exists", "m••••.org already exists"),
        ("phone: +34612345678 is wrong", "phone: ••••5678 is wrong"),
        ("The name is too long", "The name is too long"),
    ],
)
def test_a_text_says_enough_to_recognise_and_not_to_know(said: str, kept: str) -> None:
    assert without_personal_data(said, ASKED) == kept


@pytest.mark.django_db
def test_a_refusal_that_repeats_the_number_is_kept_without_it(ask: Ask, sandbox: Sandbox) -> None:
    operation = services.perform(
        ask(missing="The photo of 12.531.909-K is gone.", identification_number="12.531.909-K").pk
    )
    notes = " ".join(OperationEvent.objects.values_list("note", flat=True))
    assert "12.531.909" not in operation.error_text + notes
    assert "The photo of ••••09-K is gone." in operation.error_text
