"""Lists that a FilterSet drives: what cannot be read never shows everything."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from backoffice.face.days import begin_of, end_of
from backoffice.face.moments import day_of
from customers.models import Customer

LIST = "/admin/customers/customer/"


@pytest.fixture
def felix_list(signed_in: Callable[[User], Client], ada: User, make_customer: Callable[..., Customer]) -> Client:
    """A list with Lena, who is verified, and Marta, who was rejected."""
    make_customer("1", name="Lena", last_name="Ortega", kyc_status="valid", country="ESP")
    make_customer("2", name="Marta", last_name="Ruiz", kyc_status="fail", country="ESP")
    make_customer("3", name="Nora", last_name="Paz", kyc_status="on_holiday", country="PER")
    return signed_in(ada)


def _names(page: str) -> set[str]:
    return {name for name in ("Lena Ortega", "Marta Ruiz", "Nora Paz") if name in page}


@pytest.mark.parametrize("words", ["Lena " * 13, "L" * 201])
def test_more_words_than_anybody_means_are_not_looked_for(felix_list: Client, words: str) -> None:
    page = felix_list.get(LIST, {"q": words}).content.decode()
    assert _names(page) == set()
    assert "Search for at most 12 words." in page
    assert _names(felix_list.get(LIST, {"q": "Lena " * 12}).content.decode()) == {"Lena Ortega"}


def test_a_filter_shows_its_rows_and_a_chip_that_takes_it_away(felix_list: Client) -> None:
    page = felix_list.get(LIST, {"kyc_status": "fail"}).content.decode()

    assert _names(page) == {"Marta Ruiz"}
    assert 'class="chip"' in page
    assert 'aria-label="Remove the filter' in page


@pytest.mark.parametrize(
    "query",
    [{"kyc_status": "bogus"}, {"registered_after": "yesterday"}, {"no_such_filter": "1"}, {"kyc_status__exact": "x"}],
)
def test_what_cannot_be_read_gives_no_rows_and_says_so(felix_list: Client, query: dict[str, str]) -> None:
    answer = felix_list.get(LIST, query)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert _names(page) == set()
    assert "does not understand, so it shows no rows" in page
    assert "chip-wrong" in page


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "2026-04-01"),
        (datetime(2026, 3, 31, 21, 59, 59, 999999, tzinfo=UTC), "2026-03-31"),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "2026-03-29"),  # the clocks go forward on that day
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "2026-10-25"),  # and back on that one
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 4, 1, tzinfo=UTC), "2026-04-01"),  # a day without an hour
    ],
)
def test_a_day_has_the_rows_that_the_pages_show_on_it(
    signed_in: Callable[[User], Client],
    ada: User,
    make_customer: Callable[..., Customer],
    settings: Any,
    *,
    moment: datetime,
    day: str,
) -> None:
    settings.DISPLAY_TIME_ZONE = "Europe/Madrid"
    make_customer("1", name="Lena", last_name="Ortega", registered_at=moment)
    client = signed_in(ada)
    shown_on = date.fromisoformat(day)
    assert day_of(moment) == shown_on
    for away, names in ((-1, set()), (0, {"Lena Ortega"}), (1, set())):
        asked = (shown_on + timedelta(days=away)).isoformat()
        query = {"registered_at_after": asked, "registered_at_before": asked}
        assert _names(client.get(LIST, query).content.decode()) == names, asked
    assert _names(client.get(LIST, {"registered_at_after": day}).content.decode()) == {"Lena Ortega"}
    assert _names(client.get(LIST, {"registered_at_before": day}).content.decode()) == {"Lena Ortega"}


def test_a_day_whose_midnight_comes_never_or_late_is_whole(settings: Any) -> None:
    settings.DISPLAY_TIME_ZONE = "America/Santiago"
    clocks_go_forward, clocks_go_back = date(2026, 9, 6), date(2026, 4, 4)
    for day, hours in ((clocks_go_forward, 23), (clocks_go_back, 25), (date(2026, 1, 1), 24)):
        assert end_of(day) - begin_of(day) == timedelta(hours=hours) - timedelta(microseconds=1)
        assert (day_of(begin_of(day)), day_of(end_of(day))) == (day, day)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/Bogota"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_can_be_asked_for(
    felix_list: Client, settings: Any, zone: str, day: str
) -> None:
    settings.DISPLAY_TIME_ZONE = zone
    query = {"registered_at_after": day, "registered_at_before": day}
    answer = felix_list.get(LIST, query)
    assert (answer.status_code, "does not understand" in answer.content.decode()) == (200, False)


def test_a_search_that_cannot_be_read_gives_no_rows(felix_list: Client) -> None:
    assert _names(felix_list.get(LIST, {"q": "Lena\x00"}).content.decode()) == set()


def test_a_status_word_that_nobody_knows_can_be_filtered_for(felix_list: Client) -> None:
    assert _names(felix_list.get(LIST, {"kyc_status": "other"}).content.decode()) == {"Nora Paz"}


def test_filters_work_together_with_search_and_order(felix_list: Client) -> None:
    page = felix_list.get(LIST, {"kyc_status": "fail", "q": "Marta", "o": "1"}).content.decode()

    assert _names(page) == {"Marta Ruiz"}
    assert 'name="o" value="1"' in page


def test_a_page_that_does_not_exist_keeps_the_filter(
    felix_list: Client, make_customer: Callable[..., Customer]
) -> None:
    for number in range(60):
        make_customer(f"more-{number}", name="Marta", last_name=f"Number {number}", kyc_status="fail")

    page = felix_list.get(LIST, {"kyc_status": "fail", "p": "99"}).content.decode()

    assert "That page does not exist" in page
    assert "Lena Ortega" not in page


def test_the_page_of_a_row_leads_back_to_the_filtered_list(felix_list: Client) -> None:
    page = felix_list.get(LIST, {"kyc_status": "fail"}).content.decode()

    assert "_changelist_filters=kyc_status%3Dfail" in page


def test_nothing_found_says_what_to_do(felix_list: Client) -> None:
    page = felix_list.get(LIST, {"q": "zzzz"}).content.decode()

    assert "Nothing matches." in page
    assert "Show everything" in page


def test_an_empty_mirror_says_what_to_do(signed_in: Callable[[User], Client], ada: User) -> None:
    page = signed_in(ada).get("/admin/payments/payment/").content.decode()

    assert "press “Sync now”" in page


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_every_list_can_be_sorted_by_every_heading_and_searched(
    signed_in: Callable[[User], Client], ada: User, model: type[Model]
) -> None:
    browser = signed_in(ada)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    headings = len(admin.site.get_model_admin(model).list_display) + 1

    for query in [{"q": "Lena 12"}, *({"o": f"-{number}"} for number in range(headings))]:
        answer = browser.get(address, query)
        assert answer.status_code == 200, query
        assert "does not understand" not in answer.content.decode()
