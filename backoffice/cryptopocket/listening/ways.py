"""What is tried on a delivery: data, no code. Whoever learns of another habit of the provider's adds it here."""

SIGNED_TEXTS: dict[str, tuple[str, ...]] = {
    "body + time": ("body", "time"),
    "time + body": ("time", "body"),
    "body": ("body",),
    "body + . + time": ("body", ".", "time"),
    "time + . + body": ("time", ".", "body"),
}
"""What may be signed, by its name: parts one after the other."""

SUPPORTED_TEXT = "body + time"
"""What the product checks (contract 7.4); the catalogue has no key for another."""

SUPPORTED_ENCODINGS = ("hex", "base64")

PREFIXES = ("", "sha256=", "sha256:", "v1=", "HMAC-SHA256 ")
"""What may stand before a signature; the product understands none but the first, which is nothing."""

TYPE_NAMES = (
    "type", "event", "event_type", "event_name", "topic", "notification_type", "webhook_type", "evento", "tipo",
    "tipo_evento",
)  # fmt: skip
"""Names under which the type of an event may stand, as `normalise` compares them."""

ID_LISTS = {"payments": "list_payments", "offramps": "list_off_ramps", "customers": "list_customers"}
"""Whose ids events may hold: our name of the list -> the call that shows it. The likelier object of an event first."""

TELLING_SHAPES = ("payment id", "uuid")
"""Shapes that an id may be told by where no list shows it; a number may be anything."""
