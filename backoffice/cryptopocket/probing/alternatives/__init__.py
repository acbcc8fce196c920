"""What is tried where an assumption does not hold: data, no code.

Whoever learns of another habit of the provider's adds it here.
"""

from backoffice.cryptopocket.probing.alternatives.fields import (
    ANSWER_PLACES,
    ANSWERS_LIKE,
    ENDPOINT_SYNONYMS,
    FIELD_KINDS,
    FIELD_SYNONYMS,
    SAME_ITEMS,
    kinds_of,
    synonyms_of,
)
from backoffice.cryptopocket.probing.alternatives.parameters import (
    CODE_NAMES,
    CURRENT_NAMES,
    LAST_NAMES,
    LIFETIME_NAMES,
    MORE_NAMES,
    NEXT_NAMES,
    OFFSET_PARAMETERS,
    PAGE_PARAMETERS,
    PARAMETERS,
    SIZE_PARAMETERS,
    TOKEN_NAMES,
    TOTAL_NAMES,
)
from backoffice.cryptopocket.probing.alternatives.paths import (
    PATHS,
)
from backoffice.cryptopocket.probing.alternatives.words import (
    COMPANY_WORDS,
    DATE_FORMATS,
    FAMILY_NAMES,
    FLAG_WORDS,
    GIVEN_NAMES,
    KNOWN_FLAGS,
    PERSON_WORDS,
    REQUEST_DATE_FORMATS,
    WORD_FIELDS,
    WORDS,
    ZONES,
)

__all__ = [
    "ANSWERS_LIKE",
    "ANSWER_PLACES",
    "CODE_NAMES",
    "COMPANY_WORDS",
    "CURRENT_NAMES",
    "DATE_FORMATS",
    "ENDPOINT_SYNONYMS",
    "FAMILY_NAMES",
    "FIELD_KINDS",
    "FIELD_SYNONYMS",
    "FLAG_WORDS",
    "GIVEN_NAMES",
    "KNOWN_FLAGS",
    "LAST_NAMES",
    "LIFETIME_NAMES",
    "MORE_NAMES",
    "NEXT_NAMES",
    "OFFSET_PARAMETERS",
    "PAGE_PARAMETERS",
    "PARAMETERS",
    "PATHS",
    "PERSON_WORDS",
    "REQUEST_DATE_FORMATS",
    "SAME_ITEMS",
    "SIZE_PARAMETERS",
    "TOKEN_NAMES",
    "TOTAL_NAMES",
    "WORDS",
    "WORD_FIELDS",
    "ZONES",
    "kinds_of",
    "synonyms_of",
]
