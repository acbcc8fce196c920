"""Candidate names of each logical field of an item, in order of trust.

The first name of a list is the one the contract prints or guesses; the others are its likely synonyms.
"""

# No copy of the contract shows one (contract 4.5): where the provider has it, the age of a change is known exactly.
CHANGED_AT = ("updated_at", "changed_at", "modified_at", "status_updated_at")

CUSTOMER: dict[str, tuple[str, ...]] = {
    "id": ("id", "user_id"),
    "uuid": ("uuid",),
    "kind": ("kind", "type", "user_type", "customer_type", "is_company"),
    "email": ("email",),
    "name": ("name", "first_name"),
    "last_name": ("last_name",),
    "company_name": ("company_name", "business_name", "legal_name"),
    "country": ("country",),
    "identification_number": ("identification_number",),
    "identification_type": ("identification_type",),
    "kyc_status": ("kyc_status", "kyb_status"),
    "kyc_valid": ("kyc_valid", "kyb_valid"),
    "kyc_form_url": ("kyc_form_url",),
    "created_at": ("created_at",),
}
COMPANY: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "uuid": ("uuid",),
    "kyb_link": ("kyb_link",),
    "password": ("password",),
}
KYC_STATUS: dict[str, tuple[str, ...]] = {
    "customer_id": ("user_id", "id"),
    "kyc_status": ("kyc_status", "kyb_status"),
    "kyc_valid": ("kyc_valid", "kyb_valid"),
    "kyc_form_url": ("kyc_form_url",),
}
ENHANCED_VERIFICATION: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "form_id": ("form_id",),
    "customer_id": ("user_id",),
    "status": ("status",),
    "link": ("onboarding_link",),
    "expires_at": ("expires_at",),
}
PAYMENT: dict[str, tuple[str, ...]] = {
    "id": ("id", "payment_id"),
    "external_id": ("external_id",),
    "customer_id": ("user_id", "customer_id"),
    "status": ("status",),
    "fiat_amount": ("fiat_amount",),
    "fiat_symbol": ("fiat_symbol", "fiat_currency", "currency"),
    "coin_symbol": ("coin_symbol",),
    "coin_amount": ("coin_amount",),
    "coin_chain": ("coin_chain", "chain", "blockchain"),
    "payment_type": ("payment_type", "payment_method"),
    "txid": ("txid", "tx_id", "tx_hash"),
    "transfer_concept": ("concept", "transfer_concept"),
    "holder": ("holder",),
    "created_at": ("created_at",),
    "changed_at": CHANGED_AT,
}
CREATED_PAYMENT: dict[str, tuple[str, ...]] = {
    "id": ("payment_id", "id"),
    "payment_url": ("url_payment",),
    "iban": ("iban",),
    "bic": ("bic",),
    "concept": ("concept",),
    "destination_name": ("destination_name",),
}
CREATED_GUIDED_PAYMENT: dict[str, tuple[str, ...]] = {
    "id": ("payment_id", "id"),
    "gateway_url": ("gateway_url",),
    "external_id": ("external_id",),
}
OFF_RAMP: dict[str, tuple[str, ...]] = {
    "id": ("id", "rampoff_id"),
    "external_id": ("external_id",),
    "customer_id": ("user_id", "customer_id"),
    "status": ("status",),
    "symbol": ("crypto", "symbol", "coin_symbol"),
    "blockchain": ("blockchain", "chain", "coin_chain"),
    "amount": ("amount",),
    "decimals": ("decimals",),
    "fiat_amount": ("fiat_amount",),
    "fiat_symbol": ("fiat_symbol", "fiat_currency", "currency"),
    "created_at": ("created_at",),
    "changed_at": CHANGED_AT,
}
BANK_ACCOUNT: dict[str, tuple[str, ...]] = {
    "id": ("iban",),
    "iban": ("iban",),
    "bic": ("bic",),
    "currency": ("currency",),
    "name": ("name",),
    "balance": ("balance",),
}
BANK_TRANSACTION: dict[str, tuple[str, ...]] = {
    "id": ("id", "transaction_id"),
    "account_iban": ("iban", "account_iban"),
    "amount": ("amount",),
    "currency": ("currency",),
    "direction": ("direction",),
    "concept": ("concept", "description", "reference"),
    "counterparty_name": ("counterparty_name",),
    "counterparty_iban": ("counterparty_iban",),
    "booked_at": ("booked_at", "date", "created_at"),
    "reconciled": ("reconciled",),
    "payment_id": ("payment_id",),
}
ASSET: dict[str, tuple[str, ...]] = {
    "symbol": ("symbol", "coin_symbol"),
    "chain": ("chain", "coin_chain", "blockchain"),
    "name": ("name",),
}
PAYMENT_METHOD: dict[str, tuple[str, ...]] = {
    "code": ("code", "payment_type", "id"),
    "name": ("name",),
    "fiat_symbol": ("fiat_symbol", "currency"),
    "country": ("country_code", "country"),
}
PRICE: dict[str, tuple[str, ...]] = {
    "symbol": ("symbol",),
    "chain": ("chain",),
    "fiat_symbol": ("fiat_symbol",),
    "price": ("price",),
}
ON_RAMP_QUOTE: dict[str, tuple[str, ...]] = {"amount": ("tokens",), "symbol": ("symbol",)}
OFF_RAMP_QUOTE: dict[str, tuple[str, ...]] = {"amount": ("fiat_amount",), "symbol": ("fiat_symbol",)}
RECONCILIATION: dict[str, tuple[str, ...]] = {
    "payment_id": ("payment_id",),
    "bank_transaction_id": ("bank_transaction_id", "transaction_id"),
    "status": ("status",),
}
