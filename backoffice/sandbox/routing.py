"""Which method and path is which call of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from backoffice.sandbox.answers import Answer
from backoffice.sandbox.call import Call
from backoffice.sandbox.routes import (
    banking,
    common,
    customers,
    evidence,
    offramps,
    payments,
    purchases,
    webhooks,
)

Handler = Callable[[Call], Answer]
AUTHENTICATE = "authenticate"

HANDLERS: dict[tuple[str, str], tuple[str, Handler]] = {
    ("GET", "/tokenPrice"): ("getTokenPrice", common.get_token_price),
    ("GET", "/available-assets"): ("listAvailableAssets", common.list_available_assets),
    ("GET", "/customers/list"): ("listCustomers", customers.list_customers),
    ("POST", "/registerUser"): ("createCustomer", customers.create_customer),
    ("POST", "/registerUser/kyc-delegated"): (
        "createCustomerDelegatedKyc",
        customers.create_customer_delegated_kyc,
    ),
    ("POST", "/register/company"): ("createCompanyCustomer", customers.create_company_customer),
    ("GET", "/kyc/check"): ("getKycStatus", customers.get_kyc_status),
    ("POST", "/onboarding-form"): (
        "createEnhancedVerificationLink",
        evidence.create_enhanced_verification_link,
    ),
    ("POST", "/customers/{user_id}/documents"): ("uploadCustomerDocument", evidence.upload_customer_document),
    ("GET", "/users/find"): ("findUser", customers.find_user),
    ("GET", "/getPaymentMethods"): ("listPaymentMethods", payments.list_payment_methods),
    ("GET", "/quote"): ("getOnRampQuote", payments.get_on_ramp_quote),
    ("POST", "/createPayment"): ("createPayment", purchases.create_payment),
    ("POST", "/createGuidedPayment"): ("createGuidedPayment", purchases.create_guided_payment),
    ("GET", "/payment/{payment_id}"): ("getPayment", payments.get_payment),
    ("GET", "/payments/list"): ("listOnRampTransactions", payments.list_on_ramp_transactions),
    ("GET", "/rampoff/quote"): ("getOffRampQuote", offramps.get_off_ramp_quote),
    ("POST", "/createRampoff"): ("createOffRamp", offramps.create_off_ramp),
    ("GET", "/getRampoff"): ("getOffRamp", offramps.get_off_ramp),
    ("GET", "/rampoff/list"): ("listOffRampTransactions", offramps.list_off_ramp_transactions),
    ("GET", "/banking/accounts"): ("listBankAccounts", banking.list_bank_accounts),
    ("GET", "/banking/accounts/{iban}/transactions"): (
        "listBankAccountTransactions",
        banking.list_bank_account_transactions,
    ),
    ("POST", "/banking/reconcile"): ("reconcilePayment", banking.reconcile_payment),
    ("POST", "/subscribeToWebhook"): ("subscribeWebhook", webhooks.subscribe_webhook),
    ("POST", "/updateWebhookSubscription"): ("updateWebhook", webhooks.update_webhook),
}
"""Every call but ``authenticate``, which is the one that needs no token."""

OPERATIONS = frozenset({AUTHENTICATE, *(operation for operation, _handler in HANDLERS.values())})
"""The operationIds of all calls."""


class Route(NamedTuple):
    """A call, by its operationId, with the parts of its path."""

    operation: str
    handler: Handler | None
    path: dict[str, str]


def find_route(method: str, path: str) -> Route | None:
    """Return the call of a path below the base address, None where there is none."""
    if (method, path) == ("POST", "/authenticate"):
        return Route(AUTHENTICATE, None, {})
    exact = HANDLERS.get((method, path))
    if exact:
        return Route(*exact, {})
    for allowed, pattern, operation, handler in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and allowed == method:
            return Route(operation, handler, {name: unquote(part) for name, part in found.groupdict().items()})
    return None


def is_other_method(path: str) -> bool:
    """Tell whether a path exists under another method."""
    return any(find_route(method, path) for method in ("GET", "POST"))


def _compile(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


_PATTERNS = tuple(
    (method, _compile(path), operation, handler)
    for (method, path), (operation, handler) in HANDLERS.items()
    if "{" in path
)
