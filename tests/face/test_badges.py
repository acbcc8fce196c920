"""How single values are shown."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from backoffice.face.badges import coins, copyable, copyable_iban, empty, moment, money, status_badge
from backoffice.face.cards import show
from backoffice.face.ibans import in_groups
from customers.models import Customer


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1234567.5000", "1,234,567.50"),
        ("0", "0.00"),
        ("-12.3000", "-12.30"),
        ("0.1234", "0.1234"),
        ("5E+3", "5,000.00"),
    ],
)
def test_money_has_two_decimals_or_as_many_as_it_needs(amount: str, shown: str) -> None:
    assert f'<span class="number">{shown} <span class="unit">EUR</span></span>' == money(Decimal(amount), "EUR")


def test_money_follows_the_readers_language() -> None:
    with override("es"):
        assert "1\xa0234\xa0567,50" in money(Decimal("1234567.5"), "EUR")


def test_a_float_is_no_money() -> None:
    with pytest.raises(TypeError, match="Decimal, not float"):
        money(0.1, "EUR")  # type: ignore[arg-type]


def test_coins_keep_every_digit_and_lose_trailing_zeros() -> None:
    wei = Decimal("123456789012345678901234567890123456789.000000000000000001")

    assert "789.000000000000000001 " in coins(wei, "ETH")
    assert ">1.5 <" in coins(Decimal("1.500000"), "BTC")


@pytest.mark.parametrize("written", ["ES912100<b>", "ES91 2100 <b>"])
def test_an_iban_stands_in_groups_of_four_and_is_text_however_it_was_written(written: str) -> None:
    shown = '<span class="iban"><span>ES91</span><wbr><span>2100</span><wbr><span>&lt;b&gt;</span><wbr></span>'
    assert in_groups(written) == shown
    assert f'data-copy="{escape(written)}"' in copyable_iban(written)


def test_no_iban_is_a_dash() -> None:
    assert copyable_iban("") == empty()


def test_no_amount_is_a_dash_and_not_zero() -> None:
    assert "—" in money(None, "EUR")
    assert "—" in coins(None, "BTC")


@pytest.mark.parametrize(
    ("word", "tone"), [("valid", "good"), ("fail", "bad"), ("processing", "busy"), ("coins_sent", "good")]
)
def test_a_known_status_has_its_colour(word: str, tone: str) -> None:
    assert f"tone-{tone}" in status_badge(word)


def test_a_known_status_is_shown_in_our_words() -> None:
    assert "verified" in status_badge("valid", choices=Customer.KycStatus)


def test_a_status_that_nobody_has_seen_is_shown_as_it_came() -> None:
    badge = status_badge("frozen_by_<b>moon</b>", choices=Customer.KycStatus)

    assert "tone-neutral" in badge
    assert "frozen_by_&lt;b&gt;moon&lt;/b&gt;" in badge


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(hours=5, minutes=1), "5 h ago"),
        (timedelta(days=1, minutes=1), "1 day ago"),
        (timedelta(days=12, minutes=1), "12 days ago"),
        (-timedelta(days=2, minutes=1), "in 2 days"),
    ],
)
def test_moments_say_how_long_ago(ago: timedelta, words: str) -> None:
    assert f">{words}</time>" in moment(timezone.now() - ago)


def test_the_exact_time_is_in_the_readers_zone(settings: Any) -> None:
    settings.DISPLAY_TIME_ZONE = "Europe/Madrid"
    noon_utc = datetime.fromisoformat("2025-07-01T12:00:00+00:00")

    shown = moment(noon_utc)

    assert 'title="1 Jul 2025, 14:00:00 CEST"' in shown
    assert 'datetime="2025-07-01T12:00:00+00:00"' in shown


def test_an_id_is_copied_whole_though_it_is_shown_short() -> None:
    shown = copyable("0x1d50160cd0ceb1acac670c83d0715a36", shorten=12)

    assert 'data-copy="0x1d50160cd0ceb1acac670c83d0715a36"' in shown
    assert ">0x1d5016…5a36<" in shown


def test_an_id_with_quotes_stays_inside_its_attribute() -> None:
    assert 'data-copy="&quot; onclick=&quot;alert(1)"' in copyable('" onclick="alert(1)')


def test_plain_values_are_readable() -> None:
    assert show(Decimal("10.500")) == "10.5"
    assert "—" in show("")
    assert "yes" in show(True)
