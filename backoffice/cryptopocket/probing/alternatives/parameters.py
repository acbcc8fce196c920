"""Names of parameters, of the parts of a page, of the token and of the code of a failure."""

PARAMETERS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "mail", "e_mail", "email_address", "user_email", "customer_email", "query", "q", "search",
        "emailAddress", "correo",
    ),
    "user_id": (
        "user_id", "customer_id", "id", "userId", "customerId", "user", "customer", "client_id", "cliente",
        "cliente_id", "usuario", "buyer_id",
    ),
    "off_ramp_id": ("id", "rampoff_id", "offramp_id", "off_ramp_id", "rampoffId"),
    "payment_id": (
        "payment_id", "id", "paymentId", "payment", "payment_reference", "payment_code", "uuid", "transaction_id",
        "pago", "order.id", "orderId", "order_id", "pago_id",
    ),
    "bank_transaction_id": (
        "bank_transaction_id", "transaction_id", "bank_movement_id", "movement_id", "transactionId",
        "bankTransactionId", "bank_transaction", "transaction", "line_id", "movement", "bank_line_id", "entry_id",
        "entry.id", "entryId", "movementId", "apunte", "movimiento", "movimiento_id",
    ),
    "symbol": (
        "symbol", "coin_symbol", "coin", "token", "asset", "crypto", "ticker", "token_symbol", "tokenSymbol", "moneda",
    ),
    "chain": (
        "chain", "coin_chain", "blockchain", "network", "tokenNetwork", "token_network", "chain_name", "red",
    ),
    "blockchain": (
        "blockchain", "chain", "coin_chain", "network", "tokenNetwork", "token_network", "red",
    ),
    "fiat_symbol": (
        "fiat_symbol", "fiat", "fiat_currency", "currency", "quote", "vs_currency", "fiatCurrency", "divisa",
    ),
    "amount": (
        "amount", "value", "tokens", "coin_amount", "crypto_amount", "quantity", "token_amount", "asset_amount",
        "cantidad", "cantidad_moneda", "importe", "tokenAmount",
    ),
    "country_code": (
        "country_code", "country", "countryCode", "country_iso", "countryIso3", "pais",
    ),
    "status": (
        "status", "state", "payment_status", "filter_status", "orderState", "order_state", "saleState", "sale_state",
        "situacion", "estado",
    ),
    "external_id": (
        "external_id", "reference", "externalId", "external_reference", "integrator_reference", "order_id",
        "clientReference", "client_reference", "merchant_reference", "referencia",
    ),
    "date_from": (
        "date_from", "from", "from_date", "start_date", "dateFrom", "since", "start", "created_from", "fromDate",
        "desde", "createdFrom", "bookedFrom", "booked_from", "date_start",
    ),
    "date_to": (
        "date_to", "to", "to_date", "end_date", "dateTo", "until", "end", "created_to", "toDate", "hasta", "createdTo",
        "bookedTo", "booked_to", "date_end",
    ),
    "document_front": (
        "document_front", "front", "id_front", "front_image", "document_front_image", "doc_front", "front_document",
        "documentFront", "identity_front", "front_side", "id_document_front", "image_front", "frontImage",
        "documents.front", "document.front", "anverso",
    ),
    "document_back": (
        "document_back", "back", "id_back", "back_image", "document_back_image", "doc_back", "back_document",
        "documentBack", "identity_back", "back_side", "id_document_back", "image_back", "backImage", "documents.back",
        "document.back", "reverso",
    ),
    "face": (
        "face", "selfie", "face_image", "portrait", "face_capture", "photo", "faceImage", "biometric_face",
        "biometrics.face", "biometric.face", "rostro", "cara",
    ),
    "liveness": (
        "liveness", "liveness_image", "liveness_capture", "video", "selfie_video", "proof_of_life", "liveness_video",
        "biometric_liveness", "gesture", "livenessImage", "life_proof", "biometrics.liveness", "biometric.liveness",
        "liveness_frame", "prueba_vida", "prueba_de_vida",
    ),
    "company_name": (
        "company_name", "business_name", "legal_name", "company", "trade_name", "company.legalName", "company.name",
        "razon_social",
    ),
    "name": (
        "name", "first_name", "given_name", "firstName", "person.firstName", "person.name", "nombre",
    ),
    "last_name": (
        "last_name", "surname", "family_name", "lastName", "person.lastName", "apellido", "apellidos",
    ),
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
        "results", "pagesize", "registros", "por_pagina",
    )  # fmt: skip
OFFSET_PARAMETERS = ("offset", "skip", "start", "from")

LIFETIME_NAMES = (
    "expires_in",
    "expires",
    "ttl",
    "lifetime",
    "valid_for",
    "expires_in_seconds",
    "seconds",
    "expiresIn",
    "segundos",
    "caduca_en",
)
TOKEN_NAMES = (
    "token",
    "access_token",
    "accesstoken",
    "jwt",
    "auth",
    "auth_token",
    "bearer",
    "session",
    "api_token",
    "clave",
    "llave",
)

CURRENT_NAMES = (
    "current_page",
    "current",
    "page",
    "number",
    "page_number",
    "currentPage",
    "index",
    "pagina",
    "pagina_actual",
)
LAST_NAMES = (
    "last_page",
    "last",
    "total_pages",
    "pages",
    "page_count",
    "lastPage",
    "totalPages",
    "count_pages",
    "paginas",
    "ultima_pagina",
)
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
    "totalElements",
    "cantidad",
    "total_registros",
)
MORE_NAMES = (
    "more",
    "has_more",
    "has_next",
    "hasMore",
    "has_next_page",
    "hasNextPage",
    "has_more_pages",
    "more_pages",
    "hay_mas",
)
NEXT_NAMES = ("next_page_url", "next", "next_url", "nextPageUrl", "next_page")

CODE_NAMES = (
    "error",
    "code",
    "error_code",
    "message",
    "reason",
    "type",
    "error_message",
    "codigo",
    "errorCode",
)
