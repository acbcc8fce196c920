"""Which payment does a bank line pay? Candidates, each with its reasons in plain words. Nothing is decided here."""

from banking.matching.candidates import Candidate, Candidates, find_candidates, find_lines
from banking.matching.concepts import Wording, concepts_in, find_concept
from banking.matching.names import Likeness, compare_names, is_name_in_text
from banking.matching.reasons import Reason, weigh

__all__ = [
    "Candidate",
    "Candidates",
    "Likeness",
    "Reason",
    "Wording",
    "compare_names",
    "concepts_in",
    "find_candidates",
    "find_concept",
    "find_lines",
    "is_name_in_text",
    "weigh",
]
