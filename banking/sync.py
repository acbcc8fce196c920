"""Which remote lists fill the tables of this room, and how an item becomes a row (contract 6)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from backoffice.cryptopocket import resources
from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.pages import Page
from backoffice.provider import get_catalogue
from backoffice.sync.resources import Resource, Row
from banking.models import BankAccount, BankTransaction
from banking.occurrences import list_lines, occurrence_of
from payments.columns import identify_by, is_newest_first, make_row

ACCOUNT_COLUMNS = ("iban", "bic", "name", "currency", "balance")
LINE_COLUMNS = (
    "amount",
    "currency",
    "direction",
    "concept",
    "counterparty_name",
    "counterparty_iban",
    "booked_at",
    "reconciled",
    "payment_id",
)


def parse_account(item: Mapping[str, Any], partition: str) -> Row:
    """Return a bank account as a row, known by its IBAN (contract 6.1). Raises UnreadableItem."""
    parsed = resources.parse_bank_account(item, catalogue=get_catalogue())
    return make_row(BankAccount, parsed, names=ACCOUNT_COLUMNS, remote_id=parsed.iban)


def parse_line(item: Mapping[str, Any], partition: str) -> Row:
    """Return a line of the account whose IBAN is the partition as a row (contract 6.2). Raises UnreadableItem.

    The direction is kept in small letters, so that CREDIT is `credit`; a word that nobody knows stays as it is.
    """
    parsed = resources.parse_bank_transaction(
        item, catalogue=get_catalogue(), account_iban=partition, occurrence=occurrence_of(item)
    )
    row = make_row(BankTransaction, parsed, names=LINE_COLUMNS, remote_id=parsed.id)
    row.columns["direction"] = row.columns["direction"].strip().lower()
    row.columns["account_id"] = partition
    return row


def account_ibans() -> Iterable[str]:
    """The IBANs of the accounts that the provider still lists, each as it gave it."""
    return BankAccount.objects.filter(missing_since=None).order_by("pk").values_list("iban", flat=True)


def _list_accounts(client: CryptoPocketClient, partition: str, number: int) -> Page:
    return client.list_bank_accounts(page=number)


BANK_ACCOUNTS = Resource(
    name="bank_accounts",
    label=_("bank accounts"),
    model=BankAccount,
    version=1,
    list_page=_list_accounts,
    parse=parse_account,
    identify=identify_by("list_bank_accounts", "iban"),
)
BANK_TRANSACTIONS = Resource(
    name="bank_transactions",
    label=_("bank transactions"),
    model=BankTransaction,
    version=1,
    list_page=list_lines,
    parse=parse_line,
    identify=identify_by("list_bank_transactions"),
    partitions=account_ibans,
    depends_on=("bank_accounts", "payments"),
    newest_first=is_newest_first("list_bank_transactions"),
)
RESOURCES = (BANK_ACCOUNTS, BANK_TRANSACTIONS)
