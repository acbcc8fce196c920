"""How persons and companies identify themselves, country by country, and whether a number can be right.

The values are the provider's (contract 3.2); the checks are python-stdnum's. A number that fails its check is a
reason to ask again, never to forbid: the provider decides, and people hold papers that no library knows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.ar import cuit as argentine_cuit
from stdnum.ar import dni as argentine_dni
from stdnum.cl import rut as chilean_rut
from stdnum.co import nit as colombian_nit
from stdnum.es import cif as spanish_cif
from stdnum.es import dni as spanish_dni
from stdnum.es import nie as spanish_nie
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.mx import curp as mexican_curp
from stdnum.mx import rfc as mexican_rfc
from stdnum.pe import cui as peruvian_cui
from stdnum.pe import ruc as peruvian_ruc
from stdnum.util import clean

Validate = Callable[[str], str]
"""Returns a number in its compact form, or raises stdnum's `ValidationError`."""


@dataclass(frozen=True, kw_only=True)
class IdentificationType:
    """One kind of identification of one country.

    `name` is unique within the country; `value` is what the provider takes, and two names can share one (in
    Argentina a CUIL is sent as `CUIT`). `validate` is None where a number cannot be checked.
    """

    name: str
    value: str
    label: str | Promise
    is_company: bool = False
    validate: Validate | None = None


@dataclass(frozen=True, kw_only=True)
class Country:
    """A country whose identification the provider knows: `code` is ISO 3166 alpha-3, `name` as sent (contract 1.4)."""

    code: str
    region: str
    name: str
    label: str | Promise
    types: tuple[IdentificationType, ...]


def _validate_rfc(number: str) -> str:
    compact: str = mexican_rfc.validate(number, validate_check_digits=True)
    return compact


SPAIN = Country(
    code="ESP",
    region="ES",
    name="Spain",
    label=_("Spain"),
    types=(
        IdentificationType(name="DNI", value="GOVERNMENT_ID", label=_("DNI"), validate=spanish_dni.validate),
        IdentificationType(
            name="NIE", value="PERMANENT_RESIDENCE_PERMIT", label=_("NIE"), validate=spanish_nie.validate
        ),
        IdentificationType(name="PASSPORT", value="PASSPORT", label=_("passport")),
        IdentificationType(name="CIF", value="CIF", label=_("CIF"), is_company=True, validate=spanish_cif.validate),
    ),
)
CHILE = Country(
    code="CHL",
    region="CL",
    name="Chile",
    label=_("Chile"),
    types=(
        IdentificationType(name="RUT", value="RUT", label=_("RUT"), validate=chilean_rut.validate),
        IdentificationType(
            name="RUT_COMPANY", value="RUT", label=_("RUT"), is_company=True, validate=chilean_rut.validate
        ),
    ),
)
MEXICO = Country(
    code="MEX",
    region="MX",
    name="Mexico",
    label=_("Mexico"),
    types=(
        IdentificationType(name="CURP", value="CURP", label=_("CURP"), validate=mexican_curp.validate),
        IdentificationType(name="RFC", value="RFC", label=_("RFC"), is_company=True, validate=_validate_rfc),
    ),
)
COLOMBIA = Country(
    code="COL",
    region="CO",
    name="Colombia",
    label=_("Colombia"),
    types=(
        IdentificationType(name="CED_CIU", value="CED_CIU", label=_("citizen id (cédula de ciudadanía)")),
        IdentificationType(name="CED_EXT", value="CED_EXT", label=_("foreigner id (cédula de extranjería)")),
        IdentificationType(name="TI", value="TI", label=_("identity card (tarjeta de identidad)")),
        IdentificationType(name="NUIP", value="NUIP", label=_("NUIP")),
        IdentificationType(name="TE", value="TE", label=_("foreigner card (tarjeta de extranjería)")),
        IdentificationType(name="PPT", value="PPT", label=_("temporary protection permit (PPT)")),
        IdentificationType(name="PASS", value="PASS", label=_("passport")),
        IdentificationType(name="PEP", value="PEP", label=_("special permanence permit (PEP)")),
        IdentificationType(name="RC", value="RC", label=_("civil registry (registro civil)")),
        IdentificationType(name="NIT", value="NIT", label=_("NIT"), is_company=True, validate=colombian_nit.validate),
    ),
)
PERU = Country(
    code="PER",
    region="PE",
    name="Peru",
    label=_("Peru"),
    types=(
        IdentificationType(name="DNI", value="DNI", label=_("DNI"), validate=peruvian_cui.validate),
        IdentificationType(name="CE", value="CE", label=_("foreigner card (carné de extranjería)")),
        IdentificationType(name="RUC", value="RUC", label=_("RUC"), is_company=True, validate=peruvian_ruc.validate),
    ),
)
ARGENTINA = Country(
    code="ARG",
    region="AR",
    name="Argentina",
    label=_("Argentina"),
    types=(
        IdentificationType(name="DNI", value="DNI", label=_("DNI"), validate=argentine_dni.validate),
        IdentificationType(name="CUIL", value="CUIT", label=_("CUIL"), validate=argentine_cuit.validate),
        IdentificationType(
            name="CUIT", value="CUIT", label=_("CUIT"), is_company=True, validate=argentine_cuit.validate
        ),
    ),
)

COUNTRIES: dict[str, Country] = {country.code: country for country in (SPAIN, CHILE, MEXICO, COLOMBIA, PERU, ARGENTINA)}
"""By alpha-3 code; for any other country the contract names no identification type."""

_REASONS: tuple[tuple[type[ValidationError], str | Promise], ...] = (
    (InvalidLength, _("it has the wrong number of characters")),
    (InvalidChecksum, _("its check digit or letter does not fit")),
    (InvalidFormat, _("it is not written as such a number is")),
    (InvalidComponent, _("a part of it (a date, a region, a prefix) does not exist")),
)


def person_types(country: Country) -> tuple[IdentificationType, ...]:
    """The types by which a person of `country` can be registered."""
    return tuple(kind for kind in country.types if not kind.is_company)


def find_type(*, country_code: str, name: str) -> IdentificationType | None:
    """The type called `name` in the country of that alpha-3 code, None where there is none."""
    country = COUNTRIES.get(country_code)
    return next((kind for kind in country.types if kind.name == name), None) if country else None


def label_of_value(*, country_code: str, value: str) -> str:
    """How people call what the provider calls `value` in that country; the value itself where it has no other name."""
    country = COUNTRIES.get(country_code)
    return next((str(kind.label) for kind in country.types if kind.value == value), value) if country else value


def explain_doubt(number: str, kind: IdentificationType) -> str | Promise | None:
    """Why `number` cannot be a right one of its kind, in words; None where nothing speaks against it."""
    if kind.validate is None:
        return None
    try:
        kind.validate(number)
    except ValidationError as problem:
        return _reason_of(problem)
    return None


def normal_form(number: str) -> str:
    """The one form in which numbers are compared: upper case, without what people put between the characters."""
    compact: str = clean(number, " -./")
    return compact.strip().upper()


def _reason_of(problem: ValidationError) -> str | Promise:
    for error, reason in _REASONS:
        if isinstance(problem, error):
            return reason
    return _("it is not a valid number")
