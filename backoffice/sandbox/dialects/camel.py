"""A provider in the manner of a Java service: camel case, attributes apart, pages from 0 and the oldest first."""

from __future__ import annotations

from backoffice.sandbox.dialects.manner import Announcements, Dialect, Failures, Manner, Paging, Writer
from backoffice.sandbox.dialects.writers import (
    Words,
    as_number,
    as_person,
    as_text,
    cents_as_number,
    is_company,
    seconds_since_1970,
    tokens_as_text,
)

_FLAG = Words({True: "YES", False: "NO"})
_KYC_STATUS = Words({"unused": "NOT_STARTED", "processing": "IN_PROGRESS", "valid": "VERIFIED", "fail": "DENIED"})
_PAYMENT_STATUS = Words(
    {
        "started": "INITIATED",
        "pending_bank": "BANK_PENDING",
        "payment_received": "FUNDS_RECEIVED",
        "coins_sent": "SETTLED",
    }
)
_OFFRAMP_STATUS = Words({"pending": "AWAITING_CRYPTO", "crypto_received": "CRYPTO_IN", "finished": "PAID_OUT"})
_SINGLE_OFFRAMP_STATUS = Words({"pending": "AWAITING_CRYPTO", "crypto_received": "CRYPTO_IN"})
_DIRECTION = Words({"credit": "CRDT", "debit": "DBIT"})

_PAGING = Paging(
    page="pageNumber",
    size="pageSize",
    first=0,
    usual_size=20,
    largest_size=200,
    newest_first=False,
    items="result.content",
    current_page="result.number",
    page_size="result.size",
    page_count="result.totalPages",
    total="result.totalElements",
)
_FAILURES = Failures(
    code="error.code",
    text="error.description",
    codes={
        "user_not_found": "CUSTOMER_NOT_FOUND",
        "payment_not_found": "ORDER_NOT_FOUND",
        "rampoff_not_found": "SALE_NOT_FOUND",
        "account_not_found": "ACCOUNT_NOT_FOUND",
        "transaction_not_found": "ENTRY_NOT_FOUND",
        "subscription_not_found": "SUBSCRIPTION_MISSING",
        "already_reconciled": "ENTRY_ALREADY_ALLOCATED",
        "user_already_exists": "EMAIL_IN_USE",
        "coin_not_supported": "TOKEN_NOT_SUPPORTED",
    },
    statuses={"user_not_found": 404, "account_not_found": 200, "already_reconciled": 200},
)
_CUSTOMER_NAMES = {
    "id": "customerId",
    "email": "attributes.emailAddress",
    "name": "attributes.firstName",
    "last_name": "attributes.lastName",
    "identification_number": "attributes.identity.number",
    "identification_type": "attributes.identity.type",
    "country": "attributes.countryName",
    "kyc_valid": "verification.passed",
    "kyc_status": "verification.state",
    "created_at": "createdOn",
    "type": "isLegalEntity",
    "company_name": "attributes.legalName",
    "uuid": "publicId",
}
_CUSTOMER_VALUES: dict[str, Writer] = {
    "kyc_valid": _FLAG,
    "kyc_status": _KYC_STATUS,
    "created_at": seconds_since_1970,
    "type": is_company,
}
_PAYMENT_NAMES = {
    "id": "orderId",
    "external_id": "attributes.clientReference",
    "user_id": "customer.id",
    "status": "attributes.orderState",
    "fiat_amount": "attributes.price.value",
    "fiat_symbol": "attributes.price.currency",
    "coin_symbol": "attributes.token.symbol",
    "coin_amount": "attributes.token.quantity",
    "created_at": "createdOn",
    "holder": "attributes.payer",
    "payment_type": "attributes.channel",
    "concept": "attributes.transferText",
    "txid": "attributes.chainHash",
}
_OFFRAMP_NAMES = {
    "id": "saleId",
    "status": "saleState",
    "blockchain": "token.network",
    "crypto": "token.symbol",
    "amount": "token.quantity",
    "decimals": "token.scale",
    "fiat_amount": "payout.value",
    "user_id": "customer.id",
    "created_at": "createdOn",
}
_LINE_NAMES = {
    "id": "entryId",
    "iban": "accountIban",
    "amount": "money.value",
    "currency": "money.currency",
    "direction": "creditDebitIndicator",
    "concept": "remittanceText",
    "counterparty_name": "party.name",
    "counterparty_iban": "party.iban",
    "booked_at": "bookedOn",
    "reconciled": "allocated",
    "payment_id": "allocatedOrderId",
}
_PERSON_BODY = {
    "name": "person.firstName",
    "last_name": "person.lastName",
    "last_name2": "person.secondLastName",
    "email": "person.emailAddress",
    "country": "person.countryName",
    "country_code": "person.countryCode",
    "identification_number": "person.identity.number",
    "identification_type": "person.identity.type",
    "company_name": "company.legalName",
    "phone": "person.mobileNumber",
    "city": "address.town",
    "address": "address.streetLine",
    "address_state": "address.region",
    "zipcode": "address.postCode",
    "password": "credentials.secret",
    "professional_activity": "person.occupation",
    "dob": "person.birthDate",
    "iban": "payout.iban",
    "callback_url": "returnUrl",
    "document_front": "documents.front",
    "document_back": "documents.back",
    "face": "biometrics.face",
    "liveness": "biometrics.liveness",
}

CAMEL = Dialect(
    name="camel",
    token_seconds=2 * 3600.0,
    announcements=Announcements(
        key_header="CP-Key",
        signature_header="CP-Signature",
        timestamp_header="CP-Timestamp",
        encoding="base64",
        type_field="eventType",
        place="resource",
        names={"payment_id": "orderId", "id": "saleId", "user_id": "customerId"},
        verification="VERIFICATION_CHANGED",
    ),
    manners={
        "authenticate": Manner(names={"token": "accessToken", "expires_in": "expiresIn"}, has_status=False, place=""),
        "getTokenPrice": Manner(
            path="/tokens/price",
            query={"symbol": "tokenSymbol", "chain": "tokenNetwork", "fiat_symbol": "fiatCurrency"},
            names={
                "symbol": "tokenSymbol",
                "chain": "tokenNetwork",
                "fiat_symbol": "fiatCurrency",
                "price": "unitPrice",
            },
            values={"price": as_number},
            place="result",
            failures=_FAILURES,
        ),
        "listAvailableAssets": Manner(
            names={"symbol": "tokenSymbol", "chain": "tokenNetwork"}, place="result", failures=_FAILURES
        ),
        "listCustomers": Manner(names=_CUSTOMER_NAMES, values=_CUSTOMER_VALUES, paging=_PAGING, failures=_FAILURES),
        "createCustomer": Manner(failures=_FAILURES),
        "createCustomerDelegatedKyc": Manner(
            body=_PERSON_BODY,
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            place="result.customer",
            failures=_FAILURES,
        ),
        "getKycStatus": Manner(
            names={"user_id": "customerId", "kyc_valid": "passed"},
            values={"user_id": as_text, "kyc_valid": _FLAG},
            place="",
            failures=_FAILURES,
        ),
        "findUser": Manner(
            path="/customers/search",
            query={"email": "emailAddress"},
            names=_CUSTOMER_NAMES,
            values=_CUSTOMER_VALUES,
            place="result.customer",
            failures=_FAILURES,
        ),
        "listPaymentMethods": Manner(
            path="/paymentMethods",
            query={"country_code": "countryCode"},
            names={"code": "channel", "name": "displayName", "fiat_symbol": "currency", "country_code": "countryIso3"},
            place="result",
            failures=_FAILURES,
        ),
        "getOnRampQuote": Manner(place="result", failures=_FAILURES),
        "getPayment": Manner(
            names={"payment_type": "channel", "concept": "transferText"},
            values={"holder": as_person},
            failures=_FAILURES,
        ),
        "listOnRampTransactions": Manner(
            path="/onRampOrders",
            query={
                "user_id": "customerId",
                "external_id": "clientReference",
                "date_from": "createdFrom",
                "date_to": "createdTo",
                "status": "orderState",
            },
            day="%Y%m%d",
            names=_PAYMENT_NAMES,
            values={
                "status": _PAYMENT_STATUS,
                "fiat_amount": cents_as_number,
                "created_at": seconds_since_1970,
                "holder": as_person,
                "concept": as_text,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "getOffRampQuote": Manner(
            path="/offRampOrders/quote",
            query={"amount": "quantity", "symbol": "tokenSymbol", "blockchain": "tokenNetwork"},
            names={"fiat_amount": "payout.value", "fiat_symbol": "payout.currency"},
            values={"fiat_amount": as_number},
            place="result",
            failures=_FAILURES,
        ),
        "createOffRamp": Manner(failures=_FAILURES),
        "createPayment": Manner(moves_refusal_data={"kyc_reinforced_required": "error_data"}),
        "createGuidedPayment": Manner(moves_refusal_data={"kyc_reinforced_required": "error_data"}),
        "getOffRamp": Manner(
            names={"user_id": "customerId", "created_at": "createdOn"},
            values={"status": _SINGLE_OFFRAMP_STATUS, "created_at": seconds_since_1970},
            failures=_FAILURES,
        ),
        "listOffRampTransactions": Manner(
            path="/offRampOrders",
            query={"user_id": "customerId", "status": "saleState"},
            names=_OFFRAMP_NAMES,
            values={
                "status": _OFFRAMP_STATUS,
                "amount": tokens_as_text,
                "fiat_amount": as_number,
                "created_at": seconds_since_1970,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "listBankAccounts": Manner(
            path="/bankAccounts",
            names={
                "iban": "identification.iban",
                "bic": "identification.bic",
                "currency": "currencyCode",
                "name": "displayName",
                "balance": "available",
            },
            values={"balance": as_number},
            place="result",
            failures=_FAILURES,
        ),
        "listBankAccountTransactions": Manner(
            query={"date_from": "bookedFrom", "date_to": "bookedTo"},
            day="%Y%m%d",
            names=_LINE_NAMES,
            values={
                "id": as_text,
                "amount": as_number,
                "direction": _DIRECTION,
                "booked_at": seconds_since_1970,
                "reconciled": _FLAG,
            },
            paging=_PAGING,
            failures=_FAILURES,
        ),
        "updateWebhook": Manner(failures=_FAILURES),
        "reconcilePayment": Manner(
            path="/bankAccounts/allocations",
            body={"payment_id": "order.id", "bank_transaction_id": "entry.id"},
            names={"payment_id": "order.id", "bank_transaction_id": "entry.id", "status": "order.orderState"},
            values={"status": _PAYMENT_STATUS},
            place="result",
            failures=_FAILURES,
        ),
    },
)
"""Differs from the contract's assumptions wherever they are inferred."""
