"""The types of event that can be subscribed to: those of the catalogue, for people."""

from dataclasses import dataclass

from django.utils.translation import gettext

from backoffice.provider import get_catalogue


@dataclass(frozen=True, kw_only=True)
class KnownType:
    """One type: its name at the provider, what it means, how sure that is, and under which names it comes besides.

    is_in_catalogue: False for a type that was subscribed once and that the catalogue no longer holds.
    """

    name: str
    meaning: str
    provenance: str = ""
    other_names: tuple[str, ...] = ()
    is_in_catalogue: bool = True


def known_types() -> list[KnownType]:
    """Every type that can be subscribed to, in the order of the catalogue."""
    contract = get_catalogue().webhook
    return [
        KnownType(
            name=name,
            meaning=gettext(event_type.meaning) if event_type.meaning else "",
            provenance=event_type.provenance,
            other_names=tuple(other for other, usual in contract.event_aliases.items() if usual == name),
        )
        for name, event_type in contract.event_types.items()
        if event_type.can_be_subscribed
    ]


def names_of_types() -> list[str]:
    """The names of those types."""
    return [known.name for known in known_types()]


def usual_name(name: str) -> str:
    """The name under which a type is subscribed: some events come under an older one."""
    return get_catalogue().webhook.event_aliases.get(name, name)
