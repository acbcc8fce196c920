"""Generated customers: people and companies of Spain and five Latin American countries."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from backoffice.sandbox.data import identification as numbers
from backoffice.sandbox.data import names
from backoffice.sandbox.data.calendar import DAY, Calendar, iso_text
from backoffice.sandbox.data.mixing import scramble, stream_key, uuid_from
from backoffice.sandbox.data.source import Row, pace

FIRST_ID = 100_001
FOREIGN_IDS = range(500, 600)
"""Customers of another integration: they exist, and are refused (contract 3.7, 403)."""

# One in twenty blocks; the first is valid, so that even one customer alone can pay.
_STATUSES = ("valid", "valid", "processing", "valid", "valid", "fail", "valid", "valid", "unused", "valid",
             "valid", "valid", "processing", "valid", "valid", "unused", "valid", "valid", "fail", "valid")  # fmt: skip
_VALID_PLACES = tuple(place for place, status in enumerate(_STATUSES) if status == "valid")
_EMAIL = re.compile(r"\.([0-9]+)@example\.(?:org|com|net)\Z")
_DOMAINS = ("org", "com", "net", "org")

Identification = tuple[str, str]


class CustomerSource:
    """Customers by index; contract 3.1."""

    status_field = "kyc_status"
    # The contract shows none of these in a list; how companies are marked is unknown (contract 3.1).
    inferred_fields = frozenset(
        (
            "type",
            "company_name",
            "uuid",
            "country_code",
            "identification_type",
            "phone",
            "city",
            "address",
            "zipcode",
        )
    )

    def __init__(self, *, seed: int, count: int, end: int) -> None:
        self.count = count
        self._key = stream_key(seed, "customers")
        self._calendar = Calendar(key=self._key, start=end - 395 * DAY, end=end, count=count)
        self.name = lru_cache(maxsize=4096)(self._name)
        self.iban = lru_cache(maxsize=4096)(self._iban)

    def number(self, index: int) -> int:
        """Return the 64 bits that everything about one customer follows from."""
        return scramble(self._key ^ (index << 1))

    def is_company(self, index: int) -> bool:
        """Tell whether the customer is a company; about one in seven is."""
        return (self.number(index) >> 5) % 7 == 0

    def place(self, index: int) -> names.Place:
        """Return the customer's country."""
        return names.place_of(self.number(index))

    def created(self, index: int) -> int:
        """Return when the customer registered."""
        return self._calendar.time(index)

    def status(self, index: int) -> str:
        """Return the KYC status at the start (contract 3.5)."""
        return _STATUSES[index % 20]

    def valid_count(self) -> int:
        """Return how many generated customers have a valid KYC at the start."""
        blocks, rest = divmod(self.count, 20)
        return blocks * len(_VALID_PLACES) + sum(1 for place in _VALID_PLACES if place < rest)

    def valid_index(self, ordinal: int) -> int:
        """Return the index of the n-th customer with a valid KYC."""
        block, place = divmod(ordinal, len(_VALID_PLACES))
        return block * 20 + _VALID_PLACES[place]

    def moved_on(self, status: str, *, steps: int, index: int, held: Row) -> str:
        """Move the KYC on: unused, processing, then valid, or fail for one in five."""
        added = index >= self.count
        number = self.number(index)
        # A third of those who were sent the form at the start never open it.
        if status == "unused" and not added and number % 3 == 0:
            return status
        stages = steps // pace(number=number, added=added)
        if status == "unused" and stages:
            status, stages = "processing", stages - 1
        if status == "processing" and stages:
            fails = held.get("_fails", False) if added else number % 5 == 0
            return "fail" if fails else "valid"
        return status

    def dress(self, row: Row, *, status: str, index: int) -> None:
        """Set the KYC status and its boolean."""
        row["kyc_status"] = status
        row["kyc_valid"] = status == "valid"

    def index_of_email(self, email: str) -> int | None:
        """Return the generated customer of an e-mail address."""
        found = _EMAIL.search(email)
        index = int(found.group(1)) if found and len(found.group(1)) < 12 else self.count
        return index if index < self.count and self.email(index) == email else None

    def email(self, index: int) -> str:
        """Return the e-mail address; it holds the index, so that no table is needed to find it."""
        number = self.number(index)
        domain = _DOMAINS[number >> 60 & 3]
        if self.is_company(index):
            return f"office.{index}@example.{domain}"
        given = names.ASCII_GIVEN_NAMES[(number >> 8) % len(names.GIVEN_NAMES)]
        return f"{given}.{names.ASCII_SURNAMES[(number >> 16) % len(names.SURNAMES)]}.{index}@example.{domain}"

    def row(self, index: int, status: str) -> Row:
        """Return a customer as the list shows one."""
        number = self.number(index)
        place = names.place_of(number)
        city, _, zipcode = place.cities[(number >> 36) % len(place.cities)]
        company = self.is_company(index)
        given, last_name, _ = self.name(index)
        kind, identification = _identify(place, company=company, number=number >> 12)
        row: Row = {
            "id": FIRST_ID + index,
            "email": self.email(index),
            "name": None if company else given,
            "last_name": None if company else last_name,
            "identification_number": identification,
            "country": place.name,
            "kyc_valid": False,
            "kyc_status": status,
            "created_at": iso_text(self.created(index)),
            "type": "company" if company else "person",
            "country_code": place.code,
            "identification_type": kind,
            "phone": f"{place.phone}{number % 100_000_000:08d}",
            "city": city,
            "address": f"{names.STREETS[(number >> 40) % len(names.STREETS)]} {1 + (number >> 44) % 120}",
            "zipcode": zipcode,
        }
        if company:
            row |= {"company_name": given, "uuid": uuid_from(number)}
        self.dress(row, status=status, index=index)
        return row

    def _name(self, index: int) -> tuple[str, str, str]:
        """Return given name and two surnames, or the name of a company and two empty texts."""
        number = self.number(index)
        if self.is_company(index):
            word = names.COMPANY_WORDS[(number >> 8) % len(names.COMPANY_WORDS)]
            trade = names.COMPANY_TRADES[(number >> 16) % len(names.COMPANY_TRADES)]
            return f"{word} {trade} {names.place_of(number).company_form}", "", ""
        return (
            names.GIVEN_NAMES[(number >> 8) % len(names.GIVEN_NAMES)],
            names.SURNAMES[(number >> 16) % len(names.SURNAMES)],
            names.SURNAMES[(number >> 24) % len(names.SURNAMES)],
        )

    def _iban(self, index: int) -> str:
        return numbers.spanish_iban(self.number(index))


def _identify(place: names.Place, *, company: bool, number: int) -> Identification:
    """Return type and number by country (contract 3.2, table of identification types)."""
    makers = _COMPANY_MAKERS if company else _PERSON_MAKERS
    return makers[place.code](number)


def _spanish_person(number: int) -> Identification:
    if number % 5 == 0:
        return "PERMANENT_RESIDENCE_PERMIT", numbers.spanish_nie(number // 5)
    return "GOVERNMENT_ID", numbers.spanish_dni(number)


def _argentine_person(number: int) -> Identification:
    if number % 2:
        return "DNI", numbers.argentine_dni(number)
    return "CUIT", numbers.argentine_cuit(number, prefix="20" if number % 4 else "27")


_PERSON_MAKERS: dict[str, Callable[[int], Identification]] = {
    "ESP": _spanish_person,
    "CHL": lambda number: ("RUT", numbers.chilean_rut(number)),
    "MEX": lambda number: ("CURP", numbers.mexican_curp(number)),
    "COL": lambda number: ("CED_CIU", numbers.colombian_cedula(number)),
    "PER": lambda number: ("DNI", numbers.peruvian_dni(number)),
    "ARG": _argentine_person,
}
_COMPANY_MAKERS: dict[str, Callable[[int], Identification]] = {
    "ESP": lambda number: ("CIF", numbers.spanish_cif(number)),
    "CHL": lambda number: ("RUT", numbers.chilean_rut(number, company=True)),
    "MEX": lambda number: ("RFC", numbers.mexican_rfc(number)),
    "COL": lambda number: ("NIT", numbers.colombian_nit(number)),
    "PER": lambda number: ("RUC", numbers.peruvian_ruc(number)),
    "ARG": lambda number: ("CUIT", numbers.argentine_cuit(number, prefix="30")),
}
