"""The provider's token is shared by all processes and renewed by one of them at a time."""

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from backoffice.token_cache import CacheTokenStore


@pytest.mark.django_db
def test_a_token_that_one_process_put_is_found_by_another() -> None:
    CacheTokenStore(name="sandbox").put("k3v9x0q2m7", 3600)
    assert CacheTokenStore(name="sandbox").get() == "k3v9x0q2m7"


@pytest.mark.django_db
def test_tokens_of_two_integrations_are_kept_apart() -> None:
    CacheTokenStore(name="sandbox").put("k3v9x0q2m7", 3600)
    assert CacheTokenStore(name="production").get() is None


@pytest.mark.django_db
def test_the_token_is_not_readable_where_it_is_kept() -> None:
    store = CacheTokenStore(name="sandbox")
    store.put("k3v9x0q2m7", 3600)
    assert "k3v9x0q2m7" not in repr(cache.get("cryptopocket-token-sandbox"))


@pytest.mark.django_db
def test_forgetting_an_old_token_leaves_the_newer_one() -> None:
    store = CacheTokenStore(name="sandbox")
    store.put("newer", 3600)
    store.forget("older")
    assert store.get() == "newer"
    store.forget("newer")
    assert store.get() is None


@pytest.mark.django_db
def test_a_changed_encryption_key_means_a_new_token_and_not_an_error(settings: Any) -> None:
    store = CacheTokenStore(name="sandbox")
    store.put("k3v9x0q2m7", 3600)
    settings.FIELD_ENCRYPTION_KEYS = ["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]
    assert store.get() is None


@pytest.mark.django_db(transaction=True)
def test_only_one_holds_the_renewal_at_a_time() -> None:
    inside: list[str] = []
    most_at_once: list[int] = []

    def renew(name: str) -> None:
        with CacheTokenStore(name="sandbox").lock():
            inside.append(name)
            most_at_once.append(len(inside))
            inside.remove(name)
        connection.close()

    threads = [threading.Thread(target=renew, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert most_at_once == [1] * 6
