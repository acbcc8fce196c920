"""The provider's objects as typed structs, and how an item of an answer becomes one.

A field that the payload does not mention is `msgspec.UNSET`; an explicit null is None. So a mirror that
stores what it was told never erases what a partial answer left out. Money is Decimal in whole units, ids
are text, dates are aware and in UTC, statuses are open text.
"""

from backoffice.cryptopocket.resources.banking import (
    BankAccountResource,
    BankTransactionResource,
    ReconciliationResource,
    parse_bank_account,
    parse_bank_transaction,
    parse_reconciliation,
)
from backoffice.cryptopocket.resources.base import Resource, find_raw, make_item
from backoffice.cryptopocket.resources.customers import (
    CustomerResource,
    EnhancedVerificationResource,
    KycStatusResource,
    RegisteredCompany,
    RegisteredCustomer,
    parse_customer,
    parse_enhanced_verification,
    parse_kyc_status,
    parse_registered_company,
    parse_registered_customer,
)
from backoffice.cryptopocket.resources.off_ramps import (
    CreatedOffRamp,
    OffRampResource,
    parse_created_off_ramp,
    parse_off_ramp,
)
from backoffice.cryptopocket.resources.payments import (
    CreatedGuidedPayment,
    CreatedPayment,
    PaymentResource,
    ensure_same_units,
    parse_created_guided_payment,
    parse_created_payment,
    parse_payment,
)
from backoffice.cryptopocket.resources.reference import (
    AssetResource,
    PaymentMethodResource,
    Quote,
    TokenPrice,
    parse_asset,
    parse_off_ramp_quote,
    parse_on_ramp_quote,
    parse_payment_method,
    parse_token_price,
)

__all__ = [
    "AssetResource",
    "BankAccountResource",
    "BankTransactionResource",
    "CreatedGuidedPayment",
    "CreatedOffRamp",
    "CreatedPayment",
    "CustomerResource",
    "EnhancedVerificationResource",
    "KycStatusResource",
    "OffRampResource",
    "PaymentMethodResource",
    "PaymentResource",
    "Quote",
    "ReconciliationResource",
    "RegisteredCompany",
    "RegisteredCustomer",
    "Resource",
    "TokenPrice",
    "ensure_same_units",
    "find_raw",
    "make_item",
    "parse_asset",
    "parse_bank_account",
    "parse_bank_transaction",
    "parse_created_guided_payment",
    "parse_created_off_ramp",
    "parse_created_payment",
    "parse_customer",
    "parse_enhanced_verification",
    "parse_kyc_status",
    "parse_off_ramp",
    "parse_off_ramp_quote",
    "parse_on_ramp_quote",
    "parse_payment",
    "parse_payment_method",
    "parse_reconciliation",
    "parse_registered_company",
    "parse_registered_customer",
    "parse_token_price",
]
