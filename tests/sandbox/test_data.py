"""Generated rows: valid numbers, the same every time, a million of them for nothing."""

from __future__ import annotations

import datetime
import re
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as any_iban
from stdnum.ar import cuit
from stdnum.ar import dni as argentine_dni
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.es import cif, dni, iban, nie
from stdnum.mx import curp, rfc
from stdnum.pe import cui, ruc

from backoffice.sandbox.data import identification
from backoffice.sandbox.data.mixing import TokenCodec, coprime_near
from tests.sandbox.conftest import Caller, StartCaller

NUMBERS = st.integers(min_value=0, max_value=2**64 - 1)
DAY = datetime.date(2026, 7, 1)
VALIDATORS = {
    ("Spain", "GOVERNMENT_ID"): dni, ("Spain", "PERMANENT_RESIDENCE_PERMIT"): nie, ("Spain", "CIF"): cif,
    ("Chile", "RUT"): rut, ("Mexico", "CURP"): curp, ("Mexico", "RFC"): rfc, ("Colombia", "NIT"): nit,
    ("Peru", "DNI"): cui, ("Peru", "RUC"): ruc, ("Argentina", "DNI"): argentine_dni, ("Argentina", "CUIT"): cuit,
}  # fmt: skip


@given(NUMBERS)
def test_every_identification_number_has_the_right_check_digit(number: int) -> None:
    assert dni.is_valid(identification.spanish_dni(number))
    assert nie.is_valid(identification.spanish_nie(number))
    assert cif.is_valid(identification.spanish_cif(number))
    assert rut.is_valid(identification.chilean_rut(number))
    assert rut.is_valid(identification.chilean_rut(number, company=True))
    assert curp.is_valid(identification.mexican_curp(number))
    assert rfc.is_valid(identification.mexican_rfc(number), validate_check_digits=True)
    assert nit.is_valid(identification.colombian_nit(number))
    assert cui.is_valid(identification.peruvian_dni(number))
    assert ruc.is_valid(identification.peruvian_ruc(number))
    assert argentine_dni.is_valid(identification.argentine_dni(number))
    for prefix in ("20", "27", "30"):
        assert cuit.is_valid(identification.argentine_cuit(number, prefix=prefix))
    assert iban.is_valid(identification.spanish_iban(number))


def test_customers_are_people_and_companies_of_six_countries_with_valid_numbers(start_caller: StartCaller) -> None:
    rows = start_caller(customers=600).list("/customers/list")
    kinds = Counter((row["country"], row["identification_type"]) for row in rows)
    assert set(kinds) == {*VALIDATORS, ("Colombia", "CED_CIU")}
    for row in rows:
        validator = VALIDATORS.get((row["country"], row["identification_type"]))
        if validator is None:
            assert re.fullmatch("10[0-9]{8}", row["identification_number"])
        else:
            assert validator.is_valid(row["identification_number"])
        assert (row["type"] == "company") == ("company_name" in row)
        assert bool(row["name"] and row["last_name"]) == (row["type"] == "person")
        assert re.fullmatch(r"\+[0-9]{10,13}", row["phone"])
        assert row["city"]
        assert row["address"]
    assert len({row["email"] for row in rows}) == 600


def test_accounts_and_payers_have_valid_ibans(caller: Caller) -> None:
    accounts = [row["iban"] for row in caller.get("/banking/accounts").json()["data"]]
    payers = [row["counterparty_iban"] for row in caller.sandbox.control.bank_transactions()]
    for number in filter(None, accounts + payers):
        assert any_iban.is_valid(number)


def answers(start_caller: StartCaller, **options: Any) -> list[bytes]:
    """The first answers of a stand-in provider, byte for byte."""
    caller = start_caller(today=DAY, **options)
    caller.sandbox.control.add_payment(external_id="remit-1")
    caller.post("/registerUser", {"name": "Lena", "email": "lena@example.org"})
    caller.sandbox.control.advance(3)
    paths = ("/customers/list", "/payments/list", "/rampoff/list", f"/banking/accounts/{caller.iban()}/transactions")
    return [caller.get(path, per_page=500).content for path in paths]


def test_the_same_seed_and_options_give_the_same_bytes(start_caller: StartCaller) -> None:
    first = answers(start_caller, seed=7)
    assert answers(start_caller, seed=7) == first
    other = answers(start_caller, seed=8)
    assert all(one != another for one, another in zip(first, other, strict=True))


def test_history_is_spread_over_the_year_before_the_day_given(start_caller: StartCaller) -> None:
    caller = start_caller(today=DAY, payments=300, customers=60)
    registered = {str(row["id"]): row["created_at"] for row in caller.list("/customers/list")}
    payments = caller.list("/payments/list")
    assert "2026-06-" in payments[0]["created_at"]
    assert "2025-07-" in payments[-1]["created_at"]
    assert all(registered[row["user_id"]] <= row["created_at"] for row in payments)
    assert all(row["created_at"] < "2026-07-01" for row in payments)


@given(st.integers(min_value=0, max_value=10**9), NUMBERS)
def test_an_id_leads_back_to_its_index(index: int, key: int) -> None:
    codec = TokenCodec(key)
    token = codec.encode(index)
    assert re.fullmatch("[0-9A-Za-z]{25}", token)
    assert codec.decode(token) == index


@given(st.integers(min_value=1, max_value=5000))
def test_a_walk_by_a_coprime_stride_visits_all(count: int) -> None:
    stride = coprime_near(count)
    assert len({index * stride % count for index in range(count)}) == count


def test_a_million_rows_cost_nothing_until_they_are_asked_for(start_caller: StartCaller) -> None:
    million = 1_000_000
    tracemalloc.start()
    caller = start_caller(customers=million, payments=million, offramps=million, bank_transactions=million)
    lines = f"/banking/accounts/{caller.iban()}/transactions"
    for path, last_page in (
        ("/customers/list", 2000),
        ("/payments/list", 2000),
        ("/rampoff/list", 2000),
        (lines, 1334),
    ):
        for page in (1, last_page // 2, last_page):
            answer = caller.get(path, page=page, per_page=500).json()
            assert answer["pagination"]["last_page"] == last_page
            assert len(answer["data"]) in (167, 500)
    payment = caller.get("/payments/list", per_page=1, page=777_777).json()["data"][0]
    assert caller.get(f"/payment/{payment['id']}").json()["data"] == payment
    assert caller.get("/payments/list", external_id="remit-0123456").json()["pagination"]["total"] == 1
    assert caller.get("/payments/list", date_to="1999-01-01").json()["pagination"]["total"] == 0
    assert caller.sandbox.control.rows_held() == 0
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


@pytest.mark.parametrize("options", [
    {"customers": -1}, {"customers": 0, "payments": 1}, {"page_layout": "scroll"},
])  # fmt: skip
def test_options_that_cannot_be_are_refused(start_caller: StartCaller, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"negative|customer|layout"):
        start_caller(**options)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_smallest_sizes_work_too(start_caller: StartCaller, size: int) -> None:
    caller = start_caller(customers=size, payments=size, offramps=size, bank_transactions=size)
    for path in ("/customers/list", "/payments/list", "/rampoff/list"):
        assert len(caller.list(path)) == size
    assert sum(len(caller.list(f"/banking/accounts/{caller.iban(account)}/transactions")) for account in (0, 1)) == size
