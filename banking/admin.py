"""Lists and pages of bank accounts, their lines, and the pairings that people asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.actions import ListView, ObjectView
from backoffice.face.admin import MirrorAdmin, ReadOnlyAdmin, column
from backoffice.face.badges import copyable_iban, empty, link_to, moment, money
from backoffice.face.filtering import QuickFilter
from backoffice.face.ibans import in_groups
from backoffice.face.tables import RelatedTable
from backoffice.security.masking import Kind, Sensitive
from banking import queries, tables, views
from banking.badges import name_of, reconciling_badge, signed_amount
from banking.filters import BankAccountFilterSet, BankTransactionFilterSet, ReconciliationFilterSet
from banking.models import BankAccount, BankTransaction, Reconciliation
from banking.tables import RECONCILE_PERMISSION
from banking.workbench import make_workbench

OWN_ACCOUNT = frozenset({"iban", "account_iban"})
"""Keys of the provider's objects that name our own account: nothing personal."""


@admin.register(BankAccount)
class BankAccountAdmin(MirrorAdmin):
    """The integration's bank accounts."""

    resource_name = "bank_accounts"
    clear_payload_keys = OWN_ACCOUNT
    filterset_class = BankAccountFilterSet
    list_display = ("own_iban", "name", "currency", "current_balance", "changed")
    ordering = ("iban",)
    search_fields = ("iban", "name")
    export_columns = (
        "iban",
        "bic",
        "name",
        "currency",
        "balance",
        "changed_at",
        "missing_since",
    )
    search_placeholder = _("IBAN or name")
    empty_list_text = _("No bank accounts yet: they appear when the bank accounts are synced.")
    fieldsets = ((_("Account"), {"fields": ("name", "bic", "current_balance", "first_seen_at")}),)

    def page_title(self, row: BankAccount) -> Any:
        """Its name: the IBAN stands below."""
        return row.name or self._name()

    def page_id(self, row: BankAccount) -> SafeString:
        """The IBAN, which is its id."""
        return copyable_iban(row.iban)

    def related_tables(self, request: HttpRequest, row: BankAccount) -> Sequence[RelatedTable]:
        """The newest lines."""
        return [tables.lines_of_account(row)]

    @column("IBAN", ordering="iban")
    def own_iban(self, account: BankAccount) -> SafeString:
        """The IBAN."""
        return in_groups(account.iban)

    @column(_("balance"), ordering="balance", numeric=True)
    def current_balance(self, account: BankAccount) -> SafeString:
        """What the provider says is in it."""
        return money(account.balance, account.currency)

    @column(_("last changed"), ordering="changed_at")
    def changed(self, account: BankAccount) -> SafeString:
        """When it last changed."""
        return moment(account.changed_at)


@admin.register(BankTransaction)
class BankTransactionAdmin(MirrorAdmin):
    """The accounts' lines; on the page of an incoming one, the payments that it could pay."""

    class Media:
        css = {"all": ("banking/workbench.css",)}

    resource_name = "bank_transactions"
    clear_payload_keys = OWN_ACCOUNT
    sensitive = {"counterparty_iban": Sensitive(kind=Kind.IBAN, permission="banking.reveal_counterparty_iban")}
    filterset_class = BankTransactionFilterSet
    quick_filters = (
        QuickFilter(label=_("All"), parameters={}),
        QuickFilter(label=_("To reconcile"), parameters={"state": BankTransactionFilterSet.TO_RECONCILE}),
        QuickFilter(label=_("In progress"), parameters={"state": BankTransactionFilterSet.IN_PROGRESS}),
        QuickFilter(label=_("Reconciled"), parameters={"state": BankTransactionFilterSet.RECONCILED}),
        QuickFilter(label=_("Outgoing"), parameters={"direction": BankTransaction.Direction.DEBIT}),
    )
    list_display = ("booked", "text", "other_party", "signed_amount", "state", "paid_payment")
    list_display_links = ("booked", "text")
    list_select_related = ("payment",)
    page_select_related = ("account", "payment")
    page_template = "admin/banking/bank_transaction.html"
    ordering = ("-booked_at", "-pk")
    search_fields = ("remote_id",)
    export_columns = (
        "remote_id",
        "account",
        "booked_at",
        "amount",
        "currency",
        "direction",
        "concept",
        "counterparty_name",
        "counterparty_iban",
        "reconciled",
        "payment",
        "missing_since",
    )
    search_placeholder = _("Text, other party, IBAN, transaction id, payment id or amount")
    empty_list_text = _("No bank transactions yet: they appear when the bank transactions are synced.")
    words = {"direction": BankTransaction.Direction}
    fieldsets = (
        (_("Transaction"), {"fields": ("signed_amount", "concept", "booked_at", "own_account")}),
        (_("Other party"), {"fields": ("counterparty_name", "counterparty_iban")}),
        (_("Reconciling"), {"fields": ("reconciled", "paid_payment")}),
    )
    object_views = (
        ObjectView(
            name="pair",
            label=_("Reconcile"),
            permission=RECONCILE_PERMISSION,
            view=views.pair_line,
            has_button=False,
        ),
    )
    list_views = (
        ListView(
            name="for-payment",
            label=_("Find a payment's transfer"),
            permission=RECONCILE_PERMISSION,
            view=views.lines_for_payment,
            has_button=False,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankTransaction]:
        """The lines, each knowing whether it is being paired."""
        rows: QuerySet[BankTransaction] = super().get_queryset(request)
        return rows.annotate(is_being_paired=queries.live_pairings("bank_transaction"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BankTransaction], search_term: str
    ) -> tuple[QuerySet[BankTransaction], bool]:
        """The lines that people mean by these words."""
        by_iban = request.user.has_perm(self.sensitive["counterparty_iban"].permission)
        return queries.search_lines(queryset, search_term, by_iban=by_iban), False

    def page_title(self, row: BankTransaction) -> Any:
        """What the bank printed."""
        return row.concept or row.counterparty_name or row.remote_id

    def page_badges(self, row: Any) -> Iterable[Any]:
        """The direction, and how far the reconciling is."""
        state = reconciling_badge(row, is_being_paired=row.is_being_paired)
        return [*super().page_badges(row), *([state] if state else [])]

    def related_tables(self, request: HttpRequest, row: BankTransaction) -> Sequence[RelatedTable]:
        """What people asked to be paired with the line."""
        return [tables.reconciliations_of_line(row)]

    def page_context(self, request: HttpRequest, row: BankTransaction) -> dict[str, Any]:
        """Who pays this?"""
        return {"workbench": make_workbench(request, row)}

    @column(_("booked"), ordering="booked_at")
    def booked(self, line: BankTransaction) -> SafeString:
        """When the bank booked it."""
        return moment(line.booked_at, exact=True)

    @column(_("text"), ordering="concept")
    def text(self, line: BankTransaction) -> str:
        """What the bank printed; the id where it printed nothing."""
        return line.concept or line.remote_id

    @column(_("other party"), ordering="counterparty_name")
    def other_party(self, line: BankTransaction) -> str:
        """Who sent or received it."""
        return line.counterparty_name

    @column(_("amount"), ordering="amount", numeric=True)
    def signed_amount(self, line: BankTransaction) -> SafeString:
        """How much, with its sign."""
        return signed_amount(line)

    @column(_("reconciling"))
    def state(self, line: Any) -> SafeString:
        """How far its reconciling is."""
        return reconciling_badge(line, is_being_paired=line.is_being_paired) or empty()

    @column(_("account"))
    def own_account(self, line: BankTransaction) -> Any:
        """The account that it is a line of; the bare IBAN where that account is not mirrored yet."""
        iban = in_groups(line.account_id) if line.account_id else ""
        return (
            link_to(line.account, format_html("{} {}", line.account.name, iban)) if line.account is not None else iban
        )

    @column(_("payment"))
    def paid_payment(self, line: BankTransaction) -> Any:
        """The payment that it pays; the bare id where that payment is not mirrored yet."""
        return link_to(line.payment) if line.payment is not None else (line.payment_id or "")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """What people asked to be paired."""

    filterset_class = ReconciliationFilterSet
    list_display = ("asked", "line", "paid_payment", "state", "asked_by", "is_live")
    list_select_related = ("bank_transaction", "payment", "operation__requested_by")
    page_select_related = ("bank_transaction", "payment__customer", "operation__requested_by")
    search_fields = ("bank_transaction__remote_id", "payment__remote_id")
    export_columns = (
        "pk",
        "created_at",
        "bank_transaction__remote_id",
        "payment__remote_id",
        "operation__state",
        "operation__requested_by__username",
        "is_live",
        "operation",
    )
    search_placeholder = _("Transaction id or payment id")
    empty_list_text = _("Nobody has reconciled anything from here yet: open an incoming bank transaction.")
    fieldsets = (
        (_("Pair"), {"fields": ("line", "paid_payment", "is_live")}),
        (_("Asked"), {"fields": ("asked_by", "created_at", "operation", "state")}),
        (_("Why they belong together"), {"fields": ("why",)}),
        (_("Where they differed"), {"fields": ("where_they_differed",)}),
    )

    @column(_("asked"), ordering="created_at")
    def asked(self, pairing: Reconciliation) -> SafeString:
        """When it was asked for."""
        return moment(pairing.created_at)

    @column(_("bank transaction"))
    def line(self, pairing: Reconciliation) -> SafeString:
        """The line."""
        return link_to(pairing.bank_transaction)

    @column(_("payment"))
    def paid_payment(self, pairing: Reconciliation) -> SafeString:
        """The payment."""
        return link_to(pairing.payment)

    @column(_("state"), ordering="operation__state")
    def state(self, pairing: Reconciliation) -> SafeString:
        """Where its operation stands."""
        return tables.operation_badge(pairing)

    @column(_("asked by"))
    def asked_by(self, pairing: Reconciliation) -> str:
        """Who asked for it."""
        return name_of(pairing.operation.requested_by)

    @column(_("reasons"))
    def why(self, pairing: Reconciliation) -> str:
        """What spoke for and against it then."""
        return queries.reasons_shown(pairing, " · ")

    @column(_("bank transaction / payment"))
    def where_they_differed(self, pairing: Reconciliation) -> str:
        """What the person saw and confirmed."""
        return queries.differences_shown(pairing, " · ")
