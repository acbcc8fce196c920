"""The provider's words for statuses, directions and flags, and how it writes dates and orders a list."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from backoffice.cryptopocket.probing.alternatives import FLAG_WORDS, KNOWN_FLAGS, WORD_FIELDS, WORDS
from backoffice.cryptopocket.probing.notebook import Verdict
from backoffice.cryptopocket.probing.session import Session
from backoffice.cryptopocket.probing.shapes import find_date_format
from backoffice.cryptopocket.resources.moments import MomentReader
from backoffice.cryptopocket.resources.values import UnreadableValueError
from backoffice.cryptopocket.words import make_word_table

DATE_FIELDS = ("created_at", "booked_at")


def probe_words(session: Session, name: str) -> None:
    """Compare the words that the items of a call hold with ours; believe the synonyms that are known."""
    for field, kind in WORD_FIELDS.get(name, {}).items():
        words = _words_of(session, name, field)
        if words:
            _probe_kind(session, kind, words)
            note_words(session, name, field, kind)


def _probe_kind(session: Session, kind: str, words: set[str]) -> None:
    """Believe the synonyms that are known of words that nobody told us of."""
    table = make_word_table(session.notebook.catalogue.words, kind)
    meanings = {word: translate(kind, word) for word in sorted(words) if _plain(word) not in _known(kind, table)}
    new = {word: meaning for word, meaning in meanings.items() if meaning is not None}
    if new:
        session.notebook.add_words(kind, new)


def note_words(session: Session, name: str, field: str, kind: str, *, reason: str = "") -> None:
    """Note which words a call's items hold, what they are taken to mean, and which nobody knows."""
    words = _words_of(session, name, field)
    if not words:
        return
    notebook = session.notebook
    table = make_word_table(notebook.catalogue.words, kind)
    assumed = _known(kind, make_word_table(notebook.assumed.words, kind))
    unknown = sorted(word for word in words if _plain(word) not in _known(kind, table))
    told = [_describe(word, table, kind) for word in sorted(words) if word not in unknown]
    subject, ours = f"words of {field}", ", ".join(sorted(_ours(kind)))
    if unknown:
        reason = f"nobody knows what {', '.join(unknown)} means: decide, and set it in the file"
        notebook.note(name, subject, "ambiguous", assumed=ours, found=", ".join([*told, *unknown]), reason=reason)
        return
    verdict: Verdict = "confirmed" if {_plain(word) for word in words} <= assumed else "differs"
    notebook.note(name, subject, verdict, assumed=ours, found=", ".join(told), reason=reason)


def _describe(word: str, table: dict[str, Any], kind: str) -> str:
    meaning = table.get(_plain(word), word)
    shown = str(meaning).lower() if kind == "flag" else str(meaning)
    return word if _plain(word) == shown else f"{word} = {shown}"


def _words_of(session: Session, name: str, field: str) -> set[str]:
    return {str(value) for value in session.values(name, field) if isinstance(value, str) or type(value) is int}


def _plain(word: str) -> str:
    return word.strip().casefold()


def _ours(kind: str) -> Iterable[str]:
    return KNOWN_FLAGS if kind == "flag" else WORDS[kind]


def _known(kind: str, table: dict[str, Any]) -> set[str]:
    return {*table, *(KNOWN_FLAGS if kind == "flag" else ())}


def translate(kind: str, word: str) -> str | bool | None:
    """Return our word for one of theirs, by the synonyms that are known; None where there is none or several."""
    plain = word.strip().casefold().replace("-", "_").replace(" ", "_").replace(".", "_")
    if kind == "flag":
        return FLAG_WORDS.get(plain)
    meanings = [ours for ours, synonyms in WORDS[kind].items() if plain == ours or plain in synonyms]
    return meanings[0] if len(meanings) == 1 else None


def probe_dates(session: Session, name: str) -> None:
    """Note how the dates of a call's items are written, and at which end of the list the newest stands."""
    for field in DATE_FIELDS:
        values = session.values(name, field)
        if values:
            _note_format(session, name, values)
            if session.notebook.endpoint(name).pagination is not None:
                _note_order(session, name, values)


def _note_format(session: Session, name: str, values: list[Any]) -> None:
    forms = sorted({form for value in values if (form := find_date_format(value))})
    notebook, conventions = session.notebook, session.notebook.catalogue.conventions
    assumed = ", ".join(("ISO 8601", *notebook.assumed.conventions.date_formats))
    shown = ", ".join("ISO 8601" if form == "iso" else form for form in forms)
    numeric = [form for form in forms if form in {"seconds", "milliseconds"}]
    written = [form for form in forms if form not in {"iso", "seconds", "milliseconds", *conventions.date_formats}]
    differs = bool(written) or bool(numeric and notebook.assumed.conventions.numeric_dates != numeric[0])
    if numeric:
        notebook.change_conventions(numeric_dates=numeric[0])
    if written:
        notebook.change_conventions(date_formats=(*conventions.date_formats, *written))
    if unread := len(values) - len(_read_moments(session, values)):
        reason = f"{unread} of {len(values)} cannot be read in any of these ways: such an item goes to the quarantine"
        notebook.note(name, "dates", "ambiguous", assumed=assumed, found=shown, reason=reason)
        return
    known = set(forms) <= {"iso", *notebook.assumed.conventions.date_formats}
    notebook.note(name, "dates", "confirmed" if known and not differs else "differs", assumed=assumed, found=shown)


def _note_order(session: Session, name: str, values: list[Any]) -> None:
    notebook = session.notebook
    pagination = notebook.assumed[name].pagination
    assumed = "newest first" if pagination and pagination.newest_first else "oldest first"
    moments = _read_moments(session, values)
    falls = sum(1 for one, next_one in pairwise(moments) if one > next_one)
    rises = sum(1 for one, next_one in pairwise(moments) if one < next_one)
    if not falls and not rises:
        notebook.note(name, "order", "not tried", assumed=assumed, reason="the dates do not tell")
        return
    if min(falls, rises) * 4 > max(falls, rises):
        reason = "the dates go both ways: the newest items are found by full reads only"
        notebook.note(name, "order", "ambiguous", assumed=assumed, found="neither", reason=reason)
        return
    found = "newest first" if falls > rises else "oldest first"
    notebook.compare(name, "order", assumed=assumed, found=found)
    notebook.change_pagination(name, newest_first=falls > rises)


def _read_moments(session: Session, values: list[Any]) -> list[datetime]:
    reader = MomentReader(session.notebook.catalogue.conventions)
    moments = []
    for value in values:
        try:
            moments.append(reader(value))
        except UnreadableValueError:
            continue
    return moments
