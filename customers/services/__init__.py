"""What can be done about customers. Each verb writes down an operation; a worker does it."""

from .asking import Asked
from .delegated import (
    ChangedMeanwhileError,
    DelegatedError,
    IncompleteError,
    NotOpenError,
    begin_delegated_verification,
    change_details,
    discard_delegated_verification,
    is_open,
    keep_capture,
    remove_abandoned_drafts,
    start_delegated_kyc,
)
from .documents import KnownDocumentError, upload_document
from .kyc import (
    TooManyChosenError,
    most_at_once,
    refresh_kyc_status,
    request_kyc_refresh,
    run_kyc_refresh,
    sweep_kyc_refreshes,
)
from .links import issue_enhanced_verification, issue_enhanced_verifications
from .registering import fetch_customer_by_email, find_at_provider, register_company, register_customer

__all__ = [
    "Asked",
    "ChangedMeanwhileError",
    "DelegatedError",
    "IncompleteError",
    "KnownDocumentError",
    "NotOpenError",
    "TooManyChosenError",
    "begin_delegated_verification",
    "change_details",
    "discard_delegated_verification",
    "fetch_customer_by_email",
    "find_at_provider",
    "is_open",
    "issue_enhanced_verification",
    "issue_enhanced_verifications",
    "keep_capture",
    "most_at_once",
    "refresh_kyc_status",
    "register_company",
    "register_customer",
    "remove_abandoned_drafts",
    "request_kyc_refresh",
    "run_kyc_refresh",
    "start_delegated_kyc",
    "sweep_kyc_refreshes",
    "upload_document",
]
