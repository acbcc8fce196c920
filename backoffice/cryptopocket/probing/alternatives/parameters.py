"""Names of parameters, of the parts of a page, of the token and of the code of a failure."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "email": ("email", "mail", "e_mail", "email_address", "user_email", "customer_email", "query", "q", "search"),
    "user_id": ("user_id", "customer_id", "id", "userId", "customerId", "user", "customer", "client_id"),
    "off_ramp_id": ("id", "rampoff_id", "offramp_id", "off_ramp_id", "rampoffId"),
    "payment_id": ("payment_id", "id", "paymentId", "payment", "payment_reference", "payment_code", "uuid"),
    "bank_transaction_id": (
        "bank_transaction_id", "transaction_id", "bank_movement_id", "movement_id", "transactionId",
        "bankTransactionId", "bank_transaction", "transaction", "line_id", "movement", "bank_line_id", "entry_id",
    ),
    "symbol": ("symbol", "coin_symbol", "coin", "token", "asset", "crypto", "currency", "ticker", "token_symbol"),
    "chain": ("chain", "coin_chain", "blockchain", "network"),
    "blockchain": ("blockchain", "chain", "coin_chain", "network"),
    "fiat_symbol": ("fiat_symbol", "fiat", "fiat_currency", "currency", "quote", "vs_currency"),
    "amount": ("amount", "value", "tokens", "coin_amount", "crypto_amount", "quantity", "token_amount"),
    "country_code": ("country_code", "country", "countryCode", "country_iso"),
    "status": ("status", "state", "payment_status", "filter_status"),
    "external_id": ("external_id", "reference", "externalId", "external_reference", "integrator_reference", "order_id"),
    "date_from": (
        "date_from", "from", "from_date", "start_date", "dateFrom", "since", "start", "created_from", "fromDate",
        "desde",
    ),
    "date_to": ("date_to", "to", "to_date", "end_date", "dateTo", "until", "end", "created_to", "toDate", "hasta"),
    "document_front": (
        "document_front", "front", "id_front", "front_image", "document_front_image", "doc_front", "front_document",
        "documentFront", "identity_front", "front_side", "id_document_front", "image_front", "frontImage",
    ),
    "document_back": (
        "document_back", "back", "id_back", "back_image", "document_back_image", "doc_back", "back_document",
        "documentBack", "identity_back", "back_side", "id_document_back", "image_back", "backImage",
    ),
    "face": ("face", "selfie", "face_image", "portrait", "face_capture", "photo", "faceImage", "biometric_face"),
    "liveness": (
        "liveness", "liveness_image", "liveness_capture", "video", "selfie_video", "proof_of_life", "liveness_video",
        "biometric_liveness", "gesture", "livenessImage", "life_proof",
    ),
    "company_name": ("company_name", "business_name", "legal_name", "company", "trade_name"),
    "name": ("name", "first_name", "given_name", "firstName"),
    "last_name": ("last_name", "surname", "family_name", "lastName"),
}  # fmt: skip
"""Names of parameters and body fields to try."""

PAGE_PARAMETERS = (
    "page",
    "page_number",
    "pageNumber",
    "pageNo",
    "p",
    "page_no",
    "pagina",
    "current_page",
    "page_index",
)
SIZE_PARAMETERS = (
    "per_page", "limit", "page_size", "pageSize", "size", "perPage", "count", "rows", "page_limit", "take", "items",
    "results", "pagesize",
)  # fmt: skip
OFFSET_PARAMETERS = ("offset", "skip", "start", "from")

LIFETIME_NAMES = ("expires_in", "expires", "ttl", "lifetime", "valid_for", "expires_in_seconds", "seconds", "expiresIn")
TOKEN_NAMES = ("token", "access_token", "accesstoken", "jwt", "auth", "auth_token", "bearer", "session", "api_token")
AUTHORISATION_HEADERS = ("auth", "Authorization", "X-Auth-Token", "X-Auth", "token", "X-Token", "X-API-Token")

CURRENT_NAMES = ("current_page", "current", "page", "number", "page_number", "currentPage", "index")
LAST_NAMES = ("last_page", "last", "total_pages", "pages", "page_count", "lastPage", "totalPages", "count_pages")
TOTAL_NAMES = (
    "total",
    "total_items",
    "total_count",
    "count",
    "totalItems",
    "records",
    "results",
    "items_total",
    "rows",
)
MORE_NAMES = ("more", "has_more", "has_next", "hasMore", "has_next_page", "hasNextPage", "has_more_pages", "more_pages")
NEXT_NAMES = ("next_page_url", "next", "next_url", "nextPageUrl", "next_page")

CODE_NAMES = ("error", "code", "error_code", "message", "reason", "type", "error_message")
