"""What the lists of payments and off-ramps can be filtered by."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import AmountRangeFilter, DayRangeFilter, StatusFilter
from payments.models import Asset, OffRamp, Payment, PaymentMethod
from payments.queries import payments_waiting_long

YES_OR_NO = [("yes", _("yes")), ("no", _("no"))]


class YesOrNoFilter(django_filters.ChoiceFilter):
    """Yes, no, or either; anything else is a value it does not know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("Any"))
        super().__init__(*args, choices=YES_OR_NO, **kwargs)


class MissingFilter(YesOrNoFilter):
    """Rows that the provider no longer lists, or those it does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Missing at the provider"))
        super().__init__(*args, field_name="missing_since", **kwargs)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        """The rows that are missing, or that are not."""
        return queryset.filter(missing_since__isnull=value == "no") if value else queryset


class PaymentFilterSet(django_filters.FilterSet):
    """Filters of the payments' list."""

    status = StatusFilter(label=_("Status"), choices=Payment.Status.choices)
    payment_type = django_filters.CharFilter(label=_("Method"), lookup_expr="iexact")
    fiat_symbol = django_filters.CharFilter(label=_("Currency"), lookup_expr="iexact")
    fiat_amount = AmountRangeFilter(label=_("Amount"))
    created_at = DayRangeFilter(label=_("Created"))
    customer = django_filters.CharFilter(field_name="customer_id", label=_("Customer's id at the provider"))
    has_txid = YesOrNoFilter(label=_("With transaction hash"), method="filter_has_txid")
    waiting = YesOrNoFilter(label=_("Standing still for days"), method="filter_waiting")
    missing = MissingFilter()

    class Meta:
        model = Payment
        fields = ()

    def filter_has_txid(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Payments whose coins were sent by a known transaction, or the others."""
        return rows.exclude(txid="") if value == "yes" else rows.filter(txid="")

    def filter_waiting(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Payments that stand still for longer than they should."""
        if value == "yes":
            return payments_waiting_long(rows)
        return rows.exclude(pk__in=payments_waiting_long().values("pk"))


class OffRampFilterSet(django_filters.FilterSet):
    """Filters of the off-ramps' list."""

    status = StatusFilter(label=_("Status"), choices=OffRamp.Status.choices)
    symbol = django_filters.CharFilter(label=_("Coin"), lookup_expr="iexact")
    blockchain = django_filters.CharFilter(label=_("Chain"), lookup_expr="iexact")
    fiat_amount = AmountRangeFilter(label=_("Paid out"))
    created_at = DayRangeFilter(label=_("Created"))
    customer = django_filters.CharFilter(field_name="customer_id", label=_("Customer's id at the provider"))
    missing = MissingFilter()

    class Meta:
        model = OffRamp
        fields = ()


class AssetFilterSet(django_filters.FilterSet):
    """Filters of the assets' list."""

    symbol = django_filters.CharFilter(label=_("Coin"), lookup_expr="iexact")
    chain = django_filters.CharFilter(label=_("Chain"), lookup_expr="iexact")
    missing = MissingFilter()

    class Meta:
        model = Asset
        fields = ()


class PaymentMethodFilterSet(django_filters.FilterSet):
    """Filters of the list of ways to pay."""

    fiat_symbol = django_filters.CharFilter(label=_("Currency"), lookup_expr="iexact")
    missing = MissingFilter()

    class Meta:
        model = PaymentMethod
        fields = ()
