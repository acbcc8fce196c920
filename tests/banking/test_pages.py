"""The pages of bank accounts, lines and pairings: who sees what, and the way from a transfer to its payment."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.attention import attention_for
from backoffice.face.ibans import in_groups
from backoffice.operations.models import Operation
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource
from banking.models import BankAccount, BankTransaction, Reconciliation
from payments.models import Payment
from tests.banking.conftest import Ask, Transfer
from tests.banking.rows import IBAN, a_customer, a_line, a_payment, an_account

pytestmark = pytest.mark.django_db

LINES = "admin:banking_banktransaction_changelist"
MOST_QUERIES = 15


def page(line: BankTransaction) -> str:
    return reverse("admin:banking_banktransaction_change", args=[line.pk])


def pair(line: BankTransaction) -> str:
    return reverse("admin:banking_banktransaction_pair", args=[line.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def at_felixs(client: Client, felix: User) -> Client:
    """A browser in which Felix is signed in."""
    client.force_login(felix)
    return client


def test_the_page_of_a_transfer_offers_its_payment_with_the_reasons(at_felixs: Client, transfer: Transfer) -> None:
    shown = text(at_felixs.get(page(transfer.line)))
    assert transfer.payment.remote_id in shown
    assert f"The text is the concept {transfer.payment.transfer_concept}" in shown
    assert "Same amount 125.50 EUR" in shown
    assert "Same payer Lena Ortega" in shown


def test_from_the_transfer_to_the_operation_in_three_steps(
    at_felixs: Client, sandbox: Sandbox, transfer: Transfer
) -> None:
    side_by_side = text(at_felixs.get(pair(transfer.line), {"payment": transfer.payment.remote_id}))
    assert "It is not known how to undo that" in side_by_side
    assert "differs" not in side_by_side
    answer = at_felixs.post(pair(transfer.line), {"payment": transfer.payment.remote_id})
    operation = Operation.objects.get()
    assert answer["Location"] == reverse("admin:operations_operation_change", args=[operation.pk])
    where_it_stands = text(at_felixs.get(answer["Location"]))
    assert page(transfer.line) in where_it_stands
    assert "125.50 EUR" in where_it_stands
    assert (operation.kind, operation.subject_id) == ("reconcile_payment", str(transfer.line.pk))
    assert sandbox.control.reconciliations() == []
    assert "felix paired these two" in text(at_felixs.get(page(transfer.line)))


def test_differences_are_said_before_anything_is_sent(at_felixs: Client, sandbox: Sandbox, transfer: Transfer) -> None:
    BankTransaction.objects.update(amount=Decimal("125.00"), counterparty_name="MARTA RUIZ")
    shown = text(at_felixs.get(pair(transfer.line), {"payment": transfer.payment.remote_id}))
    assert "The two differ in: Amount, Payer." in shown
    assert shown.count("differs</span>") == 2


def test_a_second_click_shows_the_first_operation(at_felixs: Client, transfer: Transfer) -> None:
    for _ in range(2):
        answer = at_felixs.post(pair(transfer.line), {"payment": transfer.payment.remote_id}, follow=True)
    assert "The same pair was asked for before" in text(answer)
    assert Operation.objects.count() == 1


def test_who_comes_second_is_told_who_was_first(
    client: Client, sandbox: Sandbox, transfer: Transfer, ask: Ask, fiona: User
) -> None:
    ask()
    sandbox.control.add_payment(fiat_amount=12_550)
    sync_resource(name="payments", mode="full")
    other = Payment.objects.exclude(pk=transfer.payment.pk).get()
    client.force_login(fiona)
    answer = text(client.post(pair(transfer.line), {"payment": other.remote_id}, follow=True))
    assert "elix paired bank transaction" in answer
    assert "Nothing was sent" in answer


@pytest.mark.parametrize("words", ["remit-9", "Ruiz", "77.10", "77,10", "Marta Ruiz 77.10", "130099", "4712"])
def test_any_other_payment_is_found_by_what_people_have_in_hand(
    at_felixs: Client, transfer: Transfer, words: str
) -> None:
    a_customer("4712", name="Marta", last_name="Ruiz", email="maria@example.org")
    a_payment(
        "other",
        customer_id="4712",
        external_id="remit-9",
        fiat_amount=Decimal("77.10"),
        transfer_concept="130099",
        status="coins_sent",
    )
    shown = text(at_felixs.get(page(transfer.line), {"find": words}))
    assert "?payment=other" in shown
    assert "The payment does not wait for money" in shown


def test_a_search_that_finds_nothing_says_so(at_felixs: Client, transfer: Transfer) -> None:
    shown = text(at_felixs.get(page(transfer.line), {"find": "<script>nobody</script>"}))
    assert "No payment is meant by" in shown
    assert "<script>nobody" not in shown


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"direction": "debit"}, "This line is outgoing"),
        ({"amount": Decimal(0)}, "brought no money"),
        ({"reconciled": True}, "reconciled at the provider already"),
        ({"direction": "sideways"}, "Nobody knows that word"),
    ],
)
def test_a_line_with_nothing_to_reconcile_says_so_and_offers_nothing(
    at_felixs: Client, fields: dict[str, Any], why: str
) -> None:
    an_account()
    a_payment()
    line = a_line(**fields)
    shown = text(at_felixs.get(page(line)))
    assert why in shown
    assert "?payment=" not in shown
    answer = at_felixs.get(pair(line), {"payment": "aZ3kQ9tLm2Xw7VbN5cRy8UePd"}, follow=True)
    assert why in text(answer)
    at_felixs.post(pair(line), {"payment": "aZ3kQ9tLm2Xw7VbN5cRy8UePd"})
    assert not Operation.objects.exists()


@pytest.mark.parametrize("chosen", ["", "nobody", "x\x00y"])
def test_a_payment_that_does_not_exist_is_not_found(at_felixs: Client, transfer: Transfer, chosen: str) -> None:
    assert at_felixs.get(pair(transfer.line), {"payment": chosen}).status_code == 404
    assert at_felixs.post(pair(transfer.line), {"payment": chosen}).status_code == 404


@pytest.mark.parametrize("who", ["sofia", "aurelio"])
def test_those_who_only_look_are_offered_no_choice(
    client: Client, transfer: Transfer, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    shown = text(client.get(page(transfer.line)))
    assert transfer.payment.remote_id in shown
    assert "?payment=" not in shown
    assert client.get(pair(transfer.line), {"payment": transfer.payment.remote_id}).status_code == 403
    assert client.post(pair(transfer.line), {"payment": transfer.payment.remote_id}).status_code == 403
    assert not Operation.objects.exists()


def test_compliance_does_not_see_bank_lines(client: Client, transfer: Transfer, clara: User) -> None:
    client.force_login(clara)
    assert client.get(page(transfer.line)).status_code == 403
    assert client.get(reverse(LINES)).status_code == 403


def test_a_payments_page_shows_its_line_and_its_reconciliations(
    at_felixs: Client, transfer: Transfer, ask: Ask
) -> None:
    ask()
    BankTransaction.objects.update(payment=transfer.payment.remote_id)
    shown = text(at_felixs.get(reverse("admin:payments_payment_change", args=[transfer.payment.pk])))
    assert page(transfer.line) in shown
    assert "Reconciliations and their operations" in shown
    assert "queued" in shown


def test_from_the_payments_side_its_transfer_is_found(at_felixs: Client, transfer: Transfer) -> None:
    payment_page = text(at_felixs.get(reverse("admin:payments_payment_change", args=[transfer.payment.pk])))
    address = reverse("admin:banking_banktransaction_for-payment")
    assert f"{address}?payment={transfer.payment.remote_id}" in payment_page
    shown = text(at_felixs.get(address, {"payment": transfer.payment.remote_id}))
    assert f"{pair(transfer.line)}?payment={transfer.payment.remote_id}" in shown


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", "\U0001f642" * 255, "\u202e\u05d0\u05d1", "{{ 7*7 }}"]
)
def test_hostile_texts_are_shown_as_the_text_they_are(at_felixs: Client, hostile: str) -> None:
    an_account()
    a_customer(name=hostile)
    a_payment(holder=hostile, external_id=hostile[:200])
    line = a_line(concept=hostile, counterparty_name=hostile)
    for address in (reverse(LINES), page(line), f"{pair(line)}?payment=aZ3kQ9tLm2Xw7VbN5cRy8UePd"):
        answer = at_felixs.get(address)
        assert answer.status_code == 200
        assert "<script>alert" not in text(answer)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": "to_reconcile"}, {"credit", "large"}),
        ({"state": "waiting_long"}, {"credit", "large"}),
        ({"state": "reconciled"}, {"done"}),
        ({"state": "in_progress"}, set()),
        ({"direction": "debit"}, {"debit"}),
        ({"direction": "other"}, {"odd"}),
        ({"amount_min": "1000"}, {"large"}),
        ({"account": "ES00 0000 0000 0000 0000 0000"}, {"credit", "done", "debit", "odd", "large"}),
        ({"account": "ES99"}, set()),
        ({"booked_at_after": "2026-07-02"}, set()),
        ({"q": "130042"}, {"credit", "done", "debit", "odd", "large"}),
        ({"q": "ortega 5000"}, {"large"}),
        ({"q": "ES0000000000000000000000"}, {"credit", "done", "debit", "odd", "large"}),
        ({"q": "large"}, {"large"}),
        ({"state": "nonsense"}, set()),
        ({"amount_min": "abc"}, set()),
    ],
)
def test_the_list_is_narrowed_as_asked(at_felixs: Client, query: dict[str, str], expected: set[str]) -> None:
    an_account()
    a_line("credit")
    a_line("done", reconciled=True)
    a_line("debit", direction="debit")
    a_line("odd", direction="sideways")
    a_line("large", amount=Decimal(5000))
    answer = at_felixs.get(reverse(LINES), query)
    assert {line.remote_id for line in answer.context["cl"].result_list} == expected


def test_transfers_that_wait_for_more_than_a_day_are_counted_on_the_front_page(
    at_felixs: Client, felix: User, rf: Any
) -> None:
    a_line("old")
    a_line("done", reconciled=True)
    request = rf.get("/")
    request.user = felix
    (found,) = [item for item in attention_for(request) if item.item.name == "transfers-not-reconciled"]
    assert found.count == 1
    behind = at_felixs.get(found.url)
    assert [line.remote_id for line in behind.context["cl"].result_list] == ["old"]


def test_an_unknown_status_of_a_payment_is_shown_as_it_came(at_felixs: Client) -> None:
    payment = a_payment(status="held_for_review")
    shown = text(at_felixs.get(reverse("admin:payments_payment_change", args=[payment.pk])))
    assert "held_for_review" in shown


def many(count: int) -> None:
    an_account()
    for number in range(count):
        a_customer(f"c{number}")
        a_payment(f"p{number}", customer_id=f"c{number}")
        a_line(f"l{number}")
        a_line(f"d{number}", payment_id=f"p{number}", reconciled=True)


@pytest.mark.parametrize("count", [2, 60])
def test_no_page_makes_more_than_15_queries_whatever_the_number_of_rows(at_felixs: Client, count: int) -> None:
    many(count)
    line, payment = BankTransaction.objects.filter(reconciled=False).first(), Payment.objects.first()
    assert line is not None
    assert payment is not None
    addresses = [
        reverse(LINES),
        reverse("admin:banking_bankaccount_changelist"),
        reverse("admin:banking_reconciliation_changelist"),
        page(line),
        f"{page(line)}?find=Ortega",
        f"{pair(line)}?payment={payment.remote_id}",
        f"{reverse('admin:banking_banktransaction_for-payment')}?payment={payment.remote_id}",
        reverse("admin:banking_bankaccount_change", args=[BankAccount.objects.get().pk]),
        reverse("admin:payments_payment_changelist"),
        reverse("admin:payments_payment_change", args=[payment.pk]),
    ]
    for address in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert at_felixs.get(address).status_code == 200, address
        assert len(queries) <= MOST_QUERIES, (address, len(queries))


def test_pairings_can_be_looked_at_and_not_changed(at_felixs: Client, ask: Ask) -> None:
    ask()
    pairing = Reconciliation.objects.get()
    address = reverse("admin:banking_reconciliation_change", args=[pairing.pk])
    assert "Same amount 125.50 EUR" in text(at_felixs.get(address))
    assert at_felixs.post(address, {"is_live": ""}).status_code == 403
    assert Reconciliation.objects.get().is_live


@pytest.mark.parametrize("value", ["9" * 30, "-1", "1e400", "NaN", "\x00", "\u0661", "' OR 1=1 --", "x" * 5000])
@pytest.mark.parametrize(
    ("place", "parameter"),
    [
        ("banking_reconciliation", "payment"),
        ("banking_banktransaction", "account"),
        ("banking_banktransaction", "amount_min"),
        ("banking_banktransaction", "q"),
        ("banking_banktransaction", "booked_at_after"),
        ("payments_payment", "fiat_amount_max"),
        ("payments_payment", "customer"),
        ("payments_payment", "q"),
    ],
)
def test_a_hostile_value_in_the_address_breaks_no_list(
    at_felixs: Client, place: str, parameter: str, value: str
) -> None:
    assert at_felixs.get(reverse(f"admin:{place}_changelist"), {parameter: value}).status_code == 200


@pytest.mark.parametrize("words", ["9" * 300, "\x00", "1e400", "%", "_", "\\", "' OR 1=1 --"])
def test_a_hostile_search_for_another_payment_breaks_nothing(at_felixs: Client, transfer: Transfer, words: str) -> None:
    assert at_felixs.get(page(transfer.line), {"find": words}).status_code == 200


def test_of_two_transfers_that_fit_a_payment_equally_well_none_is_put_forward(at_felixs: Client) -> None:
    payment = a_payment(customer_id=None)
    for number in (1, 2):
        a_line(f"line-{number}")

    shown = text(at_felixs.get(reverse("admin:banking_banktransaction_for-payment"), {"payment": payment.remote_id}))

    assert "Several transfers fit equally well" in shown
    assert shown.count("Another one fits equally well") == 2
    assert "likeliest" not in shown


def test_a_transfer_of_which_only_the_amount_fits_is_not_put_forward(at_felixs: Client) -> None:
    payment = a_payment(customer_id=None)
    a_line(concept="", counterparty_name="")

    shown = text(at_felixs.get(reverse("admin:banking_banktransaction_for-payment"), {"payment": payment.remote_id}))

    assert "Same amount" in shown
    assert "likeliest" not in shown


def test_a_line_whose_account_is_not_mirrored_yet_names_it_all_the_same(client: Client, felix: User) -> None:
    line = a_line()
    client.force_login(felix)
    answer = client.get(reverse("admin:banking_banktransaction_change", args=[line.pk]))
    assert answer.status_code == 200
    assert f'<dd dir="auto">{in_groups(IBAN)}</dd>' in answer.content.decode()


def test_the_iban_of_an_account_is_shown_in_groups_and_copied_in_one_run(client: Client, felix: User) -> None:
    account, line = an_account(IBAN), a_line()
    client.force_login(felix)
    shown = client.get(reverse("admin:banking_bankaccount_change", args=[account.pk])).content.decode()
    assert f'<code title="{IBAN}">{in_groups(IBAN)}</code>' in shown
    assert f'data-copy="{IBAN}"' in shown
    listed = client.get(reverse("admin:banking_bankaccount_changelist")).content.decode()
    assert f">{in_groups(IBAN)}</a>" in listed
    page_of_line = client.get(reverse("admin:banking_banktransaction_change", args=[line.pk])).content.decode()
    assert f">Main account {in_groups(IBAN)}</a>" in page_of_line
