"""Bank accounts and webhook subscriptions (contract 6, 7)."""

from backoffice.cryptopocket.endpoint_table.item_fields import BANK_ACCOUNT, BANK_TRANSACTION, RECONCILIATION
from backoffice.cryptopocket.endpoint_table.shared import PAGED, name_alike
from backoffice.cryptopocket.endpoints import Endpoint

BANKING = (
    Endpoint(
        name="list_bank_accounts",
        method="GET",
        path="/banking/accounts",
        encoding="query",
        path_provenance="inferred",
        request_provenance="inferred",
        answer_provenance="inferred",
        fields=BANK_ACCOUNT,
        required=(
            "id",
            "iban",
        ),
        fiat_unit="whole",
    ),
    Endpoint(
        name="list_bank_transactions",
        method="GET",
        path="/banking/accounts/{iban}/transactions",
        encoding="query",
        path_provenance="documented",
        request_provenance="inferred",
        answer_provenance="inferred",
        request=name_alike("iban", "date_from", "date_to"),
        pagination=PAGED,
        status_may_be_missing=True,
        fields=BANK_TRANSACTION,
        required=("amount",),
        fiat_unit="whole",
        not_found_codes=("account_not_found",),
    ),
    Endpoint(
        name="reconcile_payment",
        method="POST",
        path="/banking/reconcile",
        encoding="json",
        path_provenance="inferred",
        request_provenance="inferred",
        answer_provenance="inferred",
        request=name_alike("payment_id", "bank_transaction_id"),
        whole_number_fields=("bank_transaction_id",),
        fields=RECONCILIATION,
        echo={"payment_id": "payment_id", "bank_transaction_id": "bank_transaction_id"},
        not_found_codes=(
            "payment_not_found",
            "transaction_not_found",
        ),
    ),
    Endpoint(
        name="subscribe_webhook",
        method="POST",
        path="/subscribeToWebhook",
        encoding="form",
        path_provenance="documented",
        request_provenance="documented",
        answer_provenance="documented",
        request=name_alike("url", "type"),
    ),
    Endpoint(
        name="update_webhook",
        method="POST",
        path="/updateWebhookSubscription",
        encoding="form",
        path_provenance="documented",
        request_provenance="documented",
        answer_provenance="documented",
        request=name_alike("url", "type"),
        # A guess: the page lists no errors.
        not_found_codes=("subscription_not_found",),
    ),
)
