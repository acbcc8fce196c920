"""What signed deliveries show of the bodies: where the type stands and what it says, and where the object's id does."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.listening.headers import WEBHOOK
from backoffice.cryptopocket.listening.observing import Observation, Position, find_known_event
from backoffice.cryptopocket.listening.reading import find_list, read_ids, read_type
from backoffice.cryptopocket.listening.ways import ID_LISTS
from backoffice.cryptopocket.listening.words import learn_words
from backoffice.cryptopocket.probing.notebook import Notebook

Told = Sequence[Observation]
_UNREADABLE = "the catalogue cannot say it so that the product reads it there: set it by hand"
_BY_SHAPE = "by its shape alone: no list shows it"


class Places(msgspec.Struct, kw_only=True):
    """Where things were found: the type, and the id by list of ours."""

    type_at: Position | None = None
    ids_at: dict[str, Position] = msgspec.field(default_factory=dict)

    def in_order(self) -> list[str]:
        """Return the places of objects, and last that of the type: it is looked for from the end."""
        ends = [self.type_at[0]] if self.type_at else []
        return [*dict.fromkeys(place for place, _ in self.ids_at.values() if place not in ends), *ends]


def learn_bodies(notebook: Notebook, told: Told) -> bool:
    """Note and believe what the bodies show; tell whether all that is needed was found."""
    places = Places(type_at=_find_type(notebook, told))
    by_list = _sort_by_list(notebook, told, places.type_at)
    places.ids_at = {
        name: position for name, its in by_list.items() if (position := _find_id(notebook, name, its)) is not None
    }
    _believe(notebook, told, places, by_list)
    found_type = _note_type(notebook, told, places)
    if places.type_at:
        learn_words(notebook, told, places.type_at)
    found_ids = [_note_id(notebook, name, its, places) for name, its in by_list.items()]
    return found_type and bool(found_ids) and all(found_ids)


# Finding


def _find_type(notebook: Notebook, told: Told) -> Position | None:
    """Return where the type stands: a word that is known, else the one place where a word may be one; note the rest."""
    contract = notebook.assumed.webhook
    known = Counter(at for one in told for at, word in one.words.items() if find_known_event(word, contract))
    anything = Counter(at for one in told for at in one.words)
    candidates = _most_frequent(known) or [at for at, count in anything.items() if count == len(told)]
    candidates = _prefer(candidates, [read_type(one, contract) for one in told])
    assumed = _describe_assumed(contract.type_fields, contract)
    if len(candidates) > 1:
        found = ", ".join(map(describe, candidates))
        reason = "each of them may be it: decide, and set type_fields in the file"
        notebook.note(WEBHOOK, "type of the event", "ambiguous", assumed=assumed, found=found, reason=reason)
    elif not candidates:
        reason = "no signed delivery holds a word that could be one"
        notebook.note(WEBHOOK, "type of the event", "not found", assumed=assumed, reason=reason)
    return candidates[0] if len(candidates) == 1 else None


def _sort_by_list(notebook: Notebook, told: Told, type_at: Position | None) -> dict[str, list[Observation]]:
    """Return the deliveries by the list whose object they are about, those of no list left out."""
    sorted_out: dict[str, list[Observation]] = {name: [] for name in ID_LISTS}
    for one in told:
        name = find_list(one, type_at, notebook.assumed.webhook)
        if name in sorted_out:
            sorted_out[name].append(one)
    return {name: its for name, its in sorted_out.items() if its}


def _find_id(notebook: Notebook, name: str, its: Told) -> Position | None:
    """Return where the id of the object stands: one that the list shows, else what looks like one; note the rest."""
    contract = notebook.assumed.webhook
    seen = _most_frequent(Counter(at for one in its for at, whose in one.ids.items() if whose == name))
    alike = [at for at, count in Counter(at for one in its for at in one.alike).items() if count == len(its)]
    candidates = _prefer(seen or alike, [at for one in its for at in read_ids(one, name, contract)])
    assumed = _assumed_ids(name, contract)
    if len(candidates) > 1:
        found = ", ".join(map(describe, candidates))
        reason = "each of them holds one: decide, and set id_fields in the file"
        notebook.note(WEBHOOK, f"id in {name}", "ambiguous", assumed=assumed, found=found, reason=reason)
    elif not candidates:
        reason = "nothing in these deliveries is an id that the list shows, or looks like one"
        notebook.note(WEBHOOK, f"id in {name}", "not found", assumed=assumed, reason=reason)
    return candidates[0] if len(candidates) == 1 else None


def _most_frequent(counts: Counter[Position]) -> list[Position]:
    most = max(counts.values(), default=0)
    return [at for at, count in counts.items() if count == most]


def _prefer(candidates: list[Position], read: Iterable[Position | None]) -> list[Position]:
    """Of several, the one that the product reads already."""
    usual = [at for at in dict.fromkeys(read) if at in candidates]
    return usual[:1] if usual else candidates


# Believing: as little as is needed for the product to read it there


def _believe(notebook: Notebook, told: Told, places: Places, by_list: Mapping[str, Told]) -> None:
    def is_read() -> bool:
        contract = notebook.catalogue.webhook
        return _is_type_read(told, places, contract) and all(
            _is_id_read(its, name, places, contract) for name, its in by_list.items()
        )

    for step in (_believe_places, _believe_type, _believe_ids, _believe_own_ids):
        if is_read():
            return
        step(notebook, told, places, by_list)


def _believe_places(notebook: Notebook, _told: Told, places: Places, _by_list: Mapping[str, Told]) -> None:
    needed = places.in_order()
    if needed and not set(needed) <= set(notebook.catalogue.webhook.data_locations):
        notebook.change_webhook(data_locations=tuple(needed))


def _believe_type(notebook: Notebook, told: Told, places: Places, _by_list: Mapping[str, Told]) -> None:
    if places.type_at and not _is_type_read(told, places, notebook.catalogue.webhook):
        notebook.change_webhook(type_fields=(places.type_at[1],))


def _believe_ids(notebook: Notebook, _told: Told, places: Places, by_list: Mapping[str, Told]) -> None:
    """Name the ids of payments and off-ramps; what no delivery has shown is left as it was assumed."""
    contract = notebook.catalogue.webhook
    wanted = [name for name in ("payments", "offramps") if name in places.ids_at]
    if all(_is_id_read(by_list[name], name, places, contract) for name in wanted):
        return
    found = [places.ids_at[name][1] for name in wanted]
    left = contract.id_fields if len(wanted) < 2 else ()
    notebook.change_webhook(id_fields=tuple(dict.fromkeys((*found, *left))))


def _believe_own_ids(notebook: Notebook, _told: Told, places: Places, by_list: Mapping[str, Told]) -> None:
    """Say whose id a name holds, where another name that says so stands beside it."""
    for name, (_, field) in places.ids_at.items():
        contract = notebook.catalogue.webhook
        if not _is_id_read(by_list[name], name, places, contract):
            notebook.change_webhook(resource_id_fields={**contract.resource_id_fields, name: (field,)})


def _is_type_read(told: Told, places: Places, contract: WebhookContract) -> bool:
    """Whether the product reads the type where it was found; of what was not found nothing can be said."""
    return not places.type_at or all(
        read_type(one, contract) == places.type_at for one in told if places.type_at in one.texts
    )


def _is_id_read(its: Told, name: str, places: Places, contract: WebhookContract) -> bool:
    """Whether what the product reads is where the id was found, or another place that holds one of the list."""
    at = places.ids_at.get(name)
    if at is None:
        return True
    reads = [(one, read_ids(one, name, contract)) for one in its if at in one.usable]
    return all(read and all(one.ids.get(place) == name or place == at for place in read) for one, read in reads)


# Noting


def _note_type(notebook: Notebook, told: Told, places: Places) -> bool:
    if places.type_at is None:
        return False
    assumed, subject = notebook.assumed.webhook, "type of the event"
    shown = {"assumed": _describe_assumed(assumed.type_fields, assumed), "found": describe(places.type_at)}
    if not _is_type_read(told, places, notebook.catalogue.webhook):
        notebook.note(WEBHOOK, subject, "not supported", **shown, reason=_UNREADABLE)
        return False
    notebook.note(WEBHOOK, subject, "confirmed" if _is_type_read(told, places, assumed) else "differs", **shown)
    return True


def _note_id(notebook: Notebook, name: str, its: Told, places: Places) -> bool:
    at = places.ids_at.get(name)
    if at is None:
        return False
    assumed, subject = notebook.assumed.webhook, f"id in {name}"
    shown = {"assumed": _assumed_ids(name, assumed), "found": describe(at)}
    if not _is_id_read(its, name, places, notebook.catalogue.webhook):
        notebook.note(WEBHOOK, subject, "not supported", **shown, reason=_UNREADABLE)
        return False
    reason = "" if any(one.ids.get(at) == name for one in its) else _BY_SHAPE
    verdict = "confirmed" if _is_id_read(its, name, places, assumed) else "differs"
    notebook.note(WEBHOOK, subject, verdict, **shown, reason=reason)  # type: ignore[arg-type]  # one of two verdicts
    return True


def describe(position: Position) -> str:
    """Return a name and where it stands."""
    place, name = position
    return f"{name} in {place}" if place else f"{name} at the top"


def _assumed_ids(name: str, contract: WebhookContract) -> str:
    own = contract.resource_id_fields.get(name, ())
    names = own if name == "customers" else (*own, *contract.id_fields)
    return _describe_assumed(tuple(dict.fromkeys(names)), contract)


def _describe_assumed(names: Sequence[str], contract: WebhookContract) -> str:
    places = ", ".join(place or "the top" for place in contract.data_locations)
    return f"{', '.join(names)} in {places}"
