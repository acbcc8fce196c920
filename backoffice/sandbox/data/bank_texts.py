"""What banks make of a transfer's text: the number alone, inside words, broken, or gone."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from backoffice.sandbox.data.names import bank_spelling

LINE_LENGTH = 35
"""Banks cut the text of a transfer into lines of this many characters."""

Name = tuple[str, str, str]
Writer = Callable[[str, Name], str | None]

DEBIT_TEXTS = (
    ("COMISION MANTENIMIENTO CUENTA", None),
    ("PAGO VENTA CRIPTO {number:06d}", "Cliente Final"),
    ("RECIBO ELECTRICIDAD {number:06d}", "Energía del Norte, S.A."),
    ("NOMINA", "Personal"),
    ("TRANSFERENCIA A PROVEEDOR FRA {number:06d}", "Proveedores Reunidos, S.L."),
)


def printed_name(name: Name, number: int) -> str | None:
    """Return a payer's name as one bank or another prints it; one bank in eight prints none."""
    forms = _printed_forms(name)
    place = number % (len(forms) + 1)
    return None if place == len(forms) else forms[place]


def broken(text: str) -> str:
    """Return a text cut into the bank's lines, joined by a blank: the cut can go through the concept."""
    return " ".join(text[start : start + LINE_LENGTH] for start in range(0, len(text), LINE_LENGTH))


def _payer(name: Name) -> str:
    return bank_spelling(" ".join(part for part in name[:2] if part))


def _cut_through(concept: str, name: Name) -> str:
    lead = f"TRANSFERENCIA DE {_payer(name)}"[: LINE_LENGTH - 4].ljust(LINE_LENGTH - 3, ".")
    return broken(lead + concept)


CREDIT_TEXTS: tuple[Writer, ...] = (
    lambda concept, _: concept,
    lambda concept, _: concept,
    lambda concept, _: concept,
    lambda concept, name: f"TRF {concept} {_payer(name)}",
    lambda concept, name: f"TRANSFERENCIA DE {_payer(name)} CONCEPTO {concept}",
    lambda concept, _: f"PAGO REF:{concept}",
    lambda concept, name: broken(f"TRANSFERENCIA INMEDIATA DE {_payer(name)} CONCEPTO {concept}"),
    _cut_through,
    lambda _, name: f"TRANSFERENCIA DE {_payer(name)}",
    lambda _, __: "",
    lambda _, __: None,
)


@lru_cache(maxsize=8192)
def _printed_forms(name: Name) -> tuple[str, ...]:
    given, first, second = (bank_spelling(part) for part in name)
    forms = (
        " ".join(part for part in name[:2] if part),
        f"{given} {first} {second}",
        f"{first} {given}",
        f"{first} {second}, {given}" if first else given,
        f"{given} {first}",
        f"{first} {second} {given}",
        f"{given} {first}",
    )
    return tuple(form.strip() for form in forms)
