"""What a list leaves open is settled by single reads of the same objects, whose words and dates are documented."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from backoffice.cryptopocket.endpoints import read_zone
from backoffice.cryptopocket.probing.alternatives import WORD_FIELDS, WORDS, ZONES
from backoffice.cryptopocket.probing.session import Session
from backoffice.cryptopocket.probing.shapes import read_written_date
from backoffice.cryptopocket.probing.vocabulary import note_words
from backoffice.cryptopocket.words import make_word_table

PAIRS = (
    ("list_payments", "get_payment", "id", "status"),
    ("list_off_ramps", "get_off_ramp", "id", "status"),
    ("list_customers", "get_kyc_status", "customer_id", "kyc_status"),
)
"""A list, the call that reads one of its objects, the field of that answer that holds the id, and the word."""

_NUMBER_AT_END = re.compile(r"[0-9]+\Z", re.ASCII)


def settle_words(session: Session) -> None:
    """Learn what a list's words mean from single reads, whose words are documented, else by their numbers."""
    for pair in PAIRS:
        listing, single, _, field = pair
        kind = WORD_FIELDS[listing][field]
        learned = dict(_compare_words(session, pair, kind))
        if learned:
            session.notebook.add_words(kind, learned)
        ordered = _order_by_number(session, kind, _words(session, listing, field))
        if ordered:
            session.notebook.add_words(kind, ordered)
        how = "compared with single reads" if learned else ""
        if ordered:
            how = f"{', '.join(ordered)} by the order of their numbers only: make sure of it"
        for call in (listing, single, "find_user" if listing == "list_customers" else ""):
            if call and session.items.get(call):
                note_words(session, call, field, kind, reason=how)


def _words(session: Session, call: str, field: str) -> set[str]:
    return {str(value) for value in session.values(call, field)}


def _compare_words(session: Session, pair: tuple[str, str, str, str], kind: str) -> Iterator[tuple[str, str]]:
    """Yield each word of the list's that is none of ours, with our word for the same object read alone."""
    listing, single, id_field, field = pair
    ours = {word.casefold() for word in WORDS[kind]}
    listed = {str(item.get("id")): item.get(field) for item in session.items.get(listing, [])}
    for item in session.items.get(single, []):
        word, meaning = listed.get(str(item.get(id_field))), str(item.get(field))
        if word is not None and str(word).casefold() not in ours and meaning.casefold() in ours:
            yield str(word), meaning.casefold()


def _order_by_number(session: Session, kind: str, words: set[str]) -> dict[str, str]:
    """Return what words mean that end in numbers, by the order of these, where as many of ours are left."""
    table = make_word_table(session.notebook.catalogue.words, kind)
    unknown = sorted((word for word in words if word.casefold() not in table), key=_number_of)
    known = {word: table[word.casefold()] for word in words if word.casefold() in table and _NUMBER_AT_END.search(word)}
    free = [word for word in WORDS[kind] if word not in known.values()]
    if not unknown or len(unknown) != len(free) or not all(_NUMBER_AT_END.search(word) for word in unknown):
        return {}
    meanings = {**known, **dict(zip(unknown, free, strict=True))}
    places = list(WORDS[kind])
    in_order = [places.index(meanings[word]) for word in sorted(meanings, key=_number_of)]
    return dict(zip(unknown, free, strict=True)) if in_order == sorted(in_order) else {}


def _number_of(word: str) -> int:
    found = _NUMBER_AT_END.search(word)
    return int(found[0]) if found else 0


def settle_zone(session: Session) -> None:
    """Find the zone of dates that carry none: the same objects' dates, read alone, are in UTC."""
    notebook = session.notebook
    assumed = notebook.assumed.conventions.naive_timezone
    pairs = list(_pairs_of_dates(session))
    naive = any(_read_naive(value) for call in session.items for value in _dates(session, call))
    if not naive:
        return
    fitting = [zone for zone in (assumed, *ZONES) if pairs and all(_is_local(*pair, zone=zone) for pair in pairs)]
    if fitting:
        notebook.compare("conventions", "zone of dates without one", assumed=assumed, found=fitting[0])
        notebook.change_conventions(naive_timezone=fitting[0])
        return
    reason = "dates carry no zone, and nothing tells which it is: ask, and set naive_timezone"
    notebook.note("conventions", "zone of dates without one", "ambiguous", assumed=assumed, reason=reason)


def _dates(session: Session, call: str) -> Sequence[Any]:
    return [*session.values(call, "created_at"), *session.values(call, "booked_at")]


def _pairs_of_dates(session: Session) -> Iterator[tuple[datetime, datetime]]:
    """Yield dates without a zone with the same moment in UTC."""
    for listing, single, id_field, _ in PAIRS[:2]:
        listed: Mapping[str, Any] = {
            str(item.get("id")): item.get("created_at") for item in session.items.get(listing, [])
        }
        for item in session.items.get(single, []):
            local, moment = _read_naive(listed.get(str(item.get(id_field)))), _read_aware(item.get("created_at"))
            if local and moment:
                yield local, moment


def _read_naive(value: Any) -> datetime | None:
    """Return a written date and time that carries no zone, else None."""
    moment = read_written_date(value)
    return moment if moment and moment.tzinfo is None and len(value) > 10 else None


def _read_aware(value: Any) -> datetime | None:
    moment = read_written_date(value)
    try:
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except OverflowError:
        return None


def _is_local(local: datetime, moment: datetime, *, zone: str) -> bool:
    """Whether a clock in that zone showed the local time at that moment; fractions of a second may be cut."""
    try:
        return abs((local.replace(tzinfo=read_zone(zone)) - moment).total_seconds()) < 1
    except OverflowError:
        return False
