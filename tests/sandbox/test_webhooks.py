"""Subscriptions, by form body; contract 7.1 and 7.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Caller

HOOK = {"url": "https://app.example.org/hooks", "type": "COINS_SENT"}


def test_a_subscription_is_answered_with_a_text(empty: Caller) -> None:
    assert empty.post("/subscribeToWebhook", HOOK, form=True).json() == {"status": "ok", "data": "subscription_created"}
    assert empty.sandbox.control.subscriptions() == {"COINS_SENT": "https://app.example.org/hooks"}


def test_an_update_changes_the_address_of_a_type(empty: Caller) -> None:
    empty.post("/subscribeToWebhook", HOOK, form=True)
    changed = HOOK | {"url": "https://app.example.org/hooks-2"}
    answer = empty.post("/updateWebhookSubscription", changed, form=True)
    assert answer.json()["data"] == "subscription_updated"
    assert empty.sandbox.control.subscriptions() == {"COINS_SENT": "https://app.example.org/hooks-2"}


def test_an_update_of_nothing_is_an_error(empty: Caller) -> None:
    assert empty.post("/updateWebhookSubscription", HOOK, form=True).json()["error"] == "subscription_not_found"


@pytest.mark.parametrize("body", [{}, HOOK | {"type": "LUNCH"}, HOOK | {"url": "ftp://a.example"}])
def test_an_unknown_type_or_address_is_an_error(empty: Caller, body: dict[str, Any]) -> None:
    for path in ("/subscribeToWebhook", "/updateWebhookSubscription"):
        assert empty.post(path, body, form=True, wrong=True).json()["status"] == "error"
    assert empty.sandbox.control.subscriptions() == {}
