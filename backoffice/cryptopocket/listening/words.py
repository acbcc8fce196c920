"""What signed deliveries show of the names of events: known ones, other spellings, and ones nobody told us of."""

from collections.abc import Sequence

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.listening.headers import WEBHOOK
from backoffice.cryptopocket.listening.observing import Observation, Position, find_known_event
from backoffice.cryptopocket.listening.reading import find_list
from backoffice.cryptopocket.probing.notebook import Notebook

_UNKNOWN = "nobody knows what it is about: decide, and set event_resources or event_aliases in the file"


def learn_words(notebook: Notebook, told: Sequence[Observation], type_at: Position) -> None:
    """Note each name; believe another spelling of a known one, and whose objects an unknown one is about."""
    by_word: dict[str, list[Observation]] = {}
    for one in told:
        if word := one.words.get(type_at):
            by_word.setdefault(word, []).append(one)
    for word, its in by_word.items():
        _learn_word(notebook, word, {find_list(one, type_at, notebook.assumed.webhook) for one in its})


def _learn_word(notebook: Notebook, word: str, lists: set[str]) -> None:
    contract, subject = notebook.catalogue.webhook, f"event {word}"
    known = find_known_event(word, contract)
    if _is_told(word, contract):
        notebook.note(WEBHOOK, subject, "confirmed", assumed=word, found=known)
    elif known:
        notebook.note(WEBHOOK, subject, "differs", assumed=known, found=f"{word} = {known}")
        notebook.change_webhook(event_aliases={**contract.event_aliases, word: known})
    elif len(lists) == 1 and "" not in lists:
        (name,) = lists
        notebook.note(WEBHOOK, subject, "differs", found=f"{word} is about {name}", reason="by the ids it came with")
        notebook.change_webhook(event_resources={**contract.event_resources, word: name})
    else:
        notebook.note(WEBHOOK, subject, "ambiguous", found=word, reason=_UNKNOWN)


def _is_told(word: str, contract: WebhookContract) -> bool:
    return word in {*contract.event_types, *contract.event_resources, *contract.event_aliases}
