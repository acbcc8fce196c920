"""Text in cells: never a formula, whatever stands before its sign."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backoffice.security.spreadsheets import FORMULA_SIGNS, GUARD, make_harmless


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+34 600 123 456",
        "-2+3",
        "@SUM(A1)",
        "  =1",
        "\t=1",
        "\r=1",
        "\n=1",
        "\x00=1",
        "'=1",
        '"=1',
        " ' \" =1",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "\N{FULLWIDTH PLUS SIGN}1",
        "\N{FULLWIDTH HYPHEN-MINUS}1",
        "\N{FULLWIDTH COMMERCIAL AT}SUM",
        "\N{SMALL EQUALS SIGN}1",
        "\N{MINUS SIGN}1",
        "\N{NO-BREAK SPACE}=1",
        "\N{ZERO WIDTH SPACE}=1",
        "\N{BYTE ORDER MARK}=1",
        "\N{RIGHT-TO-LEFT OVERRIDE}=1",
    ],
)
def test_what_could_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert make_harmless(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["", "Lena", "12-34", "a=b", "lena@example.com", "Núñez; Lena", "2026-03-01", "日本 =1"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert make_harmless(text) == text


@pytest.mark.parametrize("text", ["Lena;=1+1", "Lena; =1", 'Lena;"=1', "Núñez;@SUM", "a;b;-1"])
def test_where_semicolons_cut_cells_none_of_them_begins_a_formula(text: str) -> None:
    assert not any(
        part.strip(" \"'")[:1] in FORMULA_SIGNS and "'" not in part for part in make_harmless(text).split(";")
    )


def test_a_text_stays_on_its_line_and_has_no_control_characters() -> None:
    assert make_harmless("one\r\ntwo\tthree\x00\x07\x1b\x9f\ud800\uffff\u2028four") == "one two three four"


@given(st.text())
@example(";=")
def test_no_text_can_become_a_formula(text: str) -> None:
    harmless = make_harmless(text)

    assert not harmless.lstrip()[:1] or harmless.lstrip()[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in harmless)
    again = make_harmless(harmless)
    assert again == harmless or GUARD in harmless
    assert again.replace(GUARD, "") == harmless.replace(GUARD, "")
