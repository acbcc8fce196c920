"""The public address: only one that the provider can reach, and nobody else's network."""

from typing import Any

import pytest

from backoffice.webhooks.public_address import AddressNotUsable, check_address, problem_of, public_url


def test_the_address_is_the_base_with_the_path(settings: Any) -> None:
    settings.WEBHOOK_PATH = "events/7f3a/"
    for base in ("https://office.example.com", "https://office.example.com/", " https://office.example.com// "):
        settings.WEBHOOK_PUBLIC_URL = base
        assert public_url() == "https://office.example.com/events/7f3a/"
    settings.WEBHOOK_PUBLIC_URL = ""
    assert public_url() == ""


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "WEBHOOK_PUBLIC_URL is not set"),
        ("office.example.com/", "no whole address"),
        ("https:///webhooks/", "no whole address"),
        ("https://[fe80::1/", "no whole address"),
        ("https://office.example.com:99999/", "no whole address"),
        ("https://office.example.com:0/", "no whole address"),
        ("http://office.example.com/", "must begin with https://"),
        ("http://127.0.0.1:8000/", "must begin with https://"),
        ("ftp://office.example.com/", "must begin with https://"),
        ("https://bank.example@evil.example/", "a name or a password"),
        ("https://@evil.example/", "a name or a password"),
        ("https://office.example.com/?to=", "behind “?” or “#”"),
        ("https://office.example.com/#", "behind “?” or “#”"),
        ("https://office.example.com\\@evil.example/", "characters"),
        ("https://office.example.com/\u202e/", "characters"),
        ("https://office.example.com/\r\nX-Forged: 1", "characters"),
        ("https://büro.example/", "characters"),
        (f"https://office.example.com/{'a' * 500}", "too long"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_by_its_text_with_the_reason(address: str, why: str) -> None:
    assert why in problem_of(address)
    with pytest.raises(AddressNotUsable):
        check_address(address)


@pytest.mark.parametrize(
    "host",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "169.254.169.254",
        "100.64.0.1",
        "198.51.100.7",
        "224.0.0.1",
        "255.255.255.255",
        "localhost",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:a00:1::]",
        "[ff02::1]",
    ],
)
def test_an_address_of_a_network_of_our_own_is_refused_however_it_is_written(host: str) -> None:
    assert problem_of(f"https://{host}/webhooks/") == ""
    with pytest.raises(AddressNotUsable, match=r"not an address of the internet|cannot be looked up"):
        check_address(f"https://{host}/webhooks/")


def test_a_name_that_nobody_knows_is_refused() -> None:
    with pytest.raises(AddressNotUsable, match=r"nowhere\.invalid cannot be looked up"):
        check_address("https://nowhere.invalid/")


def test_a_name_that_leads_to_one_private_address_among_public_ones_is_refused(monkeypatch: Any) -> None:
    """What a name server answers is the one thing that is made up here: no test may ask a real one."""
    answers = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_arguments, **_named: answers)
    with pytest.raises(AddressNotUsable, match=r"leads to 10\.0\.0\.7"):
        check_address("https://office.example.com/")


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]"])
def test_an_address_of_the_internet_is_taken(host: str) -> None:
    checked = check_address(f"https://{host}/webhooks/")
    assert (checked.port, checked.ip) == (443, host.strip("[]"))


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "http://localhost:8000/", "http://[::1]:8000/"])
def test_beside_the_stand_in_plain_http_on_this_machine_is_enough(settings: Any, url: str) -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = "local"
    assert problem_of(url) == ""
    if "::1" not in url:
        assert check_address(url).port == 8000


def test_beside_the_stand_in_other_networks_are_refused_all_the_same(settings: Any) -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = "local"
    assert "must begin with https://" in problem_of("http://10.0.0.1/")
    with pytest.raises(AddressNotUsable, match="not an address of the internet"):
        check_address("https://10.0.0.1/")
