"""What the lists of bank accounts, bank lines and pairings can be filtered by."""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import AmountRangeFilter, DayRangeFilter, StatusFilter
from backoffice.operations.models import State
from banking import queries
from banking.models import BankAccount, BankTransaction, Reconciliation
from payments.filters import MissingFilter, YesOrNoFilter


class BankAccountFilterSet(django_filters.FilterSet):
    """Filters of the accounts' list."""

    currency = django_filters.CharFilter(label=_("Currency"), lookup_expr="iexact")
    missing = MissingFilter()

    class Meta:
        model = BankAccount
        fields = ()


class BankTransactionFilterSet(django_filters.FilterSet):
    """Filters of the bank lines' list."""

    TO_RECONCILE, WAITING_LONG, IN_PROGRESS, RECONCILED = "to_reconcile", "waiting_long", "in_progress", "reconciled"

    account = django_filters.CharFilter(field_name="account_id", label=_("Account's IBAN"), method="filter_account")
    direction = StatusFilter(label=_("Direction"), choices=BankTransaction.Direction.choices)
    state = django_filters.ChoiceFilter(
        label=_("Reconciling"),
        choices=[
            (TO_RECONCILE, _("to reconcile")),
            (WAITING_LONG, _("to reconcile for more than a day")),
            (IN_PROGRESS, _("in progress")),
            (RECONCILED, _("reconciled")),
        ],
        method="filter_state",
        empty_label=_("Any"),
    )
    currency = django_filters.CharFilter(label=_("Currency"), lookup_expr="iexact")
    amount = AmountRangeFilter(label=_("Amount"))
    booked_at = DayRangeFilter(label=_("Booked"))
    missing = MissingFilter()

    class Meta:
        model = BankTransaction
        fields = ()

    def filter_account(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Lines of one account, its IBAN written with or without blanks."""
        return rows.filter(account_id__in=[value, value.replace(" ", "").upper()])

    def filter_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Lines by how far their reconciling is."""
        narrow: dict[str, Callable[[QuerySet[Any]], QuerySet[Any]]] = {
            self.TO_RECONCILE: queries.lines_to_reconcile,
            self.WAITING_LONG: queries.lines_waiting_long,
            self.IN_PROGRESS: queries.lines_in_progress,
            self.RECONCILED: queries.lines_reconciled,
        }
        return narrow[value](rows)


class ReconciliationFilterSet(django_filters.FilterSet):
    """Filters of the pairings' list."""

    state = django_filters.ChoiceFilter(
        field_name="operation__state", label=_("State"), choices=State.choices, empty_label=_("Any")
    )
    live = YesOrNoFilter(label=_("Holds its rows"), method="filter_live")
    created_at = DayRangeFilter(label=_("Asked"))
    bank_transaction = django_filters.CharFilter(
        field_name="bank_transaction__remote_id", label=_("Bank transaction's id at the provider")
    )
    payment = django_filters.CharFilter(field_name="payment__remote_id", label=_("Payment's id at the provider"))

    class Meta:
        model = Reconciliation
        fields = ()

    def filter_live(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Pairings that keep their rows from a second one, or those that ended without success."""
        return rows.filter(is_live=value == "yes")
