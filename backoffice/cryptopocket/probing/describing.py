"""Turns a match of fields into findings and into what is believed from now on."""

from collections.abc import Sequence

from backoffice.cryptopocket.probing.matching import Match, read_columns
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.session import Item
from backoffice.cryptopocket.probing.shapes import describe_shape


def describe_fields(notebook: Notebook, name: str, match: Match, items: Sequence[Item]) -> None:
    """Note which fields stand where they were assumed and which do not; believe the names that were found."""
    _note_assumed(notebook, name, match, items)
    columns = read_columns(items)
    for field, place in match.found.items():
        shape = next((describe_shape(value) for value in columns[place] if value is not None), "null")
        assumed = ", ".join(notebook.assumed[name].fields[field])
        notebook.note(name, f"field {field}", "differs", assumed=assumed, found=place, reason=f"it holds {shape}")
    for field, places in match.ambiguous.items():
        assumed = ", ".join(notebook.assumed[name].fields[field])
        reason = "equally likely: decide, and set it in the file"
        notebook.note(name, f"field {field}", "ambiguous", assumed=assumed, found=", ".join(places), reason=reason)
    if match.found:
        fields = {**notebook.endpoint(name).fields, **{field: (place,) for field, place in match.found.items()}}
        notebook.change(name, fields=fields)
    if match.has(notebook.endpoint(name).required):
        notebook.change(name, answer_provenance="confirmed")


def _note_assumed(notebook: Notebook, name: str, match: Match, items: Sequence[Item]) -> None:
    """One line for all fields that are where they were assumed to be, with those that no item showed."""
    total = len(notebook.endpoint(name).fields)
    notes = []
    if match.unseen:
        notes.append(f"not seen: {', '.join(match.unseen)}")
    if match.unexplained:
        notes.append(f"not used: {', '.join(match.unexplained)}")
    missing = [field for field in notebook.endpoint(name).required if match.name_of(field) is None]
    notebook.note(
        name,
        "fields",
        "not found" if missing else "confirmed",
        assumed=f"{total} fields",
        found=f"{len(match.as_assumed)} as assumed in {len(items)} item{'s' if len(items) != 1 else ''}",
        reason="; ".join(notes),
    )
