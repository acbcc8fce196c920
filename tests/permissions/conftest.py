"""Only the product's own kinds of operation: those that other tests have registered are no part of the table."""

import pytest

from backoffice.operations import kinds


@pytest.fixture(autouse=True)
def _only_kinds_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name: kind for name, kind in kinds._kinds.items() if not type(kind).__module__.startswith("tests.")}
    monkeypatch.setattr(kinds, "_kinds", own)
