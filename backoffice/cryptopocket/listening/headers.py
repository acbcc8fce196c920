"""What signed deliveries show of the headers: which holds the key, the time and the signature, and how it is made."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.listening.observing import Observation
from backoffice.cryptopocket.listening.signatures import Scheme
from backoffice.cryptopocket.listening.ways import SUPPORTED_TEXT
from backoffice.cryptopocket.probing.notebook import Notebook

Thing = TypeVar("Thing", bound=Hashable)

WEBHOOK = "webhook"
_REFUSED = "the catalogue cannot say this, and the product refuses such deliveries: it needs a change of the product"


def learn_headers(notebook: Notebook, signed: Sequence[Observation]) -> bool:
    """Note and believe what the headers show; tell whether deliveries are accepted with it."""
    has_key = _settle(notebook, "key header", "key_header", [told.key_headers for told in signed])
    scheme = _choose_scheme(notebook, signed)
    if scheme is None:
        return False
    _note(notebook, "signature header", "signature_header", scheme.header)
    _note(notebook, "signature encoding", "signature_encoding", scheme.encoding)
    notebook.compare(WEBHOOK, "what is signed", assumed=SUPPORTED_TEXT, found=scheme.text)
    has_time = _settle(notebook, "time header", "timestamp_header", [_time_headers(told, scheme) for told in signed])
    return has_key and has_time


def _time_headers(told: Observation, chosen: Scheme) -> tuple[str, ...]:
    """The headers whose time is signed in the chosen way."""
    return tuple(
        scheme.time_header
        for scheme in told.schemes
        if _is_understood(scheme, told) and (scheme.header, scheme.encoding) == (chosen.header, chosen.encoding)
    )


def _choose_scheme(notebook: Notebook, signed: Sequence[Observation]) -> Scheme | None:
    """Return a way of signing that all deliveries share and the product understands; note what is in the way."""
    understood = _shared([[scheme for scheme in told.schemes if _is_understood(scheme, told)] for told in signed])
    if understood:
        contract = notebook.catalogue.webhook
        return min(understood, key=lambda scheme: not _same(scheme.header, contract.signature_header))
    described = dict.fromkeys(_describe(scheme, told) for told in signed for scheme in told.schemes)
    notebook.note(
        WEBHOOK,
        "signature",
        "not supported",
        assumed=f"{notebook.assumed.webhook.signature_encoding} of {SUPPORTED_TEXT} in seconds",
        found="; ".join(described),
        reason=_REFUSED,
    )
    return None


def _is_understood(scheme: Scheme, told: Observation) -> bool:
    return scheme.is_supported and told.times.get(scheme.time_header) == "seconds"


def _describe(scheme: Scheme, told: Observation) -> str:
    form = told.times.get(scheme.time_header, "")
    time = f", time ({form}) in {scheme.time_header}" if form else ""
    prefix = f", after {scheme.prefix}" if scheme.prefix else ""
    return f"{scheme.header}: {scheme.encoding} of {scheme.text}{prefix}{time}"


def _settle(notebook: Notebook, subject: str, key: str, names: Sequence[Iterable[str]]) -> bool:
    """Note which header every delivery has for something; tell whether that is settled."""
    assumed = getattr(notebook.assumed.webhook, key)
    shared = _shared(names)
    if any(_same(name, assumed) for name in shared):
        shared = [assumed]
    if len(shared) == 1:
        _note(notebook, subject, key, shared[0])
    elif shared:
        reason = "each of them holds it: decide, and set it in the file"
        notebook.note(WEBHOOK, subject, "ambiguous", assumed=assumed, found=", ".join(shared), reason=reason)
    else:
        reason = "no header holds it in every signed delivery, and the product refuses those without it"
        notebook.note(WEBHOOK, subject, "not found", assumed=assumed, reason=reason)
    return len(shared) == 1


def _note(notebook: Notebook, subject: str, key: str, found: str) -> None:
    """Believe what was found; names of headers are compared without case."""
    assumed = getattr(notebook.assumed.webhook, key)
    if _same(found, assumed):
        found = assumed
    notebook.compare(WEBHOOK, subject, assumed=assumed, found=found)
    notebook.change_webhook(**{key: found})


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _shared(found: Sequence[Iterable[Thing]]) -> list[Thing]:
    """Return what every delivery shows."""
    counts = Counter(thing for things in found for thing in dict.fromkeys(things))
    return [thing for thing, count in counts.items() if count == len(found)]


def late_or_not(signed: Sequence[Observation], contract: WebhookContract) -> str:
    """Return what to say of deliveries whose time is too far away; "" where there are none."""
    late = sum(told.is_late for told in signed)
    if not late:
        return ""
    return (
        f"{late} of the signed deliveries carry a time more than {contract.tolerance_seconds} s from this machine's "
        "clock: the product refuses such. Check the clock, and tolerance_seconds."
    )
