"""Which method and path is which call of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from backoffice.sandbox.answers import Answer
from backoffice.sandbox.call import Call
from backoffice.sandbox.dialects import Dialect
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


class Routes:
    """Which method and path is which call in one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._usual = {_spoken(dialect, key): key for key in HANDLERS}
        self._patterns = [(method, _compile(path), key) for (method, path), key in self._usual.items() if "{" in path]

    def find(self, method: str, path: str) -> Route | None:
        """Return the call of a path below the base address, None where there is none."""
        if (method, path) == ("POST", "/authenticate"):
            return Route(AUTHENTICATE, None, {})
        usual = self._usual.get((method, path))
        if usual:
            return Route(*HANDLERS[usual], {})
        for allowed, pattern, key in self._patterns:
            found = pattern.fullmatch(path)
            if found and allowed == method:
                parts = {name: unquote(part) for name, part in found.groupdict().items()}
                return Route(*HANDLERS[key], parts)
        return None

    def is_other_method(self, path: str) -> bool:
        """Tell whether a path exists under another method."""
        return any(self.find(method, path) for method in ("GET", "POST"))


def _spoken(dialect: Dialect, key: tuple[str, str]) -> tuple[str, str]:
    manner = dialect.manner(HANDLERS[key][0])
    return manner.method or key[0], manner.path or key[1]


def _compile(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
