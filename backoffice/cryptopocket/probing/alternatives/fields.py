"""What the fields of an item may be called, and what their values look like."""

_ID_KINDS: dict[str, tuple[str, ...]] = {
    "list_payments": ("payment id",), "get_payment": ("payment id",),
    "list_off_ramps": ("payment id",), "get_off_ramp": ("payment id",),
    "list_customers": ("number id",), "find_user": ("number id",),
    "list_bank_accounts": ("iban",),
}  # fmt: skip

FIELD_KINDS: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "uuid": ("uuid",),
    "kind": ("kind",),
    "email": ("e-mail",),
    "kyc_status": ("code",),
    "kyc_valid": ("flag",),
    "kyc_form_url": ("link",),
    "created_at": ("moment",),
    "booked_at": ("moment",),
    "customer_id": ("number id",),
    "status": ("code",),
    "fiat_amount": ("amount",),
    "coin_amount": ("amount",),
    "amount": ("amount",),
    "balance": ("amount",),
    "price": ("amount",),
    "fiat_symbol": ("currency",),
    "currency": ("currency",),
    "coin_symbol": ("symbol",),
    "symbol": ("symbol",),
    "coin_chain": ("word",),
    "chain": ("word",),
    "blockchain": ("word",),
    "payment_type": ("word",),
    "code": ("word",),
    "txid": ("transaction hash",),
    "decimals": ("decimals",),
    "iban": ("iban",),
    "account_iban": ("iban",),
    "counterparty_iban": ("iban",),
    "bic": ("bic",),
    "direction": ("code",),
    "reconciled": ("flag",),
    "payment_id": ("payment id",),
    "holder": ("holder",),
    "bank_transaction_id": ("id",),
}
"""What the value of a logical field looks like; any text where none is named."""

FIELD_SYNONYMS: dict[str, tuple[str, ...]] = {
    "id": ("id", "uid", "code", "number", "key", "reference"),
    "uuid": (
        "uuid", "guid", "public_id", "customer_uuid", "publicId",
    ),
    "kind": (
        "kind", "is_company", "is_legal_entity", "legal_form", "user_type", "customer_type", "entity_type",
        "tipo_persona", "legal_entity", "type", "account_type", "tipo",
    ),
    "email": (
        "email", "mail", "e_mail", "email_address", "correo",
    ),
    "name": (
        "name", "first_name", "given_name", "forename", "nombre", "label", "title", "alias", "account_name",
        "displayName", "titulo",
    ),
    "last_name": (
        "last_name", "surname", "family_name", "lastname", "apellido", "apellidos",
    ),
    "company_name": (
        "company_name", "business_name", "legal_name", "trade_name", "company", "organisation", "razon_social",
    ),
    "country": ("country", "country_name", "nation", "country_of_residence", "pais", "pais_nombre"),
    "identification_number": (
        "identification_number", "document_number", "id_number", "identity_number", "tax_id", "national_id", "dni",
        "doc_number", "identification", "document", "num_doc", "numero_documento", "identity.number",
    ),
    "identification_type": (
        "identification_type", "document_type", "id_type", "identity_type", "doc_type", "identification_kind",
        "tipo_doc", "tipo_documento", "identity.type",
    ),
    "kyc_status": (
        "kyc_status", "kyb_status", "verification_status", "status", "kyc_state", "verification", "state", "kyc",
        "verification_state", "situacion", "estado",
    ),
    "kyc_valid": (
        "kyc_valid", "kyb_valid", "is_valid", "verified", "is_verified", "kyc_ok", "valid", "kyc_verified", "passed",
        "verification.passed", "verificado", "valido",
    ),
    "kyc_form_url": ("kyc_form_url", "kyc_url", "form_url", "kyc_link", "verification_url"),
    "created_at": (
        "created_at", "created", "creation_date", "date", "created_on", "createdAt", "registered_at", "timestamp",
        "date_created", "inserted_at", "signup_date", "registered_on", "ordered_at", "alta", "fecha", "fecha_alta",
        "createdOn",
    ),
    "external_id": (
        "external_id", "reference", "external_reference", "integrator_reference", "merchant_reference",
        "client_reference", "ref", "externalId", "your_reference", "partner_reference", "referencia",
    ),
    "customer_id": (
        "user_id", "customer_id", "user", "customer", "client_id", "userId", "customerId", "owner_id", "client",
        "payer_id", "buyer_id", "seller_id", "buyer", "seller", "cliente", "usuario",
    ),
    "status": (
        "status", "state", "payment_status", "current_status", "situation", "stage", "transaction_status",
        "order_state", "sale_state", "situacion", "estado",
    ),
    "fiat_amount": (
        "fiat_amount", "amount_fiat", "fiat_value", "fiat_total", "amount_eur", "payout_amount", "amount", "fiat",
        "total", "payout", "price", "amount_in", "eur", "euros", "proceeds", "fiatAmount", "price.value",
        "payout.value", "importe", "cents", "amount_in_cents",
    ),
    "fiat_symbol": (
        "fiat_symbol", "fiat_currency", "currency", "fiat", "currency_code", "fiat_code", "quote_currency", "divisa",
        "payout_currency",
    ),
    "coin_symbol": (
        "coin_symbol", "symbol", "coin", "crypto", "token", "asset", "crypto_symbol", "ticker", "token.symbol",
        "moneda",
    ),
    "coin_amount": (
        "coin_amount", "crypto_amount", "token_amount", "tokens", "coins", "amount_coin", "amount_crypto", "quantity",
        "asset_amount", "amount_out", "token.quantity", "token_quantity", "cantidad_moneda", "cantidad",
    ),
    "coin_chain": (
        "coin_chain", "chain", "blockchain", "network", "coin_network", "red",
    ),
    "payment_type": (
        "payment_type", "payment_method", "method", "pay_method", "type", "channel", "via", "medio", "metodo",
    ),
    "txid": (
        "txid", "tx_id", "tx_hash", "hash", "transaction_hash", "txHash", "blockchain_tx", "tx", "chain_hash",
    ),
    "transfer_concept": (
        "concept", "transfer_concept", "bank_reference", "payment_reference", "transfer_reference", "bank_concept",
        "remittance", "remittance_information", "concepto", "transfer_text",
    ),
    "holder": (
        "holder", "payer", "payer_name", "account_holder", "holder_name", "paid_by", "titular", "pagador",
    ),
    "symbol": (
        "symbol", "crypto", "coin_symbol", "coin", "token", "asset", "ticker", "code", "currency", "token.symbol",
        "token_symbol", "moneda",
    ),
    "blockchain": (
        "blockchain", "chain", "coin_chain", "network", "coin_network", "token_network", "red",
    ),
    "chain": (
        "chain", "coin_chain", "blockchain", "network", "coin_network", "token_network", "red",
    ),
    "amount": (
        "amount", "value", "crypto_amount", "token_amount", "coin_amount", "quantity", "tokens", "estimated_tokens",
        "result", "sum", "importe", "units", "fiat_amount", "estimate", "payout", "estimated_amount", "total",
        "you_get", "amount_out", "base_units", "estimated", "proceeds", "asset_amount", "money.value",
        "amount_in_cents", "cantidad_moneda", "cantidad", "token.quantity",
    ),
    "decimals": (
        "decimals", "precision", "scale", "token_decimals", "exponent", "asset_decimals", "decimales",
    ),
    "iban": (
        "iban", "account_iban", "account_number", "number", "account", "cuenta",
    ),
    "bic": (
        "bic", "swift", "bic_swift", "swift_code", "swift_bic", "banco",
    ),
    "currency": (
        "currency", "currency_code", "fiat_symbol", "fiat_currency", "ccy", "iso_currency", "divisa",
    ),
    "balance": (
        "balance", "available_balance", "current_balance", "available", "saldo", "funds", "amount", "balance_in_cents",
    ),
    "account_iban": (
        "iban", "account_iban", "account", "own_iban", "account_number", "cuenta",
    ),
    "direction": (
        "direction", "type", "side", "sign", "debit_credit", "movement_type", "flow", "kind", "dc",
        "credit_debit_indicator", "signo",
    ),
    "concept": (
        "concept", "description", "reference", "remittance", "remittance_information", "details", "text", "memo",
        "narrative", "purpose", "concepto", "remittance_text", "texto",
    ),
    "counterparty_name": (
        "counterparty_name", "counterparty", "payer_name", "sender_name", "name", "holder", "other_party", "remitter",
        "remitter_name", "sender", "debtor_name", "ordering_party", "partner_name", "payer", "party.name", "ordenante",
    ),
    "counterparty_iban": (
        "counterparty_iban", "payer_iban", "sender_iban", "other_iban", "remitter_iban", "debtor_iban", "from_iban",
        "partner_iban", "counterparty_account", "remitter_account", "sender_account", "debtor_account",
        "other_party_iban", "party.iban", "cuenta_ordenante",
    ),
    "booked_at": (
        "booked_at", "date", "created_at", "booking_date", "value_date", "operation_date", "booked_on", "posted_at",
        "transaction_date", "booked", "timestamp", "executed_at", "entry_date", "bookedAt", "fecha",
    ),
    "reconciled": (
        "reconciled", "is_reconciled", "matched", "is_matched", "reconciliation", "settled", "linked", "allocated",
        "conciliado",
    ),
    "payment_id": (
        "payment_id", "payment", "matched_payment", "payment_reference", "paymentId", "matched_payment_id",
        "matched_transaction_id", "allocated_order_id", "pago",
    ),
    "bank_transaction_id": (
        "bank_transaction_id", "transaction_id", "movement_id", "line_id", "bank_movement_id", "apunte", "movimiento",
    ),
    "code": (
        "code", "payment_type", "method", "id", "key", "slug", "type", "method_code", "channel", "medio", "metodo",
    ),
    "price": (
        "price", "value", "rate", "amount", "unit_price", "quote", "last", "token_price", "cost", "price_fiat",
        "precio",
    ),
}  # fmt: skip

ENDPOINT_SYNONYMS: dict[tuple[str, str], tuple[str, ...]] = {
    ("list_payments", "id"): (
        "id", "payment_id", "paymentId", "payment", "transaction_id", "operation_id", "order_id", "pago",
    ),
    ("list_off_ramps", "id"): (
        "id", "rampoff_id", "offramp_id", "off_ramp_id", "sale_id", "operation_id", "order_id", "withdrawal_id",
        "venta",
    ),
    ("list_off_ramps", "amount"): (
        "amount", "crypto_amount", "token_amount", "coin_amount", "asset_amount", "token.quantity", "token_quantity",
        "quantity", "tokens", "cantidad_moneda", "cantidad", "base_units", "units", "value",
    ),
    ("list_customers", "id"): (
        "id", "user_id", "customer_id", "client_id", "uid", "number", "cliente",
    ),
    ("list_bank_transactions", "id"): (
        "id", "transaction_id", "movement_id", "line_id", "bank_transaction_id", "entry_id", "reference", "number",
        "apunte", "movimiento",
    ),
    ("list_bank_accounts", "id"): (
        "iban", "account_iban", "account_number", "number", "account", "cuenta",
    ),
    ("get_off_ramp_quote", "symbol"): (
        "fiat_symbol", "fiat_currency", "currency", "fiat", "payout_currency", "divisa",
    ),
    ("get_on_ramp_quote", "amount"): (
        "tokens", "amount", "crypto_amount", "coin_amount", "estimated_tokens", "token_amount", "estimate", "quantity",
        "coins", "result", "estimated", "you_get",
    ),
    ("get_off_ramp_quote", "amount"): (
        "fiat_amount", "fiat", "amount", "payout", "result", "estimate", "euros", "fiat_value", "eur", "proceeds",
        "you_get", "payout_amount", "total", "estimated_fiat", "estimated", "payout.value", "importe",
    ),
    ("list_payment_methods", "country"): (
        "country_code", "country", "country_iso", "countryIso3", "pais",
    ),
    ("list_payment_methods", "fiat_symbol"): (
        "fiat_symbol", "currency", "fiat_currency", "fiat", "currency_code", "divisa",
    ),
}  # fmt: skip
"""Synonyms of a field in one list, where they are others than usual. A single read uses those of its list."""

SAME_ITEMS = {"get_payment": "list_payments", "get_off_ramp": "list_off_ramps", "find_user": "list_customers"}
"""A single read, and the list whose items it shows."""


ANSWERS_LIKE: dict[str, dict[str, tuple[tuple[str, str], ...]]] = {
    "create_customer_delegated_kyc": {
        field: (("list_customers", field),)
        for field in (
            "id", "uuid", "kind", "email", "name", "last_name", "company_name", "country", "identification_number",
            "identification_type", "kyc_status", "kyc_valid", "created_at",
        )
    },
    "reconcile_payment": {
        "payment_id": (("list_payments", "id"), ("list_bank_transactions", "payment_id")),
        "bank_transaction_id": (("list_bank_transactions", "id"),),
        "status": (("list_payments", "status"),),
    },
}  # fmt: skip
"""A call that writes: which fields of its answer are like which fields of calls that read."""

ANSWER_PLACES: dict[str, tuple[str, ...]] = {
    "create_customer_delegated_kyc": (
        "data.customer", "data.user", "result.customer", "customer", "cliente", "user", "data", "result",
    ),
    "reconcile_payment": (
        "data.reconciliation", "data.allocation", "result.allocation", "result.reconciliation", "reconciliation",
        "conciliacion", "data", "result",
    ),
}  # fmt: skip
"""Where the answer of a call that writes may stand, the innermost places first."""


def kinds_of(endpoint: str, field: str) -> tuple[str, ...]:
    """Return the kinds that the value of a logical field may look like."""
    if field == "id" and endpoint in _ID_KINDS:
        return _ID_KINDS[endpoint]
    return FIELD_KINDS.get(field, ("text",))


def synonyms_of(endpoint: str, field: str) -> tuple[str, ...]:
    """Return the names under which a logical field may stand, the likeliest first."""
    place = SAME_ITEMS.get(endpoint, endpoint)
    return ENDPOINT_SYNONYMS.get((place, field)) or FIELD_SYNONYMS.get(field, (field,))
