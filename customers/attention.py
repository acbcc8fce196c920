"""What about customers needs a person now."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from backoffice.attention import AttentionItem

from . import queries


def _customers_with(query: str) -> str:
    return f"{reverse('admin:customers_customer_changelist')}?{query}"


def _company_forms_with(state: str) -> str:
    return f"{reverse('admin:customers_companyverification_changelist')}?state={state}"


ITEMS = (
    AttentionItem(
        name="customers-kyc-failed",
        label=ngettext_lazy("customer whose verification failed", "customers whose verification failed"),
        rows=queries.customers_with_failed_kyc,
        url=lambda: _customers_with("failed=yes"),
        permission="customers.view_customer",
        act_permission="customers.issue_enhanced_verification",
        help=_("Look at why, ask for other documents, or send an enhanced verification link."),
    ),
    AttentionItem(
        name="customers-kyc-waiting",
        label=ngettext_lazy(
            "customer under check for more than three days", "customers under check for more than three days"
        ),
        rows=queries.customers_waiting_for_kyc,
        url=lambda: _customers_with("waiting=yes"),
        permission="customers.view_customer",
        act_permission="customers.issue_enhanced_verification",
        help=_("Ask the provider what is missing."),
    ),
    AttentionItem(
        name="customers-links-ending",
        label=ngettext_lazy(
            "verification link that ends within seven days", "verification links that end within seven days"
        ),
        rows=queries.links_ending_soon,
        url=lambda: f"{reverse('admin:customers_enhancedverification_changelist')}?state=ends_soon",
        permission="customers.view_enhancedverification",
        tone="info",
        act_permission="customers.issue_enhanced_verification",
        help=_("Remind the customer, or issue a new link."),
    ),
    AttentionItem(
        name="customers-company-forms-ending",
        label=ngettext_lazy("company form that ends within 14 days", "company forms that end within 14 days"),
        rows=queries.company_forms_ending_soon,
        url=lambda: _company_forms_with("ends_soon"),
        permission="customers.view_companyverification",
        act_permission="customers.issue_enhanced_verification",
        help=_("Remind the company: after its end, link and password open nothing any more."),
    ),
    AttentionItem(
        name="customers-company-forms-without-secrets",
        label=ngettext_lazy(
            "company whose form nobody can open: link or password was lost",
            "companies whose form nobody can open: link or password was lost",
        ),
        rows=queries.company_forms_without_secrets,
        url=lambda: _company_forms_with("lost"),
        permission="customers.view_companyverification",
        act_permission="customers.issue_enhanced_verification",
        help=_("Ask CryptoPocket for a new link and password."),
    ),
)
