"""What else the items of a list tell: how companies are marked, and what a payer looks like."""

from collections.abc import Mapping

from backoffice.cryptopocket.probing.alternatives import COMPANY_WORDS, FAMILY_NAMES, GIVEN_NAMES, PERSON_WORDS
from backoffice.cryptopocket.probing.matching import normalise
from backoffice.cryptopocket.probing.notebook import Verdict
from backoffice.cryptopocket.probing.session import Session


def probe_kinds(session: Session) -> None:
    """Learn the words that mark companies and persons."""
    words = {value.strip().casefold() for value in session.values("list_customers", "kind") if isinstance(value, str)}
    if not words:
        return
    notebook, conventions = session.notebook, session.notebook.assumed.conventions
    companies = sorted(word for word in words - set(conventions.company_words) if word in COMPANY_WORDS)
    persons = sorted(word for word in words - set(conventions.person_words) if word in PERSON_WORDS)
    unknown = words - {*conventions.company_words, *conventions.person_words, *companies, *persons}
    shown, assumed = ", ".join(sorted(words)), "person, company and their synonyms"
    if unknown:
        reason = f"nobody knows whether {', '.join(sorted(unknown))} marks a person or a company: decide"
        notebook.note("list_customers", "marks of companies", "ambiguous", assumed=assumed, found=shown, reason=reason)
    else:
        verdict: Verdict = "differs" if companies or persons else "confirmed"
        notebook.note("list_customers", "marks of companies", verdict, assumed=assumed, found=shown)
    if companies or persons:
        notebook.change_conventions(
            company_words=(*conventions.company_words, *companies), person_words=(*conventions.person_words, *persons)
        )


def probe_holders(session: Session) -> None:
    """Learn the parts of a payer's name where the payer is an object."""
    holders = [
        value
        for call in ("list_payments", "get_payment")
        for value in session.values(call, "holder")
        if isinstance(value, Mapping)
    ]
    if not holders:
        return
    parts = {str(name) for holder in holders for name in holder}
    found = tuple(part for names in (GIVEN_NAMES, FAMILY_NAMES) for part in sorted(parts) if _is_one_of(part, names))
    assumed = session.notebook.assumed.conventions.holder_fields
    if parts <= set(assumed):
        session.notebook.compare("conventions", "parts of a payer", assumed=assumed, found=assumed)
        return
    if not found:
        reason = "a payer is an object, and no part of it looks like a name: set holder_fields"
        session.notebook.note(
            "conventions",
            "parts of a payer",
            "ambiguous",
            assumed=", ".join(assumed),
            found=", ".join(sorted(parts)),
            reason=reason,
        )
        return
    session.notebook.compare("conventions", "parts of a payer", assumed=assumed, found=found)
    session.notebook.change_conventions(holder_fields=found)


def _is_one_of(part: str, names: tuple[str, ...]) -> bool:
    return normalise(part) in {normalise(name) for name in names}
