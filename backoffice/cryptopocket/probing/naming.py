"""Finds the name of a parameter: one name, then all names at once, then by halves."""

from collections.abc import Callable, Sequence

Works = Callable[[Sequence[str]], bool]
"""Whether the provider heeds one of these names when all of them are sent."""


def find_name(assumed: str, others: Sequence[str], works: Works) -> str | None:
    """Return the name that the provider heeds, the assumed one first; None where none has an effect.

    Takes one question where the assumption holds, else two and as many as halving takes.
    """
    if works([assumed]):
        return assumed
    names = [name for name in dict.fromkeys(others) if name != assumed]
    if not names or not works(names):
        return None
    while len(names) > 1:
        half = names[: len(names) // 2]
        names = half if works(half) else names[len(half) :]
    return names[0]
