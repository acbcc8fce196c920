"""Enhanced verification links and documents; contract 3.6 and 3.7."""

from __future__ import annotations

import base64
import datetime
import hashlib
from typing import Any

import pytest

from backoffice.sandbox.data.reference import DOCUMENT_TYPES
from tests.sandbox.conftest import Caller
from tests.sandbox.contract import document

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def as_data_uri(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"


def test_a_link_ends_after_ninety_days_unless_told_otherwise(empty: Caller, lena: dict[str, Any]) -> None:
    now = datetime.datetime.now(datetime.UTC)
    for body, days in (({}, 90), ({"expires_in_days": 1}, 1), ({"expires_in_days": 365}, 365)):
        data = empty.post("/onboarding-form", {"user_id": lena["id"], **body}).json()["data"]
        remaining = datetime.datetime.fromisoformat(data["expires_at"]) - now
        assert datetime.timedelta(days=days) <= remaining < datetime.timedelta(days=days, minutes=1)
        assert data["status"] == "draft"
        assert data["onboarding_link"].endswith(data["form_id"])


def test_every_link_is_counted(empty: Caller, lena: dict[str, Any]) -> None:
    for _ in range(3):
        empty.post("/onboarding-form", {"user_id": lena["id"]})
    forms = empty.sandbox.control.enhanced_verifications()
    assert [form["user_id"] for form in forms] == [lena["id"]] * 3
    assert len({form["form_id"] for form in forms}) == 3


def test_a_link_for_nobody_is_http_404(empty: Caller) -> None:
    answer = empty.post("/onboarding-form", {"user_id": 1})
    assert (answer.status_code, answer.json()) == (404, {"status": "error", "error": "user_not_found"})


@pytest.mark.parametrize("body", [
    {}, {"user_id": "abc"}, {"user_id": None}, {"user_id": 1, "expires_in_days": 0},
    {"user_id": 1, "expires_in_days": 366}, {"user_id": 1, "expires_in_days": "soon"},
])  # fmt: skip
def test_a_wrong_request_for_a_link_is_http_422(empty: Caller, body: dict[str, Any]) -> None:
    assert empty.post("/onboarding-form", body, wrong=True).status_code == 422
    assert empty.sandbox.control.enhanced_verifications() == []


@pytest.mark.parametrize("file", [
    as_data_uri(PNG, "image/png"), base64.b64encode(PNG).decode(), "https://files.example.org/statement.pdf",
])  # fmt: skip
def test_a_document_is_taken_as_data_uri_as_base64_and_as_address(
    empty: Caller, lena: dict[str, Any], file: str
) -> None:
    answer = empty.post(f"/customers/{lena['id']}/documents", {"type": "payslip", "file": file})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    (kept,) = empty.sandbox.control.documents()
    assert (kept["user_id"], kept["type"]) == (lena["id"], "payslip")


def test_what_came_in_is_known_by_its_sha256(empty: Caller, lena: dict[str, Any]) -> None:
    body = {"type": "invoice", "file": as_data_uri(PNG, "image/png")}
    empty.post(f"/customers/{lena['id']}/documents", body)
    (kept,) = empty.sandbox.control.documents()
    assert (kept["sha256"], kept["size"], kept["mime"]) == (hashlib.sha256(PNG).hexdigest(), 28, "image/png")


@pytest.mark.parametrize("file", [
    "not base64 at all", as_data_uri(b"plain text", "text/plain"), as_data_uri(PNG, "application/pdf"),
    "data:image/png;base64,", "data:image/png,raw", base64.b64encode(b"MZ\x90\x00").decode(), "ftp://a.example/x",
])  # fmt: skip
def test_a_file_that_lies_or_cannot_be_read_is_invalid(empty: Caller, lena: dict[str, Any], file: str) -> None:
    answer = empty.post(f"/customers/{lena['id']}/documents", {"type": "payslip", "file": file})
    assert (answer.status_code, answer.json()) == (422, {"status": "error", "error": "invalid_file"})
    assert empty.sandbox.control.documents() == []


@pytest.mark.parametrize(
    "body", [{}, {"type": "selfie", "file": "x"}, {"type": "payslip"}, {"type": "payslip", "file": ""}]
)
def test_a_missing_or_unknown_type_is_a_validation_error(
    empty: Caller, lena: dict[str, Any], body: dict[str, str]
) -> None:
    answer = empty.post(f"/customers/{lena['id']}/documents", body, wrong=True)
    assert answer.status_code == 422
    assert "errors" in answer.json()


def test_the_types_are_the_23_of_the_contract() -> None:
    assert set(document()["components"]["schemas"]["DocumentType"]["enum"]) == DOCUMENT_TYPES
    assert len(DOCUMENT_TYPES) == 23


def test_documents_for_nobody_and_for_others_customers_are_told_apart(empty: Caller) -> None:
    body = {"type": "payslip", "file": as_data_uri(PNG, "image/png")}
    foreign = empty.sandbox.control.add_customer(_foreign=True)
    assert empty.post("/customers/1/documents", body).json()["error"] == "user_not_found"
    for customer in (501, foreign["id"]):
        answer = empty.post(f"/customers/{customer}/documents", body)
        assert (answer.status_code, answer.json()["error"]) == (403, "user_not_in_integration")
