"""Recognising the payer by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banking.matching import Likeness, compare_names, is_name_in_text

NAMES = st.lists(st.sampled_from(["Lena", "Ortega", "García", "Marta", "Ruiz", "Núñez"]), min_size=2, unique=True)


@pytest.mark.parametrize(
    ("printed", "likeness"),
    [
        ("Lena Ortega", Likeness.SAME),
        ("LENA ORTEGA", Likeness.SAME),
        ("  lena   ortega ", Likeness.SAME),
        ("ORTEGA, LENA", Likeness.OTHER_ORDER),
        ("ORTEGA LENA", Likeness.OTHER_ORDER),
        ("LENA ORTEGA NUNEZ", Likeness.PART),
        ("ORTEGA NUNEZ, LENA MARIA", Likeness.PART),
        ("LENA ORTEGAA", Likeness.ALIKE),
    ],
)
def test_lena_ortega_is_recognised(printed: str, likeness: Likeness) -> None:
    assert compare_names("Lena Ortega", printed) == likeness


@pytest.mark.parametrize("printed", ["", "LENA", "ORTEGA", "LENA GARCIA", "Marta Ruiz", "12345", "🙂🙂", "<b>"])
def test_one_word_in_common_is_not_the_payer(printed: str) -> None:
    assert compare_names("Lena Ortega", printed) is None


def test_brothers_are_not_taken_for_each_other() -> None:
    assert compare_names("María José García López", "MARIA JOSE GARCIA PEREZ") is None


def test_accents_do_not_matter() -> None:
    assert compare_names("Íñigo Núñez", "INIGO NUNEZ") == Likeness.SAME
    assert compare_names("Søren Łukasz", "SOREN LUKASZ") == Likeness.SAME


def test_a_companys_form_is_recognised_with_and_without_dots() -> None:
    assert compare_names("Energía del Norte, S.L.", "ENERGIA DEL NORTE SL") == Likeness.SAME


def test_a_name_is_found_in_the_text() -> None:
    assert is_name_in_text("Lena Ortega", "TRANSFERENCIA DE ORTEGA LENA CONCEPTO")


def test_a_name_that_the_line_cut_in_two_is_found() -> None:
    assert is_name_in_text("Lena Ortega", "TRANSFERENCIA INMEDIATA DE LENA ORT EGA")


@pytest.mark.parametrize("text", ["", "TRANSFERENCIA DE LENA", "LENAO RTEGUI"])
def test_a_name_that_is_not_all_there_is_not_found(text: str) -> None:
    assert not is_name_in_text("Lena Ortega", text)


def test_a_short_name_is_not_found_within_other_words() -> None:
    assert not is_name_in_text("Ana", "BANANAS DE CANARIAS")


@given(words=NAMES, data=st.data())
def test_the_order_of_the_words_never_matters(words: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations(words))
    assert compare_names(" ".join(words), " ".join(other).upper()) in {Likeness.SAME, Likeness.OTHER_ORDER}


@given(ours=st.text(max_size=300), theirs=st.text(max_size=300))
def test_comparing_works_both_ways_round(ours: str, theirs: str) -> None:
    assert compare_names(ours, theirs) == compare_names(theirs, ours)
