"""A provider in the manner of newer Laravel: resource collections, snake case, amounts in hundredths, local time."""

from __future__ import annotations

from backoffice.sandbox.dialects.manner import Announcements, Dialect, Failures, Manner, Paging, Writer
from backoffice.sandbox.dialects.writers import LocalTime, Words, as_text, as_whole_number, cents_as_text, text_as_cents

_TIME = LocalTime("Europe/Madrid", "%Y-%m-%d %H:%M:%S.%f")
_FLAG = Words({True: 1, False: 0})
_KYC_STATUS = Words({"unused": "not_submitted", "processing": "in_review", "valid": "approved", "fail": "rejected"})
_PAYMENT_STATUS = Words(
    {
        "started": "created",
        "pending_bank": "awaiting_transfer",
        "payment_received": "paid",
        "coins_sent": "completed",
    }
)
_OFFRAMP_STATUS = Words({"pending": "waiting", "crypto_received": "received", "finished": "closed"})
_SINGLE_OFFRAMP_STATUS = Words({"pending": "waiting", "crypto_received": "received"})
_DIRECTION = Words({"credit": "in", "debit": "out"})
_KIND = Words({"person": "natural_person", "company": "legal_person"})

_PAGING = Paging(
    size="limit",
    usual_size=15,
    largest_size=100,
    has_status=False,
    current_page="meta.current_page",
    page_size="meta.per_page",
    last_page="meta.last_page",
    total="meta.total",
    next_url="links.next",
)
_FAILURES = Failures(
    code="message",
    codes={
        "user_not_found": "customer_not_found",
        "payment_not_found": "payment_unknown",
        "rampoff_not_found": "withdrawal_not_found",
        "account_not_found": "bank_account_not_found",
        "transaction_not_found": "movement_not_found",
        "subscription_not_found": "webhook_unknown",
        "already_reconciled": "payment_already_matched",
        "user_already_exists": "email_taken",
        "coin_not_supported": "asset_not_supported",
    },
    statuses={
        "user_not_found": 404,
        "payment_not_found": 404,
        "rampoff_not_found": 404,
        "account_not_found": 404,
        "transaction_not_found": 404,
        "already_reconciled": 422,
        "user_already_exists": 409,
    },
)
_CUSTOMER_NAMES = {
    "id": "customer_id",
    "email": "email_address",
    "name": "given_name",
    "last_name": "family_name",
    "identification_number": "document_number",
    "identification_type": "document_type",
    "country": "country_name",
    "kyc_valid": "is_verified",
    "kyc_status": "verification_status",
    "created_at": "registered_at",
    "type": "legal_form",
    "company_name": "trade_name",
    "uuid": "customer_uuid",
}
_CUSTOMER_VALUES: dict[str, Writer] = {
    "id": as_text,
    "kyc_valid": _FLAG,
    "kyc_status": _KYC_STATUS,
    "created_at": _TIME,
    "type": _KIND,
}
_PAYMENT_NAMES = {
    "id": "transaction_id",
    "external_id": "reference",
    "user_id": "buyer_id",
    "status": "state",
    "fiat_amount": "amount",
    "fiat_symbol": "currency_code",
    "coin_symbol": "asset",
    "coin_amount": "asset_amount",
    "created_at": "ordered_at",
    "holder": "payer_name",
    "payment_type": "method",
    "concept": "transfer_reference",
    "txid": "transaction_hash",
}
_OFFRAMP_NAMES = {
    "id": "withdrawal_id",
    "status": "state",
    "blockchain": "network",
    "crypto": "asset",
    "amount": "asset_amount",
    "decimals": "asset_decimals",
    "fiat_amount": "payout_amount",
    "user_id": "seller_id",
    "created_at": "ordered_at",
}
_LINE_NAMES = {
    "id": "movement_id",
    "iban": "own_iban",
    "amount": "amount_in_cents",
    "currency": "currency_code",
    "direction": "flow",
    "concept": "remittance_information",
    "counterparty_name": "other_party",
    "counterparty_iban": "other_party_iban",
    "booked_at": "value_date",
    "reconciled": "is_matched",
    "payment_id": "matched_transaction_id",
}
_FILTERS = {"user_id": "customer", "external_id": "reference", "date_from": "from", "date_to": "until"}

LARAVEL = Dialect(
    name="laravel",
    announcements=Announcements(
        key_header="X-Webhook-Key",
        signature_header="X-Webhook-Signature",
        timestamp_header="X-Webhook-Timestamp",
        encoding="base64",
        type_field="event_name",
        place="payload",
        names={"payment_id": "transaction_id", "id": "withdrawal_id", "user_id": "customer_id"},
        verification="CUSTOMER_VERIFICATION",
    ),
    manners={
        "authenticate": Manner(names={"token": "access_token"}, leaves_out=frozenset(("expires_in",))),
        "getTokenPrice": Manner(
            path="/token-price",
            query={"symbol": "asset", "chain": "network", "fiat_symbol": "currency"},
            names={"symbol": "asset", "chain": "network", "fiat_symbol": "currency", "price": "amount"},
            place="data.price",
            failures=_FAILURES,
        ),
        "listAvailableAssets": Manner(
            names={"symbol": "asset", "chain": "network"}, place="data.assets", failures=_FAILURES
        ),
        "listCustomers": Manner(names=_CUSTOMER_NAMES, values=_CUSTOMER_VALUES, paging=_PAGING, failures=_FAILURES),
        "createCustomer": Manner(failures=_FAILURES),
        "createCustomerDelegatedKyc": Manner(
            body={
                "name": "given_name",
                "last_name": "family_name",
                "email": "email_address",
                "identification_number": "document_number",
                "identification_type": "document_type",
                "document_front": "id_front",
                "document_back": "id_back",
                "face": "selfie",
                "liveness": "liveness_frame",
                "last_name2": "second_family_name",
                "phone": "mobile_number",
                "country": "country_name",
                "country_code": "country_iso3",
                "city": "town",
                "address": "street_address",
                "address_state": "province",
                "zipcode": "postal_code",
                "password": "secret_word",
                "professional_activity": "occupation",
                "dob": "birth_date",
                "iban": "payout_iban",
                "callback_url": "return_url",
                "company_name": "trade_name",
            },
            bare_base64=True,
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            place="data.customer",
            failures=_FAILURES,
        ),
        "getKycStatus": Manner(
            names={"user_id": "customer_id", "kyc_valid": "is_verified"},
            values={"kyc_valid": _FLAG},
            place="data.verification",
            failures=_FAILURES,
        ),
        "findUser": Manner(
            path="/customers/find",
            query={"email": "email_address"},
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            place="data.customer",
            failures=_FAILURES,
        ),
        "listPaymentMethods": Manner(
            path="/payment-methods",
            query={"country_code": "country"},
            names={"code": "method", "name": "label", "fiat_symbol": "currency_code", "country_code": "country_iso"},
            place="data.methods",
            failures=_FAILURES,
        ),
        "getOnRampQuote": Manner(values={"tokens": as_text}, place="data.quote", failures=_FAILURES),
        "getPayment": Manner(names={"payment_type": "method", "concept": "transfer_reference"}, failures=_FAILURES),
        "listOnRampTransactions": Manner(
            path="/payments",
            query={**_FILTERS, "status": "state"},
            day="%d-%m-%Y",
            names=_PAYMENT_NAMES,
            values={"status": _PAYMENT_STATUS, "fiat_amount": cents_as_text, "created_at": _TIME},
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "getOffRampQuote": Manner(
            path="/rampoff/estimate",
            query={"amount": "asset_amount", "symbol": "asset", "blockchain": "network"},
            names={"fiat_amount": "payout_amount", "fiat_symbol": "payout_currency"},
            values={"fiat_amount": text_as_cents},
            place="data.quote",
            failures=_FAILURES,
        ),
        "createOffRamp": Manner(failures=_FAILURES),
        "getOffRamp": Manner(
            names={"user_id": "seller_id", "created_at": "ordered_at"},
            values={"status": _SINGLE_OFFRAMP_STATUS, "created_at": _TIME},
            failures=_FAILURES,
        ),
        "listOffRampTransactions": Manner(
            path="/rampoff",
            query={"user_id": "customer", "status": "state"},
            names=_OFFRAMP_NAMES,
            values={
                "status": _OFFRAMP_STATUS,
                "amount": as_whole_number,
                "fiat_amount": text_as_cents,
                "created_at": _TIME,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "listBankAccounts": Manner(
            path="/banking/accounts/list",
            names={
                "iban": "account_iban",
                "bic": "swift",
                "currency": "currency_code",
                "name": "alias",
                "balance": "balance_in_cents",
            },
            values={"balance": text_as_cents},
            place="data.accounts",
            failures=_FAILURES,
        ),
        "listBankAccountTransactions": Manner(
            query={"date_from": "from", "date_to": "until"},
            day="%d-%m-%Y",
            names=_LINE_NAMES,
            values={"amount": text_as_cents, "direction": _DIRECTION, "booked_at": _TIME, "reconciled": _FLAG},
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "updateWebhook": Manner(failures=_FAILURES),
        "reconcilePayment": Manner(
            path="/banking/reconciliations",
            body={"payment_id": "transaction_id", "bank_transaction_id": "movement_id"},
            names={"payment_id": "transaction_id", "bank_transaction_id": "movement_id", "status": "state"},
            values={"status": _PAYMENT_STATUS},
            place="data.reconciliation",
            failures=_FAILURES,
        ),
    },
)
"""Differs from the contract's assumptions wherever they are inferred."""
