"""Finding a transfer's concept in what banks print."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.matching import Wording, concepts_in, find_concept
from banking.matching.concepts import LINE_LENGTH

CONCEPTS = st.integers(min_value=1000, max_value=10**9).map(str)
LETTERS = st.text(alphabet=string.ascii_uppercase + " ", max_size=30)


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("130042", Wording.ALONE),
        ("  130042 \n", Wording.ALONE),
        ("TRF 130042 LENA ORTEGA", Wording.INSIDE),
        ("TRANSFERENCIA DE LENA ORTEGA CONCEPTO130042", Wording.INSIDE),
        ("PAGO REF:130042", Wording.INSIDE),
        ("pago (130042), gracias.", Wording.INSIDE),
        ("FACTURA 12 130042 LENA", Wording.INSIDE),
        ("TRANSFERENCIA DE LENA ORTEGA....1300\n42", Wording.BROKEN),
        ("TRANSFERENCIA DE LENA ORTEGA\u20261300\r\n42 GRACIAS", Wording.BROKEN),
        ("TRANSFERENCIA DE LENA ORTEGA....130 042 ADIOS 77", Wording.BROKEN),
        ("PAGO 130 042 LENA", Wording.SPACED),
        ("1 3 0 0 4 2", Wording.SPACED),
        ("\uff11\uff13\uff10\uff10\uff14\uff12", Wording.ALONE),
        ("REF\u00a0130042", Wording.INSIDE),
    ],
)
def test_the_concept_is_found_however_the_bank_writes_it(text: str, wording: Wording) -> None:
    assert find_concept("130042", text) == wording


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "9130042",
        "1300421",
        "REF 9130042 LENA",
        "TRANSFERENCIA 130042,50 EUR",
        "IMPORTE 130042.50",
        "PAGO 12 130 042 77",
        "TRANSFERENCIA DE LENA ORTEGA",
        "13004",
        "2",
        "<script>alert(1)</script>",
    ],
)
def test_part_of_a_longer_number_or_an_amount_is_not_the_concept(text: str) -> None:
    assert find_concept("130042", text) is None


def test_an_empty_concept_is_in_no_text() -> None:
    assert find_concept("", "130042") is None
    assert find_concept("  ", "  ") is None


def test_a_concept_with_letters_is_found_in_capitals() -> None:
    assert find_concept("kr-88a", "PAGO KR-88A LENA") == Wording.INSIDE


@given(concept=CONCEPTS, before=LETTERS, after=LETTERS)
def test_a_concept_between_words_is_always_found(concept: str, before: str, after: str) -> None:
    assert find_concept(concept, f"{before} {concept} {after}") is not None


@given(concept=CONCEPTS, digits=st.integers(min_value=0, max_value=9999).map(str), letters=LETTERS)
def test_a_concept_glued_to_more_digits_is_never_found(concept: str, digits: str, letters: str) -> None:
    assert find_concept(concept, f"{letters} {digits}{concept} {letters}") is None
    assert find_concept(concept, f"{letters} {concept}{digits} {letters}") is None


@given(concept=CONCEPTS, lead=st.integers(min_value=1), after=LETTERS)
def test_a_concept_cut_by_the_end_of_the_banks_line_is_always_found(concept: str, lead: int, after: str) -> None:
    left = 1 + lead % (len(concept) - 1)
    line = "X" * (LINE_LENGTH - left) + concept[:left]
    assert find_concept(concept, f"{line} {concept[left:]} {after}") is not None


@given(st.text(max_size=1000))
def test_no_text_is_too_strange_to_be_looked_through(text: str) -> None:
    assert all(find_concept(found, text) for found in concepts_in(text) if found.strip())
