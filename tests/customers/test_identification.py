"""The identification rules: what the provider takes in each country, and which numbers give pause."""

import pytest

from customers.identification import COUNTRIES, explain_doubt, find_type, normal_form, person_types

RIGHT_AND_WRONG = [
    ("ESP", "DNI", "00000000T", "00000000A", "check digit or letter"),
    ("ESP", "NIE", "X0000000T", "X0000000A", "check digit or letter"),
    ("ESP", "CIF", "B58378431", "B58378432", "check digit or letter"),
    ("CHL", "RUT", "12.531.909-2", "12.531.909-3", "check digit or letter"),
    ("CHL", "RUT_COMPANY", "76086428-5", "76086428-4", "check digit or letter"),
    ("MEX", "CURP", "BOXW310820HNERXN09", "BOXW310820HNERXN08", "check digit or letter"),
    ("MEX", "RFC", "MAB9307148T4", "MAB9307148T5", "check digit or letter"),
    ("COL", "NIT", "213.123.432-1", "213.123.432-2", "check digit or letter"),
    ("PER", "DNI", "10117410", "1011741", "number of characters"),
    ("PER", "RUC", "20512333797", "20512333798", "check digit or letter"),
    ("ARG", "DNI", "20.123.456", "2012345678", "number of characters"),
    ("ARG", "CUIL", "20-05536168-2", "20-05536168-3", "check digit or letter"),
    ("ARG", "CUIT", "30-50001091-2", "30-50001091-3", "check digit or letter"),
]
UNCHECKABLE = [
    ("ESP", "PASSPORT"),
    ("COL", "CED_CIU"),
    ("COL", "CED_EXT"),
    ("COL", "TI"),
    ("COL", "NUIP"),
    ("COL", "TE"),
    ("COL", "PPT"),
    ("COL", "PASS"),
    ("COL", "PEP"),
    ("COL", "RC"),
    ("PER", "CE"),
]
CONTRACT_PERSONS = {
    "ESP": {"GOVERNMENT_ID", "PERMANENT_RESIDENCE_PERMIT", "PASSPORT"},
    "CHL": {"RUT"},
    "MEX": {"CURP"},
    "COL": {"CED_CIU", "CED_EXT", "TI", "NUIP", "TE", "PPT", "PASS", "PEP", "RC"},
    "PER": {"DNI", "CE"},
    "ARG": {"DNI", "CUIT"},
}
CONTRACT_COMPANIES = {"ESP": "CIF", "CHL": "RUT", "MEX": "RFC", "COL": "NIT", "PER": "RUC", "ARG": "CUIT"}


@pytest.mark.parametrize(("country", "name", "right", "wrong", "reason"), RIGHT_AND_WRONG)
def test_a_right_number_passes_and_a_wrong_one_says_why(
    country: str, name: str, right: str, wrong: str, reason: str
) -> None:
    kind = find_type(country_code=country, name=name)
    assert kind is not None
    assert explain_doubt(right, kind) is None
    assert reason in str(explain_doubt(wrong, kind))


@pytest.mark.parametrize(("country", "name"), UNCHECKABLE)
def test_a_number_that_no_rule_knows_is_taken_as_it_is(country: str, name: str) -> None:
    kind = find_type(country_code=country, name=name)
    assert kind is not None
    assert explain_doubt("anything at all", kind) is None


def test_every_type_is_either_checked_or_known_to_be_uncheckable() -> None:
    tested = {(country, name) for country, name, *_ in RIGHT_AND_WRONG} | set(UNCHECKABLE)
    assert tested == {(country.code, kind.name) for country in COUNTRIES.values() for kind in country.types}


@pytest.mark.parametrize("country", COUNTRIES)
def test_persons_and_companies_have_the_types_of_the_contract(country: str) -> None:
    types = COUNTRIES[country].types
    assert {kind.value for kind in person_types(COUNTRIES[country])} == CONTRACT_PERSONS[country]
    assert [kind.value for kind in types if kind.is_company] == [CONTRACT_COMPANIES[country]]


def test_a_type_of_another_country_is_not_found() -> None:
    assert find_type(country_code="ESP", name="CURP") is None
    assert find_type(country_code="FRA", name="DNI") is None


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12.531.909-2", "12531909-2"),
        ("125319092", "12531909-2"),
        ("00000000T", "00000000t"),
        (" 20-05536168-2 ", "20055361682"),
        ("12531909-k", "12531909-K"),
    ],
)
def test_the_same_number_is_found_however_it_was_written(typed: str, stored: str) -> None:
    assert normal_form(typed) == normal_form(stored)


def test_an_empty_number_is_like_no_other() -> None:
    assert normal_form(" - ") == ""
