"""Lists and pages of payments, off-ramps and the reference data they use."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.face.admin import ListView, MirrorAdmin, ObjectView, column
from backoffice.face.badges import coins, copyable, moment, money, status_badge
from backoffice.face.exports import ExportColumn
from backoffice.face.filtering import QuickFilter
from backoffice.face.numbers import significant_digits
from backoffice.face.tables import RelatedTable
from backoffice.operations.models import Operation
from backoffice.security.links import is_safe_address
from backoffice.security.masking import Kind
from backoffice.security.readers import sees_clearly
from payments.filters import AssetFilterSet, OffRampFilterSet, PaymentFilterSet, PaymentMethodFilterSet
from payments.instructions import instructions_of_off_ramp, instructions_of_payment
from payments.models import Asset, OffRamp, Payment, PaymentMethod
from payments.panels import operations_of, panels_of
from payments.queries import operation_of_off_ramp, operation_of_payment, search_off_ramps, search_payments
from payments.tables import customer_link
from payments.views.creating import create_guided_payment, create_off_ramp, create_payment
from payments.views.instructions import print_instructions, show_wallet_code
from payments.views.prices import show_prices
from payments.views.quotes import show_quote


@admin.register(Payment)
class PaymentAdmin(MirrorAdmin):
    """Purchases."""

    resource_name = "payments"
    payload_permission = "customers.view_customer"
    filterset_class = PaymentFilterSet
    quick_filters = (
        QuickFilter(label=_("All"), parameters={}),
        QuickFilter(label=_("Transfer announced"), parameters={"status": Payment.Status.PENDING_BANK}),
        QuickFilter(label=_("Payment received"), parameters={"status": Payment.Status.PAYMENT_RECEIVED}),
        QuickFilter(label=_("Standing still"), parameters={"waiting": "yes"}),
    )
    list_display = ("remote_id", "state", "buyer", "amount", "bought", "method", "transfer_concept", "created")
    list_select_related = ("customer",)
    page_select_related = ("customer", "instructions")
    page_template = "admin/payments/payment.html"
    ordering = ("-created_at", "-pk")
    search_fields = ("remote_id",)
    export_columns = (
        "remote_id",
        "external_id",
        "status",
        "customer",
        "customer__email",
        "fiat_amount",
        "fiat_symbol",
        "coin_amount",
        "coin_symbol",
        "payment_type",
        "transfer_concept",
        "holder",
        "txid",
        "created_at",
        "missing_since",
    )
    search_placeholder = _("Payment id, external id, concept, hash, customer's e-mail or name")
    search_placeholder_when_masked = _("Payment id, external id, concept, hash, customer's name")
    empty_list_text = _("No payments yet: they appear when the payments are synced.")
    words = {"status": Payment.Status}
    list_views = (
        ListView(
            name="prices",
            label=_("Prices and assets"),
            permission="payments.view_prices",
            view=show_prices,
            has_button=False,
        ),
        ListView(name="quote", label=_("Quote"), permission="payments.view_prices", view=show_quote, has_button=False),
        ListView(
            name="create",
            label=_("Create a payment"),
            permission="payments.create_payment",
            view=create_payment,
        ),
        ListView(
            name="create-guided",
            label=_("Create a guided payment"),
            permission="payments.create_guided_payment",
            view=create_guided_payment,
            tone="plain",
        ),
    )
    object_views = (
        ObjectView(
            name="transfer-sheet",
            label=_("Sheet for the customer"),
            permission="payments.view_payment",
            view=print_instructions,
            has_button=False,
        ),
    )
    fieldsets = (
        (_("Payment"), {"fields": ("amount", "bought", "buyer", "method", "created_at")}),
        (_("Transfer"), {"fields": ("concept", "holder")}),
        (_("References"), {"fields": ("external", "transaction_hash")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Payment], search_term: str
    ) -> tuple[QuerySet[Payment], bool]:
        """The payments that people mean by these words."""
        return search_payments(queryset, search_term, by_email=sees_clearly(Kind.EMAIL)), False

    def page_context(self, request: HttpRequest, row: Payment) -> dict[str, Any]:
        """How the payment is paid, where it was created here."""
        instructions = instructions_of_payment(row)
        return {
            "instructions": instructions,
            "is_safe": instructions is not None and is_safe_address(instructions.url),
            "may_see_url": request.user.has_perm("payments.create_payment"),
            "sheet_url": self.url_of("transfer-sheet", row),
        }

    def timeline_operations(self, row: Payment) -> Sequence[QuerySet[Operation]]:
        """The one that created it, which is about the customer, and what other rooms did with it."""
        return [operation_of_payment(row), *operations_of(row)]

    def related_tables(self, request: HttpRequest, row: Payment) -> Sequence[RelatedTable]:
        """What other rooms know about the payment."""
        return panels_of(request, row)

    @column(_("status"), ordering="status")
    def state(self, payment: Payment) -> SafeString:
        """The status as a badge."""
        return status_badge(payment.status, choices=Payment.Status)

    @column(_("customer"))
    def buyer(self, payment: Payment) -> Any:
        """Who buys."""
        return customer_link(payment)

    @column(_("amount"), ordering="fiat_amount", numeric=True)
    def amount(self, payment: Payment) -> SafeString:
        """What is paid."""
        return money(payment.fiat_amount, payment.fiat_symbol)

    @column(_("coins"), numeric=True)
    def bought(self, payment: Payment) -> SafeString:
        """What is bought, every digit of it."""
        return coins(payment.coin_amount, payment.coin_symbol)

    @column(_("method"), ordering="payment_type")
    def method(self, payment: Payment) -> str:
        """How it is paid."""
        return payment.payment_type

    @column(_("concept"))
    def concept(self, payment: Payment) -> SafeString:
        """What the payer must write in the transfer."""
        return copyable(payment.transfer_concept)

    @column(_("external id"))
    def external(self, payment: Payment) -> SafeString:
        """Our own reference."""
        return copyable(payment.external_id)

    @column(_("transaction hash"))
    def transaction_hash(self, payment: Payment) -> SafeString:
        """The transaction that sent the coins."""
        return copyable(payment.txid, shorten=24)

    @column(_("created"), ordering="created_at")
    def created(self, payment: Payment) -> SafeString:
        """When it was created."""
        return moment(payment.created_at)


@admin.register(OffRamp)
class OffRampAdmin(MirrorAdmin):
    """Sales."""

    resource_name = "offramps"
    payload_permission = "customers.view_customer"
    filterset_class = OffRampFilterSet
    quick_filters = (
        QuickFilter(label=_("All"), parameters={}),
        QuickFilter(label=_("Waiting for coins"), parameters={"status": OffRamp.Status.PENDING}),
        QuickFilter(label=_("Coins received"), parameters={"status": OffRamp.Status.CRYPTO_RECEIVED}),
    )
    list_display = ("remote_id", "state", "seller", "sold", "blockchain", "paid_out", "created")
    list_select_related = ("customer",)
    page_select_related = ("customer", "instructions")
    page_template = "admin/payments/off_ramp.html"
    list_views = (
        ListView(
            name="create",
            label=_("Create an off-ramp"),
            permission="payments.create_off_ramp",
            view=create_off_ramp,
        ),
    )
    object_views = (
        ObjectView(
            name="wallet-code",
            label=_("Wallet as a QR code"),
            permission="payments.view_offramp",
            view=show_wallet_code,
            has_button=False,
        ),
    )
    ordering = ("-created_at", "-pk")
    search_fields = ("remote_id",)
    export_columns = (
        "remote_id",
        "status",
        "customer",
        "customer__email",
        ExportColumn(heading=_("coins"), value=lambda off_ramp: off_ramp.coin_amount),
        "symbol",
        "base_units",
        "decimals",
        "blockchain",
        "fiat_amount",
        "created_at",
        "missing_since",
    )
    search_placeholder = _("Off-ramp id, customer's e-mail or name")
    search_placeholder_when_masked = _("Off-ramp id, customer's name")
    empty_list_text = _("No off-ramps yet: they appear when the off-ramps are synced.")
    words = {"status": OffRamp.Status}
    fieldsets = (
        (_("Off-ramp"), {"fields": ("sold", "blockchain", "paid_out", "seller", "created_at")}),
        (_("Exact amount"), {"fields": ("exact_base_units", "decimals")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OffRamp], search_term: str
    ) -> tuple[QuerySet[OffRamp], bool]:
        """The off-ramps that people mean by these words."""
        return search_off_ramps(queryset, search_term, by_email=sees_clearly(Kind.EMAIL)), False

    def page_context(self, request: HttpRequest, row: OffRamp) -> dict[str, Any]:
        """Where the customer sends the coins, where the off-ramp was created here."""
        instructions = instructions_of_off_ramp(row)
        return {
            "instructions": instructions,
            "exact_amount": significant_digits(instructions.amount) if instructions else "",
            "code_url": self.url_of("wallet-code", row),
        }

    def timeline_operations(self, row: OffRamp) -> Sequence[QuerySet[Operation]]:
        """The one that created it, which is about the customer."""
        return [operation_of_off_ramp(row)]

    @column(_("status"), ordering="status")
    def state(self, off_ramp: OffRamp) -> SafeString:
        """The status as a badge."""
        return status_badge(off_ramp.status, choices=OffRamp.Status)

    @column(_("customer"))
    def seller(self, off_ramp: OffRamp) -> Any:
        """Who sells."""
        return customer_link(off_ramp)

    @column(_("coins"), numeric=True)
    def sold(self, off_ramp: OffRamp) -> SafeString:
        """What is sold, every digit of it."""
        return coins(off_ramp.coin_amount, off_ramp.symbol)

    @column(_("paid out"), ordering="fiat_amount", numeric=True)
    def paid_out(self, off_ramp: OffRamp) -> SafeString:
        """What the customer gets; the provider does not say in which currency (contract 5.3)."""
        return money(off_ramp.fiat_amount)

    @column(_("base units"))
    def exact_base_units(self, off_ramp: OffRamp) -> SafeString:
        """The provider's digits."""
        return copyable(off_ramp.base_units)

    @column(_("created"), ordering="created_at")
    def created(self, off_ramp: OffRamp) -> SafeString:
        """When it was created."""
        return moment(off_ramp.created_at)


@admin.register(Asset)
class AssetAdmin(MirrorAdmin):
    """Coins on chains that can be bought."""

    resource_name = "assets"
    filterset_class = AssetFilterSet
    list_display = ("symbol", "chain", "changed")
    search_fields = ("symbol", "chain")
    search_placeholder = _("Coin or chain")
    empty_list_text = _("No assets yet: they appear when the assets are synced.")
    fieldsets = ((_("Asset"), {"fields": ("symbol", "chain", "first_seen_at")}),)

    @column(_("last changed"), ordering="changed_at")
    def changed(self, asset: Asset) -> SafeString:
        """When it last changed."""
        return moment(asset.changed_at)


@admin.register(PaymentMethod)
class PaymentMethodAdmin(MirrorAdmin):
    """Ways to pay."""

    resource_name = "payment_methods"
    filterset_class = PaymentMethodFilterSet
    list_display = ("code", "name", "fiat_symbol", "changed")
    search_fields = ("code", "name")
    search_placeholder = _("Code or name")
    empty_list_text = _("No ways to pay yet: they appear when the ways to pay are synced.")
    fieldsets = ((_("Way to pay"), {"fields": ("code", "name", "fiat_symbol", "first_seen_at")}),)

    @column(_("last changed"), ordering="changed_at")
    def changed(self, method: PaymentMethod) -> SafeString:
        """When it last changed."""
        return moment(method.changed_at)
