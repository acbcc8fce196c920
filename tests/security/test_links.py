"""Addresses from elsewhere: which of them may be handed on."""

import pytest

from backoffice.security.links import is_safe_address


@pytest.mark.parametrize("address", ["https://b2b.example/kyb/1", "https://forms.example.com:8443/0f3c?x=1#top"])
def test_https_with_a_host_may_be_sent_on(address: str) -> None:
    assert is_safe_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>", "vbscript:x",
        "http://b2b.example/",
        "//b2b.example/", "https:///nothing", "https://", "https:b2b.example", "https://bank.example@evil.example/",
        "https://b2b.example\\@evil.example", "https://b2b.example/\n", " https://b2b.example/",
        "https://b2b.example/ x",
        "https://b2b.example/\u202egnp", "https://b2b\u200b.example/", "https://[::1", "b2b.example/kyb/1",
    ],
)  # fmt: skip
def test_anything_else_may_not(address: str) -> None:
    assert not is_safe_address(address)
