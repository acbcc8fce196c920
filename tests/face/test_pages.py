"""Every page: escaped, with a strict policy, and with a number of queries that does not grow with the rows."""

import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.sync.models import Quarantine, RecordedChange, SyncRun
from customers.models import Customer
from payments.models import Payment

PAGES = [
    "/admin/",
    "/admin/sync/",
    "/admin/sync/payments/",
    "/admin/sync/syncrun/",
    "/admin/sync/quarantine/",
    "/admin/sync/recordedchange/",
    "/admin/customers/customer/",
    "/admin/payments/payment/",
    "/admin/payments/offramp/",
    "/admin/banking/bankaccount/",
    "/admin/banking/banktransaction/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/group/",
    "/admin/auth/group/add/",
    "/account/password/",
    "/account/sessions/",
    "/account/second-factor/",
    "/admin/nowhere/",
]
HOSTILE_NAMES = ["<script>alert(1)</script>", "\u202egnp.exe", "🦄" * 255, "Robert'); DROP TABLE", "{{ 7|add:7 }}"]
QUERY_LIMIT = 16
"""A customer's page has six tables, and a history from four places."""


class _InlineCode(HTMLParser):
    """Collects whatever a strict policy would refuse: scripts and styles in the page, style attributes, handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _value in attrs}
        is_data = ("type", "application/json") in attrs
        handlers = {name for name in names if name == "style" or name.startswith("on")}
        links_to_code = {name for name, value in attrs if (value or "").strip().lower().startswith("javascript:")}
        if handlers or links_to_code or tag == "style" or (tag == "script" and "src" not in names and not is_data):
            self.found.append(f"<{tag} {attrs}>")


def _inline_code(page: str) -> list[str]:
    parser = _InlineCode()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("address", [*PAGES, "/account/login/"])
def test_no_page_holds_code_that_the_policy_refuses(
    signed_in: Callable[[User], Client], ada: User, address: str
) -> None:
    answer = (Client() if "login" in address else signed_in(ada)).get(address)
    policy = answer.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert _inline_code(answer.content.decode()) == []


@pytest.mark.parametrize("address", ["/admin/", "/account/login/", "/admin/customers/customer/", "/admin/nowhere/"])
@pytest.mark.parametrize(
    ("environment", "word"), [("local", "LOCAL"), ("sandbox", "SANDBOX"), ("production", "PRODUCTION")]
)
def test_every_page_says_in_which_environment_it_stands(
    signed_in: Callable[[User], Client], ada: User, settings: Any, *, address: str, environment: str, word: str
) -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = environment
    page = (Client() if "login" in address else signed_in(ada)).get(address).content.decode()

    assert f'class="environment environment-{environment}"' in page
    assert f"<strong>{word}</strong>" in page


@pytest.mark.parametrize("address", [*PAGES, "/account/login/"])
def test_every_page_says_where_no_second_factor_is_asked_for(
    signed_in: Callable[[User], Client], ada: User, settings: Any, address: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    page = (Client() if "login" in address else signed_in(ada)).get(address).content.decode()

    assert "No second factor is asked for here" in page


@pytest.mark.parametrize("address", ["/account/login/", "/account/second-factor/"])
def test_where_a_second_factor_is_asked_for_no_page_says_otherwise(
    signed_in: Callable[[User], Client], ada: User, settings: Any, address: str
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    answer = (Client() if "login" in address else signed_in(ada)).get(address)

    assert answer.status_code == 200
    assert "No second factor is asked for here" not in answer.content.decode()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_only_text(
    signed_in: Callable[[User], Client], ada: User, make_customer: Callable[..., Customer], name: str
) -> None:
    customer = make_customer(
        "1", name=name, email='"><img src=x onerror=alert(1)>@example.org', payload='{"name": "</pre>"}'
    )
    browser = signed_in(ada)

    for address in ("/admin/customers/customer/", f"/admin/customers/customer/{customer.pk}/change/"):
        page = browser.get(address).content.decode()
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
        assert "</pre>&quot;" not in page
        assert '"</pre>"' not in page
        assert _inline_code(page) == []


def _count_queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/customers/customer/",
        "/admin/payments/payment/",
        "/admin/sync/",
        "/admin/sync/payments/",
        "/admin/sync/syncrun/",
        "/admin/sync/recordedchange/",
        "/admin/auth/user/",
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    signed_in: Callable[[User], Client],
    ada: User,
    make_customer: Callable[..., Customer],
    make_payment: Callable[..., Payment],
    address: str,
) -> None:
    browser = signed_in(ada)
    _one_of_each(0, make_customer, make_payment, ada)
    _count_queries(browser, address)
    few = _count_queries(browser, address)
    for number in range(1, 31):
        _one_of_each(number, make_customer, make_payment, ada)

    assert _count_queries(browser, address) == few
    assert few <= QUERY_LIMIT


def test_a_customers_page_makes_few_queries_however_much_is_related(
    signed_in: Callable[[User], Client],
    sofia: User,
    make_customer: Callable[..., Customer],
    make_payment: Callable[..., Payment],
) -> None:
    lena = make_customer("1", name="Lena")
    for number in range(40):
        make_payment(f"p{number}", customer=lena)
        _change("customers", "1", {"name": ["Lenna", "Lena"]})
    browser = signed_in(sofia)
    address = f"/admin/customers/customer/{lena.pk}/change/"
    browser.get(address)

    assert _count_queries(browser, address) <= QUERY_LIMIT


def test_a_list_never_reads_the_payloads(
    signed_in: Callable[[User], Client],
    ada: User,
    make_payment: Callable[..., Payment],
    make_customer: Callable[..., Customer],
) -> None:
    make_payment("p1", customer=make_customer("1", name="Lena"))
    with CaptureQueriesContext(connection) as queries:
        signed_in(ada).get("/admin/payments/payment/")

    assert not [query["sql"] for query in queries if '"payload"' in query["sql"]]


def test_the_history_is_told_in_known_words(
    signed_in: Callable[[User], Client], ada: User, make_payment: Callable[..., Payment]
) -> None:
    payment = make_payment("p1", status="coins_sent")
    run = _run(timedelta(0))
    change = _change("payments", "p1", {"status": ["started", "coins_sent"]})
    RecordedChange.objects.filter(pk=change.pk).update(run=run)

    page = signed_in(ada).get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert "Status started → coins sent" in words
    assert f"by run #{run.pk}" in words


def test_the_history_shows_amounts_as_the_page_does(
    signed_in: Callable[[User], Client], ada: User, make_payment: Callable[..., Payment]
) -> None:
    payment = make_payment("p1")
    _change("payments", "p1", {"fiat_amount": ["1271324.1000", "1273617.07"]})

    page = signed_in(ada).get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert "1,271,324.10 → 1,273,617.07" in words


@pytest.mark.parametrize(("address", "title"), [("auth/user", "Users"), ("auth/group", "Groups")])
def test_the_lists_of_people_have_their_own_name(
    signed_in: Callable[[User], Client], ada: User, address: str, title: str
) -> None:
    page = signed_in(ada).get(f"/admin/{address}/").content.decode()

    assert f"<h1>{title}</h1>" in page


def test_the_payload_is_shown_with_every_digit(
    signed_in: Callable[[User], Client], ada: User, make_payment: Callable[..., Payment]
) -> None:
    payment = make_payment(
        "p1", payload='{"amount": 1.10000000000000000000000001, "units": 123456789012345678901234567890}'
    )

    page = signed_in(ada).get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()

    assert "1.10000000000000000000000001" in page
    assert "123456789012345678901234567890" in page


def test_a_quarantined_item_is_shown_with_its_reason(signed_in: Callable[[User], Client], aurelio: User) -> None:
    item = _quarantined(1)
    browser = signed_in(aurelio)

    assert "not a date" in browser.get("/admin/sync/quarantine/?state=open").content.decode()
    page = browser.get(f"/admin/sync/quarantine/{item.pk}/change/").content.decode()
    assert "&quot;created&quot;: &quot;nonsense&quot;" in page
    assert "Try again now" not in page


def _one_of_each(
    number: int, make_customer: Callable[..., Customer], make_payment: Callable[..., Payment], asked_by: User
) -> None:
    customer = make_customer(f"c{number}", name="Lena", kyc_status="fail")
    make_payment(f"p{number}", customer=customer)
    _quarantined(number)
    run = _run(timedelta(minutes=number), asked_by)
    change = _change("payments", f"p{number}", {"status": ["started", "coins_sent"]})
    RecordedChange.objects.filter(pk=change.pk).update(run=run)
    User.objects.create_user(username=f"user-{number}").groups.set(Group.objects.filter(name="Auditor"))


def _run(ago: timedelta, asked_by: User | None = None) -> SyncRun:
    at = timezone.now() - ago
    return SyncRun.objects.create(
        resource="payments",
        mode="head",
        state="succeeded",
        lease_token="0" * 32,
        started_at=at,
        heartbeat_at=at,
        finished_at=at,
        requested_by=asked_by,
    )


def _change(resource: str, remote_id: str, columns: dict[str, list[str]]) -> RecordedChange:
    now = timezone.now()
    return RecordedChange.objects.create(
        resource=resource, remote_id=remote_id, columns=columns, source="sync", read_at=now, recorded_at=now
    )


def _quarantined(number: int) -> Quarantine:
    now = timezone.now()
    return Quarantine.objects.create(
        resource="payments",
        item_key=f"bad-{number}",
        payload='{"created": "nonsense"}',
        fingerprint="0" * 64,
        reason="“nonsense” is not a date",
        first_seen_at=now,
        last_seen_at=now,
    )
