"""Masks keep enough to recognise a value, and never more than half of it."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from backoffice.face.payloads import readable_json
from backoffice.security.masked_data import find_values, mask_data, mask_text
from backoffice.security.masking import MASK, Kind, kind_of_key, mask
from backoffice.security.readers import reading

LENA: dict[str, Any] = {
    "id": 4711,
    "name": "Lena",
    "email": "lena@example.org",
    "identification_number": "00000000T",
    "dob": "1990-05-04",
    "phone": "+34612345678",
    "kyc_form_url": "forms.example-kyc.com/0f3c9a7e5b",
    "fiat_amount": 12_550,
    "address": {"street": "Calle Mayor 1", "city": "Madrid"},
    "accounts": [{"IBAN": "ES9121000418450200051332", "bic": "CAIXESBB"}],
    "nested": {"deep": [{"KYB-Password": "hunter2-hunter2", "onboardingLink": "https://b2b.example/kyb/1"}]},
    "note": "call lena@example.org about 00000000T, or pay ES91 2100 0418 4502 0005 1332",
    "nothing": {"phone": None, "email_verified": True},
}
RAW = (
    "lena@example.org", "00000000T", "1990-05-04", "+34612345678", "forms.example-kyc", "Calle Mayor", "Madrid",
    "ES9121000418450200051332", "ES91 2100", "hunter2", "b2b.example",
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("00000000T", Kind.IDENTIFICATION, f"{MASK}000T"),
        ("ES9121000418450200051332", Kind.IBAN, f"{MASK}1332"),
        ("+34612345678", Kind.PHONE, f"{MASK}5678"),
        ("1234567", Kind.IDENTIFICATION, MASK),
        ("1990-05-04", Kind.BIRTH_DATE, MASK),
        ("Calle Mayor 1, Madrid", Kind.ADDRESS, MASK),
        ("https://b2b.example/kyb/1", Kind.SECRET, MASK),
        ("lena@example.org", Kind.EMAIL, f"l{MASK}.org"),
        ("lena.ortega.of.valencia@gmail.com", Kind.EMAIL, f"l{MASK}@gmail.com"),
        ("a@b.es", Kind.EMAIL, MASK),
        ("no address at all", Kind.EMAIL, f"n{MASK} all"),
        ("  ", Kind.PHONE, ""),
    ],
)
def test_a_mask_keeps_what_it_takes_to_recognise_a_value(value: str, kind: Kind, shown: str) -> None:
    assert mask(value, kind) == shown


@given(value=st.text(min_size=1), kind=st.sampled_from(Kind))
def test_a_mask_never_shows_more_than_half(value: str, kind: Kind) -> None:
    shown = mask(value, kind).replace(MASK, "", 1)
    assert 2 * len(shown) <= len(value.strip())


def test_whoever_is_unknown_is_shown_masks_only() -> None:
    shown = json.dumps(mask_data(LENA), ensure_ascii=False)
    assert [raw for raw in RAW if raw in shown] == []
    assert '"name": "Lena"' in shown
    assert '"fiat_amount": 12550' in shown
    assert '"bic": "CAIXESBB"' in shown
    assert mask_data(LENA)["nothing"] == {"phone": None, "email_verified": True}


def test_who_sees_contact_data_sees_e_mail_and_nothing_more(clara: User) -> None:
    with reading(lambda: clara):
        shown = json.dumps(mask_data(LENA), ensure_ascii=False)
    assert [raw for raw in RAW if raw in shown] == ["lena@example.org"]


def test_a_key_that_is_harmless_here_is_left_alone() -> None:
    account = {"iban": "ES9121000418450200051332", "counterparty_iban": "ES7921000813610123456789"}
    assert mask_data(account, clear_keys={"iban"}) == {
        "iban": "ES9121000418450200051332",
        "counterparty_iban": f"{MASK}6789",
    }


def test_a_text_is_masked_where_it_says_what_an_object_keeps_back() -> None:
    text = "The number 00000000T of lena@example.org is not 100000000T; +34612345678 did not answer."
    assert mask_text(text, find_values(LENA)) == (
        f"The number {MASK}000T of l{MASK}.org is not 100000000T; {MASK}5678 did not answer."
    )


@pytest.mark.parametrize("text", ["no JSON: lena@example.org", "", '{"email": "lena@exam'])
def test_what_is_no_json_cannot_be_masked_and_is_not_shown(text: str) -> None:
    assert "lena" not in readable_json(text)


def test_numbers_keep_every_digit_beside_masks() -> None:
    shown = readable_json('{"amount": 0.10000000000000000001, "phone": 34612345678, "id": 12345678901234567890123}')
    assert "0.10000000000000000001" in shown
    assert "12345678901234567890123" in shown
    assert f'"{MASK}5678"' in shown


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("identification_number", Kind.IDENTIFICATION),
        ("identification_type", None),
        ("payoutIban", Kind.IBAN),
        ("Date-Of-Birth", Kind.BIRTH_DATE),
        ("kyb_password", Kind.SECRET),
        ("token_symbol", None),
        ("concept", None),
        ("last_name", None),
    ],
)
def test_a_key_says_what_stands_under_it_however_it_is_written(key: str, kind: Kind | None) -> None:
    assert kind_of_key(key) == kind
