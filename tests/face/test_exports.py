"""Lists as files: the rows that the list shows, to those who may, with personal data masked, and written down."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice.audit.models import AuditRecord
from backoffice.face.exports import files
from backoffice.sandbox import Sandbox
from backoffice.security.masking import Kind, Sensitive
from backoffice.sync.models import SyncRun
from backoffice.sync.resources import all_resources
from backoffice.sync.services import sync_resource
from customers.admin import CustomerAdmin
from customers.models import Customer
from payments.models import Payment

from .spreadsheet import body_of, numbers_of_xlsx, read_csv, read_xlsx

CUSTOMERS = "/admin/customers/customer/export/"
PAYMENTS = "/admin/payments/payment/export/"
SENSITIVE = {
    "email": Sensitive(kind=Kind.EMAIL, permission="customers.view_customer"),
    "identification_number": Sensitive(kind=Kind.IDENTIFICATION, permission="customers.view_document_content"),
}


@pytest.fixture
def _masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The customers' e-mail and identification number are personal data."""
    monkeypatch.setattr(CustomerAdmin, "sensitive", SENSITIVE)


@pytest.fixture
def lena(make_customer: Callable[..., Customer]) -> Customer:
    """Lena is verified, and from Spain."""
    return make_customer(
        "1",
        name="Lena",
        last_name="Ortega Núñez",
        email="lena@example.com",
        identification_number="12345678Z",
        kyc_status="valid",
        country="ESP",
        registered_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    )


@pytest.fixture
def marta(make_customer: Callable[..., Customer]) -> Customer:
    """Marta was rejected; she came after Lena."""
    return make_customer("2", name="Marta", kyc_status="fail", registered_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC))


def _export(client: Client, address: str, **wish: str) -> Any:
    return client.post(address, {"format": "csv", **wish})


def _rows(answer: Any) -> list[dict[str, str]]:
    headings, *lines = read_csv(body_of(answer))
    return [dict(zip(headings, line, strict=True)) for line in lines]


def test_felix_takes_the_customers_as_csv(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, marta: Customer
) -> None:
    answer = _export(signed_in(felix), CUSTOMERS)
    rows = _rows(answer)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="customer-')
    assert "no-store" in answer["Cache-Control"]
    assert [row["Name"] for row in rows] == ["Marta", "Lena"]
    assert rows[1] | {"Read at": ""} == {
        "Id at the provider": "1",
        "Kind": "person",
        "Name": "Lena",
        "Last name": "Ortega Núñez",
        "Company name": "",
        "E-mail": "l••••.com",
        "Identification number": "••••678Z",
        "Country": "ESP",
        "KYC status": "verified",
        "Registered": "2026-03-01T09:30:00Z",
        "Read at": "",
        "Missing at the provider since": "",
    }


def test_the_same_list_as_a_workbook_has_amounts_as_numbers(
    signed_in: Callable[[User], Client], felix: User, make_payment: Callable[..., Payment]
) -> None:
    make_payment("900719925474099312", fiat_amount=Decimal("-12.5000"), coin_amount=Decimal("0.12345678901234567891"))

    answer = _export(signed_in(felix), PAYMENTS, format="xlsx")
    content = body_of(answer)
    headings, line = read_xlsx(content)
    row = dict(zip(headings, line, strict=False))

    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert row["Id at the provider"] == "900719925474099312"
    assert (row["Amount"], row["Currency"]) == ("-12.5000", "EUR")
    assert row["Coins"] == "0.12345678901234567891"
    assert numbers_of_xlsx(content) == ["-12.5000"]


def test_an_export_has_the_rows_and_the_order_of_the_list(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, marta: Customer
) -> None:
    client = signed_in(felix)

    assert [row["Name"] for row in _rows(_export(client, f"{CUSTOMERS}?kyc_status=valid"))] == ["Lena"]
    assert [row["Name"] for row in _rows(_export(client, f"{CUSTOMERS}?q=Marta"))] == ["Marta"]
    assert [row["Name"] for row in _rows(_export(client, f"{CUSTOMERS}?o=6"))] == ["Lena", "Marta"]
    assert [row["Name"] for row in _rows(_export(client, f"{CUSTOMERS}?p=99"))] == ["Marta", "Lena"]


def test_an_export_of_a_day_has_the_rows_that_the_pages_show_on_it(
    signed_in: Callable[[User], Client], felix: User, make_payment: Callable[..., Payment], settings: Any
) -> None:
    settings.DISPLAY_TIME_ZONE = "Europe/Madrid"
    make_payment("late", created_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    make_payment("early", created_at=datetime(2026, 3, 31, 21, 30, tzinfo=UTC))
    client = signed_in(felix)

    def exported(query: str) -> list[str]:
        return [row["Id at the provider"] for row in _rows(_export(client, f"{PAYMENTS}?{query}"))]

    assert exported("created_at_after=2026-04-01") == ["late"]
    assert exported("created_at_before=2026-03-31") == ["early"]


@pytest.mark.parametrize("query", ["kyc_status=bogus", "no_such_filter=1", "registered_after=soon", "q=Lena%00"])
def test_what_the_list_does_not_understand_is_not_exported(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, query: str
) -> None:
    client = signed_in(felix)

    answer = _export(client, f"{CUSTOMERS}?{query}")
    asked = client.get(f"{CUSTOMERS}?{query}")

    assert answer.status_code == 400
    assert "there is nothing to export" in answer.content.decode()
    assert 'type="submit" class="button button-primary"' not in asked.content.decode()
    assert not AuditRecord.objects.filter(action__startswith="list.").exists()


def test_a_list_of_nothing_is_a_file_with_headings(signed_in: Callable[[User], Client], felix: User) -> None:
    client = signed_in(felix)

    assert len(read_csv(body_of(_export(client, CUSTOMERS)))) == 1
    assert len(read_xlsx(body_of(_export(client, CUSTOMERS, format="xlsx")))) == 1


def test_the_list_has_a_button_that_keeps_what_narrows_it(
    signed_in: Callable[[User], Client], felix: User, lena: Customer
) -> None:
    page = signed_in(felix).get("/admin/customers/customer/?kyc_status=valid&q=Lena&p=1").content.decode()

    assert f'href="{CUSTOMERS}?kyc_status=valid&amp;q=Lena"' in page


@pytest.mark.usefixtures("_masked")
def test_the_page_says_what_will_be_in_the_file(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, marta: Customer
) -> None:
    page = signed_in(felix).get(f"{CUSTOMERS}?kyc_status=valid&q=Lena").content.decode()

    assert '<span class="number">1</span>' in page
    assert "Searched for" in page
    assert "E-mail (masked)" in page
    assert "With personal data in clear" not in page


def test_nobody_exports_without_the_right_or_what_they_may_not_see(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, clara: User
) -> None:
    assert _export(signed_in(clara), "/admin/banking/banktransaction/export/").status_code == 403
    assert _export(signed_in(felix), "/admin/customers/document/export/").status_code == 403

    felix.groups.get().permissions.remove(Permission.objects.get(codename="export_list"))
    client = signed_in(User.objects.get(pk=felix.pk))

    assert _export(client, CUSTOMERS).status_code == 403
    assert client.get(CUSTOMERS).status_code == 403
    assert "/export/" not in client.get("/admin/customers/customer/").content.decode()


@pytest.mark.usefixtures("_masked")
def test_personal_data_is_masked_in_every_list_it_stands_in(
    signed_in: Callable[[User], Client],
    sofia: User,
    lena: Customer,
    make_payment: Callable[..., Payment],
) -> None:
    make_payment("p1", customer=lena)
    client = signed_in(sofia)

    (customer,) = _rows(_export(client, CUSTOMERS))
    (payment,) = _rows(_export(client, PAYMENTS))

    assert (customer["E-mail"], customer["Identification number"]) == ("l••••.com", "••••678Z")
    assert payment["Customer e-mail"] == "l••••.com"


@pytest.mark.usefixtures("_masked")
def test_sofia_may_take_the_personal_data_that_she_may_reveal_and_it_is_written_down(
    signed_in: Callable[[User], Client], sofia: User, lena: Customer
) -> None:
    sofia.groups.get().permissions.remove(Permission.objects.get(codename="view_document_content"))

    (row,) = _rows(_export(signed_in(sofia), CUSTOMERS, personal_data="on"))

    assert (row["E-mail"], row["Identification number"]) == ("lena@example.com", "••••678Z")
    assert AuditRecord.objects.get(action="list.exported").details["personal_data"] is True


@pytest.mark.usefixtures("_masked")
def test_felix_cannot_ask_for_personal_data(signed_in: Callable[[User], Client], felix: User, lena: Customer) -> None:
    (row,) = _rows(_export(signed_in(felix), CUSTOMERS, personal_data="on"))

    assert row["E-mail"] == "l••••.com"
    assert AuditRecord.objects.get(action="list.exported").details["personal_data"] is False


@pytest.mark.usefixtures("_masked")
def test_personal_data_needs_somebody_who_signed_in_just_now(
    signed_in: Callable[[User], Client],
    sofia: User,
    lena: Customer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(request: HttpRequest) -> HttpResponse:
        return HttpResponse("Who are you?", status=401)

    monkeypatch.setattr("backoffice.face.exports.views.ask_to_sign_in_again", ask)
    client = signed_in(sofia)

    assert _export(client, CUSTOMERS, personal_data="on").status_code == 401
    assert not AuditRecord.objects.filter(action="list.exported").exists()
    assert _export(client, CUSTOMERS).status_code == 200


def test_a_secret_is_in_no_export_even_where_it_was_declared(
    signed_in: Callable[[User], Client], ada: User, lena: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = {"country": Sensitive(kind=Kind.SECRET, permission="customers.view_customer")}
    monkeypatch.setattr(CustomerAdmin, "sensitive", secret)

    (row,) = _rows(_export(signed_in(ada), CUSTOMERS, personal_data="on"))

    assert "Country" not in row
    assert "ESP" not in row.values()


def test_the_record_says_who_took_what_and_how_it_ended(
    signed_in: Callable[[User], Client], sofia: User, lena: Customer, marta: Customer
) -> None:
    address = f"{CUSTOMERS}?kyc_status=valid&q=lena%40example.com&o=1"
    body_of(_export(signed_in(sofia), address, format="xlsx"))

    asked = AuditRecord.objects.get(action="list.exported")
    ended = AuditRecord.objects.get(action="list.export_ended")

    assert asked.actor_name == ended.actor_name == "sofia"
    assert asked.correlation_id == ended.correlation_id
    assert asked.details == {
        "list": "customers.customer",
        "filter": {"kyc_status": ["valid"], "q": ["l••••.com"], "o": ["1"]},
        "count": 1,
        "format": "xlsx",
        "personal_data": False,
    }
    assert ended.details == {"export": asked.pk, "count": 1, "is_complete": True}


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_an_export_that_its_reader_leaves_is_recorded_as_cut(
    signed_in: Callable[[User], Client],
    felix: User,
    make_customer: Callable[..., Customer],
    file_format: str,
    settings: Any,
) -> None:
    for number in range(3 * files.LINES_A_PART):
        make_customer(str(number), name="Lena" * 40)

    answer = _export(signed_in(felix), CUSTOMERS, format=file_format)
    parts = iter(answer.streaming_content)
    next(parts)
    if file_format == "csv":
        next(parts)
    answer._iterator.close()  # as a server does when nobody reads on; the rest of closing is the test client's

    ended = AuditRecord.objects.get(action="list.export_ended").details
    assert ended["is_complete"] is False
    assert ended["count"] == (files.LINES_A_PART if file_format == "csv" else 3 * files.LINES_A_PART)


def test_an_error_half_way_shows_in_the_file_and_breaks_the_connection(
    signed_in: Callable[[User], Client],
    felix: User,
    make_customer: Callable[..., Customer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(10):
        make_customer(str(number), name=f"Lena {number}")
    monkeypatch.setattr(files, "LINES_A_PART", 2)
    monkeypatch.setattr("backoffice.face.exports.lines.value_of", _break_at("Lena 5"))

    answer = _export(signed_in(felix), CUSTOMERS)
    sent: list[bytes] = []
    with pytest.raises(ZeroDivisionError):
        sent.extend(answer.streaming_content)

    last_line = read_csv(b"".join(sent))[-1]
    assert last_line[0].startswith("INCOMPLETE")
    assert AuditRecord.objects.get(action="list.export_ended").details["is_complete"] is False


def _break_at(name: str) -> Callable[[Any, Any], Any]:
    def value_of(column: Any, row: Any) -> Any:
        return 1 / 0 if row.name == name else column.value(row)

    return value_of


def test_an_error_while_a_workbook_is_made_sends_nothing_and_leaves_nothing_behind(
    signed_in: Callable[[User], Client],
    felix: User,
    lena: Customer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backoffice.face.exports.lines.value_of", _break_at("Lena"))

    with pytest.raises(ZeroDivisionError):
        _export(signed_in(felix), CUSTOMERS, format="xlsx")

    assert AuditRecord.objects.get(action="list.export_ended").details["is_complete"] is False
    assert _left_behind(settings) == []


def test_a_workbook_leaves_nothing_on_the_disk(
    signed_in: Callable[[User], Client], felix: User, lena: Customer, settings: Any
) -> None:
    answer = _export(signed_in(felix), CUSTOMERS, format="xlsx")

    assert _left_behind(settings) == []
    assert body_of(answer).startswith(b"PK")


@pytest.fixture(autouse=True)
def _private_workshop(settings: Any, tmp_path: Path) -> None:
    """Workbooks of a test are put together in its own folder."""
    settings.EXPORT_DIR = str(tmp_path / "exports")


def _left_behind(settings: Any) -> list[Path]:
    return list(Path(settings.EXPORT_DIR).iterdir())


def test_more_rows_than_a_sheet_holds_are_refused_as_a_workbook(
    signed_in: Callable[[User], Client],
    felix: User,
    lena: Customer,
    marta: Customer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "MOST_ROWS_OF_A_SHEET", 2)
    client = signed_in(felix)

    answer = _export(client, CUSTOMERS, format="xlsx")

    assert "Choose CSV, or narrow the list" in answer.content.decode()
    assert len(_rows(_export(client, CUSTOMERS))) == 2
    assert len(read_xlsx(body_of(_export(client, f"{CUSTOMERS}?q=Lena", format="xlsx")))) == 2


@pytest.fixture
def _filled(db: None, start_provider: Callable[..., Sandbox]) -> None:
    """A mirror with some of everything."""
    start_provider(customers=30, payments=60, offramps=20, bank_transactions=60)
    for resource in all_resources():
        sync_resource(name=resource.name, mode=SyncRun.Mode.FULL)


def _lists() -> list[str]:
    return [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("name", _lists())
def test_every_list_can_be_exported_with_as_many_queries_for_many_rows_as_for_one(
    signed_in: Callable[[User], Client], ada: User, name: str
) -> None:
    client = signed_in(ada)
    address = reverse(f"admin:{name}_export")
    page = client.get(address)
    with CaptureQueriesContext(connection) as queries:
        headings, *lines = read_csv(body_of(_export(client, address)))

    assert page.status_code == 200
    assert len(headings) == len(set(headings)) >= 2
    assert all(len(line) == len(headings) for line in lines)
    assert not any("<" in cell for line in lines for cell in line)
    assert len(queries) <= 15
