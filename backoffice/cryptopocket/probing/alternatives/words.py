"""The words of a provider: statuses, directions, true and false, and how it writes dates."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "payment_status": {
        "started": (
            "created",
            "initiated",
            "new",
            "open",
            "waiting",
            "pending",
            "init",
            "awaiting_payment",
            "iniciado",
            "initial",
            "unpaid",
            "draft",
            "awaiting",
        ),
        "pending_bank": (
            "bank_pending",
            "awaiting_bank",
            "waiting_bank",
            "pending_transfer",
            "transfer_announced",
            "in_transit",
            "awaiting_transfer",
            "bank_transfer_pending",
            "waiting_for_bank",
            "announced",
            "transfer_pending",
        ),
        "payment_received": (
            "received",
            "paid",
            "fiat_received",
            "funded",
            "money_received",
            "settled",
            "pay_in",
            "cobrado",
            "payment_confirmed",
            "pagado",
            "funds_received",
        ),
        "coins_sent": (
            "sent",
            "completed",
            "complete",
            "done",
            "delivered",
            "crypto_sent",
            "finished",
            "tokens_sent",
            "enviado",
            "success",
            "fulfilled",
            "closed",
        ),
    },
    "off_ramp_status": {
        "pending": ("created", "started", "new", "open", "waiting", "awaiting_crypto", "initiated", "awaiting_coins"),
        "crypto_received": (
            "received",
            "coins_received",
            "tokens_received",
            "funded",
            "deposit_received",
            "processing",
            "deposited",
            "coins_in",
            "recibido",
            "crypto_in",
        ),
        "finished": ("completed", "complete", "done", "paid_out", "paid", "settled", "transferred", "closed", "pagado"),
    },
    "kyc_status": {
        "unused": (
            "not_started",
            "new",
            "created",
            "pending",
            "none",
            "not_used",
            "open",
            "unstarted",
            "empty",
            "initial",
            "not_begun",
        ),
        "processing": (
            "in_progress",
            "in_review",
            "review",
            "under_review",
            "reviewing",
            "checking",
            "submitted",
            "checked",
            "under_check",
            "in_process",
        ),
        "valid": ("approved", "verified", "accepted", "ok", "passed", "success", "validated", "green", "pass"),
        "fail": ("rejected", "failed", "denied", "declined", "refused", "invalid", "ko", "red", "not_approved"),
    },
    "direction": {
        "credit": ("in", "incoming", "c", "cr", "crdt", "deposit", "inbound", "received", "entrada", "abono", "haber"),
        "debit": (
            "out",
            "outgoing",
            "d",
            "db",
            "dr",
            "dbit",
            "withdrawal",
            "outbound",
            "sent",
            "salida",
            "cargo",
            "debe",
        ),
    },
}
"""The words of the contract, and synonyms of each."""

FLAG_WORDS: dict[str, bool] = {
    "true": True, "yes": True, "y": True, "1": True, "si": True, "sí": True, "s": True, "on": True, "t": True,
    "false": False, "no": False, "n": False, "0": False, "off": False, "f": False,
}  # fmt: skip
KNOWN_FLAGS = frozenset({"true", "false", "0", "1"})
"""Flags that are read without being told."""

WORD_FIELDS: dict[str, dict[str, str]] = {
    "list_payments": {"status": "payment_status"},
    "get_payment": {"status": "payment_status"},
    "list_off_ramps": {"status": "off_ramp_status"},
    "get_off_ramp": {"status": "off_ramp_status"},
    "list_customers": {"kyc_status": "kyc_status", "kyc_valid": "flag"},
    "find_user": {"kyc_status": "kyc_status", "kyc_valid": "flag"},
    "get_kyc_status": {"kyc_status": "kyc_status", "kyc_valid": "flag"},
    "list_bank_transactions": {"direction": "direction", "reconciled": "flag"},
}
"""Which fields of a call hold words of which kind."""

REQUEST_DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ")
"""How a date may have to be written in a filter."""

COMPANY_WORDS = ("legal_person", "persona_juridica", "juridica", "pj", "corporate", "organisation", "entity", "corp")
PERSON_WORDS = ("natural_person", "persona_fisica", "fisica", "pf", "physical_person", "private", "human", "np")
"""Words that mark companies and persons, beside those that the conventions know."""

GIVEN_NAMES = ("name", "first_name", "given_name", "nombre")
FAMILY_NAMES = ("last_name", "family_name", "surname", "apellido", "apellidos")
"""The parts of a payer's name where the payer is an object."""

ZONES = (
    "UTC", "Europe/Madrid", "America/Bogota", "America/Santiago", "America/Mexico_City", "America/Lima",
    "America/Argentina/Buenos_Aires", "America/Sao_Paulo", "Europe/London", "Europe/Lisbon", "America/New_York",
    "Atlantic/Canary", "Asia/Dubai",
)  # fmt: skip
"""Where the provider's clock may stand."""

DATE_FORMATS = (
    "%d/%m/%Y %H:%M:%S.%f",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d%H%M%S", "%Y%m%d",
    "%a, %d %b %Y %H:%M:%S %z",
)  # fmt: skip
"""How dates are written, other than by ISO 8601."""
