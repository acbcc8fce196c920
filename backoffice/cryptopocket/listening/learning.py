"""Makes findings of deliveries, and the values with which the product takes them as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from backoffice.cryptopocket.listening.bodies import learn_bodies
from backoffice.cryptopocket.listening.headers import WEBHOOK, learn_headers
from backoffice.cryptopocket.listening.observing import Observation
from backoffice.cryptopocket.listening.ways import SIGNED_TEXTS
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.overrides import find_overrides

Values = dict[tuple[str, ...], Any]
"""What to set in the override file, by its path of tables and key."""


def learn_deliveries(notebook: Notebook, observations: Sequence[Observation]) -> Values:
    """Note what the deliveries show, and return what to set. Only those signed with our secret teach anything."""
    signed = [told for told in observations if told.proof == "signed"]
    _note_proofs(notebook, observations)
    if not signed:
        return {}
    has_headers = learn_headers(notebook, signed)
    readable = [told for told in signed if not told.problem]
    if len(readable) < len(signed):
        found = f"{len(signed) - len(readable)} of {len(signed)} are none"
        reason = "the catalogue has no other: the product keeps such events and acts on none of them"
        notebook.note(WEBHOOK, "body", "not supported", assumed="a JSON object", found=found, reason=reason)
    if readable and learn_bodies(notebook, readable) and has_headers and len(readable) == len(signed):
        notebook.change_webhook(provenance="confirmed")
    changed = find_overrides(notebook.assumed, notebook.catalogue).get("webhook", {})
    return dict(_flatten(changed, (WEBHOOK,)))


def _note_proofs(notebook: Notebook, observations: Sequence[Observation]) -> None:
    """One line on how many deliveries there were of each kind, and one for each kind that teaches nothing."""
    total = len(observations)
    unsigned = sum(told.proof == "unsigned" for told in observations)
    unproven = [told for told in observations if told.proof == "not reproduced"]
    signed = total - unsigned - len(unproven)
    assumed = "all signed"
    if signed == total and total:
        notebook.note(WEBHOOK, "deliveries", "confirmed", assumed=assumed, found=f"{signed} signed")
    elif not total:
        reason = "none came: is the address subscribed, and does the tunnel reach this port?"
        notebook.note(WEBHOOK, "deliveries", "not tried", assumed=assumed, reason=reason)
    else:
        notebook.note(
            WEBHOOK,
            "deliveries",
            "differs" if signed else "not found",
            assumed=assumed,
            found=f"{signed} of {total} signed",
        )
    _note_unsigned(notebook, unsigned)
    _note_unproven(notebook, unproven)


def _note_unsigned(notebook: Notebook, count: int) -> None:
    if count:
        reason = (
            "nothing was learned from them. Are they the provider's? Then ask it for signatures, "
            "or see WEBHOOK_ACCEPT_UNSIGNED"
        )
        notebook.note(WEBHOOK, "unsigned", "ambiguous", assumed="none", found=str(count), reason=reason)


def _note_unproven(notebook: Notebook, unproven: Sequence[Observation]) -> None:
    if not unproven:
        return
    keyed = sum(told.holds_key for told in unproven)
    reason = (
        f"nothing was learned from them: our secret gives their signature in none of {len(SIGNED_TEXTS)} ways. "
        "Forged, signed with another secret, or in a way that is not known"
    )
    found = f"{len(unproven)}, {keyed} of them with our key" if keyed else str(len(unproven))
    notebook.note(WEBHOOK, "signature not ours", "ambiguous", assumed="none", found=found, reason=reason)


def _flatten(table: Mapping[str, Any], path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    flat: list[tuple[tuple[str, ...], Any]] = []
    for key, value in table.items():
        place = (*path, key)
        flat += _flatten(value, place) if isinstance(value, Mapping) else [(place, value)]
    return flat
