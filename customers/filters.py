"""What the lists of customers, links and documents can be filtered by."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.face.filtering import DayRangeFilter, RowNumberFilter, StatusFilter
from backoffice.operations.models import State
from backoffice.security.restriction import without_restricted

from . import queries
from .identification import COUNTRIES
from .models import CompanyVerification, Customer, DelegatedVerification, Document, EnhancedVerification

YES_OR_NO = [("yes", _("yes")), ("no", _("no"))]
OTHER_COUNTRY = "other"


class _ShownDayFilter(DayRangeFilter):
    """From day to day, by a day that is hidden of the restricted: they are not found by it."""

    def filter(self, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows of those days."""
        found: QuerySet[Any] = super().filter(queryset, value)
        return without_restricted(found) if value else found


class CustomerFilterSet(django_filters.FilterSet):
    """Filters of the customers' list."""

    kyc_status = StatusFilter(label=_("KYC"), choices=Customer.KycStatus.choices)
    kind = StatusFilter(label=_("Kind"), choices=Customer.Kind.choices)
    country = django_filters.ChoiceFilter(
        label=_("Country"),
        choices=[
            *((country.name, country.label) for country in COUNTRIES.values()),
            (OTHER_COUNTRY, _("another country")),
        ],
        method="filter_country",
        empty_label=_("Any"),
    )
    registered_at = _ShownDayFilter(label=_("Registered"))
    failed = django_filters.ChoiceFilter(
        label=_("Verification failed, not restricted"), choices=YES_OR_NO, method="filter_failed", empty_label=_("Any")
    )
    waiting = django_filters.ChoiceFilter(
        label=_("Under check for days"), choices=YES_OR_NO, method="filter_waiting", empty_label=_("Any")
    )
    live_link = django_filters.ChoiceFilter(
        label=_("Live verification link"), choices=YES_OR_NO, method="filter_live_link", empty_label=_("Any")
    )
    missing = django_filters.ChoiceFilter(
        label=_("Missing at the provider"), choices=YES_OR_NO, method="filter_missing", empty_label=_("Any")
    )

    class Meta:
        model = Customer
        fields = ()

    def filter_country(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """One of the countries whose names we know, or any other that was given; of the restricted it is hidden."""
        rows = without_restricted(rows)
        if value == OTHER_COUNTRY:
            return rows.exclude(country__in=["", *(country.name for country in COUNTRIES.values())])
        return rows.filter(country=value)

    def filter_failed(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Customers whom the provider rejected and who did not ask for erasure: what the front page counts."""
        failed = queries.customers_with_failed_kyc().values("pk")
        return rows.filter(pk__in=failed) if value == "yes" else rows.exclude(pk__in=failed)

    def filter_waiting(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Customers whose check takes longer than it should."""
        waiting = queries.customers_waiting_for_kyc().values("pk")
        return rows.filter(pk__in=waiting) if value == "yes" else rows.exclude(pk__in=waiting)

    def filter_live_link(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Customers with or without a link that has not ended."""
        has_link = Exists(queries.live_links().filter(customer=OuterRef("pk")))
        return rows.filter(has_link) if value == "yes" else rows.filter(~has_link)

    def filter_missing(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Customers that the provider no longer lists, or those it does."""
        return rows.filter(missing_since__isnull=value == "no")


class EnhancedVerificationFilterSet(django_filters.FilterSet):
    """Filters of the list of verification links."""

    LIVE, ENDS_SOON, ENDED = "live", "ends_soon", "ended"

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[(LIVE, _("live")), (ENDS_SOON, _("ends soon")), (ENDED, _("ended"))],
        method="filter_state",
        empty_label=_("Any"),
    )
    created_at = DayRangeFilter(label=_("Issued"))
    expires_at = DayRangeFilter(label=_("Ends"))
    customer = RowNumberFilter(field_name="customer_id", label=_("Customer"))

    class Meta:
        model = EnhancedVerification
        fields = ()

    def filter_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Links that are live, that end soon with none to follow, or that have ended."""
        if value == self.ENDS_SOON:
            return rows.filter(pk__in=queries.links_ending_soon().values("pk"))
        live = queries.live_links().values("pk")
        return rows.filter(pk__in=live) if value == self.LIVE else rows.exclude(pk__in=live)


class CompanyVerificationFilterSet(django_filters.FilterSet):
    """Filters of the list of companies' forms."""

    LIVE, ENDS_SOON, LOST, ENDED = "live", "ends_soon", "lost", "ended"

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[
            (LIVE, _("live")),
            (ENDS_SOON, _("ends soon, not verified")),
            (LOST, _("link or password lost, not verified")),
            (ENDED, _("ended")),
        ],
        method="filter_state",
        empty_label=_("Any"),
    )
    created_at = DayRangeFilter(label=_("Registered"))
    ends_at = DayRangeFilter(label=_("Ends"))
    customer = RowNumberFilter(field_name="customer_id", label=_("Customer"))

    class Meta:
        model = CompanyVerification
        fields = ()

    def filter_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Forms that can be opened, that end soon, that nobody can open, or that have ended."""
        chosen = {
            self.LIVE: queries.live_company_forms,
            self.ENDS_SOON: queries.company_forms_ending_soon,
            self.LOST: queries.company_forms_without_secrets,
        }.get(value)
        return rows.filter(pk__in=chosen().values("pk")) if chosen else rows.filter(ends_at__lte=timezone.now())


class DelegatedVerificationFilterSet(django_filters.FilterSet):
    """Filters of the list of delegated verifications."""

    DRAFT = "draft"

    state = django_filters.ChoiceFilter(
        label=_("State"), choices=[(DRAFT, _("draft")), *State.choices], method="filter_state", empty_label=_("Any")
    )
    created_at = DayRangeFilter(label=_("Begun"))
    customer = RowNumberFilter(field_name="customer_id", label=_("Customer"))

    class Meta:
        model = DelegatedVerification
        fields = ()

    def filter_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Drafts, or those whose operation stands there."""
        return rows.filter(operation=None) if value == self.DRAFT else rows.filter(operation__state=value)


class DocumentFilterSet(django_filters.FilterSet):
    """Filters of the list of documents."""

    type = django_filters.ChoiceFilter(label=_("Type"), choices=Document.Type.choices, empty_label=_("Any"))
    taken = django_filters.ChoiceFilter(
        label=_("Taken by the provider"), choices=YES_OR_NO, method="filter_taken", empty_label=_("Any")
    )
    created_at = DayRangeFilter(label=_("Uploaded"))
    customer = RowNumberFilter(field_name="customer_id", label=_("Customer"))

    class Meta:
        model = Document
        fields = ()

    def filter_taken(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Documents that the provider took, or those it did not (yet)."""
        return rows.filter(sent_at__isnull=value == "no")
