"""Lists in every layout, twice; answers that come late; values that nobody expects: from the provider to the page."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from backoffice.sync.models import RecordedChange, SyncRun
from backoffice.sync.queries import open_quarantine
from backoffice.sync.resources import all_resources
from backoffice.sync.services import refresh_one, sync_resource
from banking.models import BankTransaction
from customers.forms import new_submission
from customers.models import Customer
from payments.models import OffRamp, Payment
from tests.bad_days.acts import all_rows

pytestmark = pytest.mark.django_db

LIST = "listOnRampTransactions"
LINES = "listBankAccountTransactions"
SIZES = {"customers": 120, "payments": 130, "offramps": 110, "bank_transactions": 230}
SEVEN = {"customers", "payments", "offramps", "bank_accounts", "bank_transactions", "assets", "payment_methods"}
NAMES = [
    "<script>alert(1)</script>",
    "\U0001f600" * 255,
    "\u05dc\u05e0\u05d4 \u202e\u05d0\u05d5\u05e8\u05d8\u05d2\u05d4",
]
EIGHTEEN_DECIMALS = "0.123456789012345678"
DIGITS_78 = "1" + "0123456789" * 7 + "0000007"


def _sync_all(mode: str = "full") -> dict[str, SyncRun]:
    runs = {resource.name: sync_resource(name=resource.name, mode=mode) for resource in all_resources()}
    assert {name: (run.state, run.error) for name, run in runs.items()} == dict.fromkeys(runs, ("succeeded", ""))
    return runs


def _texts(browser: Client, row: Any) -> tuple[str, str]:
    """The list on which a row stands, and its own page."""
    place = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    answers = browser.get(reverse(f"{place}_changelist")), browser.get(reverse(f"{place}_change", args=[row.pk]))
    assert [answer.status_code for answer in answers] == [200, 200]
    return answers[0].content.decode(), answers[1].content.decode()


@pytest.mark.parametrize("inferred_fields", [True, False], ids=["all fields", "documented fields only"])
@pytest.mark.parametrize("page_layout", ["pagination", "laravel-data", "laravel-top"])
def test_all_seven_lists_in_every_layout_are_read_whole_and_a_second_time_no_row_changes(
    start_provider: Callable[..., Sandbox], settings: Any, page_layout: str, inferred_fields: bool
) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 50
    start_provider(**SIZES, page_layout=page_layout, inferred_fields=inferred_fields)
    first = _sync_all()
    assert {name: first[name].created for name in SIZES} == SIZES
    assert first["payments"].pages == 3
    before = all_rows()
    assert set(before) == SEVEN
    assert all(before.values())
    for mode in ("full", "head"):
        again = _sync_all(mode)
        assert {name: (run.created, run.changed, run.missing, run.quarantined) for name, run in again.items()} == (
            dict.fromkeys(SEVEN, (0, 0, 0, 0))
        )
    assert all_rows() == before
    assert not RecordedChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_page_that_was_asked_for_before_a_newer_answer_does_not_overwrite_it(
    start_provider: Callable[..., Sandbox], settings: Any
) -> None:
    settings.CRYPTOPOCKET_PAGE_SIZE = 50
    control = start_provider(**SIZES).control
    _sync_all()
    newest = control.payments()[-1]["id"]
    control.change_payment(newest, status="as_it_was")
    control.forget_calls()
    control.fault("hold", LIST, skip=1)
    runs: list[SyncRun] = []

    def sync_slowly() -> None:
        try:
            runs.append(sync_resource(name="payments", mode="full"))
        finally:
            connection.close()

    slow = threading.Thread(target=sync_slowly)
    slow.start()
    assert control.wait_for_call(LIST, count=2)
    control.change_payment(newest, status="as_it_is_now")
    refresh_one(name="payments", remote_id=newest, source="page")
    control.release()
    slow.join(timeout=30)
    assert [(run.state, run.stale) for run in runs] == [("succeeded", 1)]
    assert Payment.objects.get(remote_id=newest).status == "as_it_is_now"
    changes = RecordedChange.objects.filter(remote_id=newest)
    assert [change.columns["status"][1] for change in changes] == ["as_it_is_now"]


@pytest.mark.parametrize("name", NAMES, ids=["script", "255 emoji", "right to left"])
def test_a_customer_of_any_name_is_mirrored_and_shown_as_text_on_list_and_page(
    sandbox: Sandbox, adas: Client, name: str
) -> None:
    sandbox.control.add_customer(name=name, last_name="Ruiz", email="marta@example.org")
    sync_resource(name="customers", mode="full")
    customer = Customer.objects.get()
    assert customer.name == name
    on_list, on_page = _texts(adas, customer)
    assert escape(name) in on_page
    assert escape(name[:20]) in on_list
    assert "<script>alert" not in on_list + on_page


@pytest.mark.parametrize("name", NAMES, ids=["script", "255 emoji", "right to left"])
def test_a_customer_of_any_name_is_registered_from_the_form_and_the_operation_shows_the_name_as_text(
    sandbox: Sandbox, adas: Client, name: str
) -> None:
    typed = {"name": name, "email": "lena@example.org", "submission": new_submission(), "confirm": "yes"}
    adas.post("/admin/customers/customer/register/", typed)
    operation = services.perform(Operation.objects.get().pk)
    assert operation.state == State.SUCCEEDED, operation.error_text
    assert sandbox.control.customers_with_email("lena@example.org")[0]["name"] == name
    _, page = _texts(adas, operation)
    assert escape(name) in page
    assert "<script>alert" not in page


def test_an_unknown_status_of_a_customer_payment_or_off_ramp_is_shown_as_it_came(
    sandbox: Sandbox, adas: Client
) -> None:
    status = "on_the_<b>moon</b>"
    sandbox.control.add_customer(name="Marta", kyc_status=status)
    sandbox.control.add_payment(status=status)
    sandbox.control.add_offramp(status=status)
    _sync_all()
    for row in (Customer.objects.get(), Payment.objects.get(), OffRamp.objects.get()):
        for text in _texts(adas, row):
            assert escape(status) in text, row
            assert status not in text


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "0.00"), (-12_550, "-125.50"), (1, "0.01"), (9_999_999_999_999, "99,999,999,999.99")]
)
def test_a_payment_of_nothing_less_than_nothing_or_very_much_is_shown_exactly(
    sandbox: Sandbox, adas: Client, cents: int, shown: str
) -> None:
    sandbox.control.add_payment(fiat_amount=cents)
    sync_resource(name="payments", mode="full")
    assert all(f">{shown} <" in text for text in _texts(adas, Payment.objects.get()))


@pytest.mark.parametrize(("amount", "shown"), [("0.00", "0.00"), ("-12.34", "-12.34"), ("0.0001", "0.0001")])
def test_a_bank_line_of_nothing_or_less_is_shown_exactly(
    sandbox: Sandbox, adas: Client, amount: str, shown: str
) -> None:
    sandbox.control.add_bank_transaction(amount=amount)
    for name in ("bank_accounts", "bank_transactions"):
        sync_resource(name=name, mode="full")
    assert all(f">{shown} <" in text for text in _texts(adas, BankTransaction.objects.get()))


def test_eighteen_decimals_of_coins_are_shown_to_the_last_one(sandbox: Sandbox, adas: Client) -> None:
    sandbox.control.add_payment(coin_amount=EIGHTEEN_DECIMALS)
    sync_resource(name="payments", mode="full")
    assert EIGHTEEN_DECIMALS in _texts(adas, Payment.objects.get())[1]


def test_eighteen_decimals_of_euros_are_put_aside_and_not_rounded(sandbox: Sandbox, adas: Client) -> None:
    sandbox.control.add_bank_transaction()
    sandbox.control.fault("bad_item", LINES, field="amount", value=EIGHTEEN_DECIMALS, count=None)
    for name in ("bank_accounts", "bank_transactions"):
        sync_resource(name=name, mode="full")
    assert not BankTransaction.objects.exists()
    assert EIGHTEEN_DECIMALS in _texts(adas, open_quarantine().get())[1]


def test_seventy_eight_digits_of_base_units_are_shown_to_the_last_one(sandbox: Sandbox, adas: Client) -> None:
    sandbox.control.add_offramp(amount=DIGITS_78, decimals=18)
    sync_resource(name="offramps", mode="full")
    off_ramp = OffRamp.objects.get()
    assert (len(DIGITS_78), off_ramp.base_units) == (78, DIGITS_78)
    on_page = _texts(adas, off_ramp)[1]
    assert DIGITS_78 in on_page
    assert f".{DIGITS_78[-18:]}" in on_page
