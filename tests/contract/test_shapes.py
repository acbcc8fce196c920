"""The shape watch: what is new, changed or gone in the provider's answers is noted once, and stops nothing."""

import random
import string
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from backoffice.audit.models import AuditRecord
from backoffice.contract import keeping, watching
from backoffice.contract.models import Sighting
from backoffice.contract.queries import LEAST_ANSWERS, remarks
from backoffice.contract.watching import shape_watch
from backoffice.cryptopocket.errors import Refused
from backoffice.cryptopocket.shapes import shape_of
from backoffice.provider import get_client
from backoffice.sandbox import Sandbox
from backoffice.sync.services import sync_resource

pytestmark = pytest.mark.django_db(transaction=True)


def read_payments(times: int = 1) -> None:
    """Read the list of payments, as a sync does."""
    for _time in range(times):
        assert sync_resource(name="payments", mode="full").state == "succeeded"
    shape_watch.write()


def remarked() -> set[tuple[str, str, str, str]]:
    """Call, where, what was found, and why it is worth a look."""
    return set(remarks().values_list("call", "place", "found", "remark"))


@pytest.fixture
def payment(sandbox: Sandbox) -> dict[str, Any]:
    """A payment that is there from the beginning."""
    return sandbox.control.add_payment()


def test_a_shape_is_names_and_kinds_and_never_values() -> None:
    document = {"data": [{"id": 7, "holder": {"name": "Lena"}, "note": None}, {"id": "7", "tags": ["vip"]}]}
    assert shape_of(document) == {
        "data": {"list"},
        "data[].id": {"number", "text"},
        "data[].holder": {"object"},
        "data[].holder.name": {"text"},
        "data[].note": {"nothing"},
        "data[].tags": {"list"},
        "data[].tags[]": {"text"},
    }


def test_names_that_could_be_values_are_not_kept() -> None:
    assert set(shape_of({"data": {"lena@example.org": 1, "4711": 2, "x" * 61: 3}})) == {"data", "data.*"}


@pytest.mark.usefixtures("payment")
@pytest.mark.parametrize("name", ["lena@example.org", "DE89370400440532013000"])
def test_a_status_under_a_name_that_could_be_a_value_is_noted_without_that_name(sandbox: Sandbox, name: str) -> None:
    read_payments()
    sandbox.control.fault("bad_item", "listOnRampTransactions", field="by_holder", value={name: {"status": "weird"}})
    read_payments()
    noted = Sighting.objects.get(aspect="word", found="weird")
    assert noted.place == "data[].by_holder.*.status"
    assert not [place for place in Sighting.objects.values_list("place", flat=True) if name in place]


def test_what_was_kept_under_such_names_is_removed() -> None:
    now = timezone.now()
    places = [
        "data[].by_holder.lena@example.org.status",
        "data.DE89370400440532013000[].status",
        "data[].by_holder.*.status",
        "data[].status",
        "data[][].address_line1",
        "",
        "(more than is kept)",
    ]
    for place in places:
        Sighting.objects.create(
            call="list_payments", aspect="word", place=place, standing="new", first_seen_at=now, last_seen_at=now
        )
    migration = import_module("backoffice.contract.migrations.0002_names_that_could_be_values")
    migration.remove_telling_places(apps, None)

    assert [sighting.place for sighting in Sighting.objects.order_by("pk")] == places[2:]


def test_an_answer_of_any_depth_and_breadth_has_a_bounded_shape() -> None:
    deep: Any = 1
    for _level in range(500):
        deep = {"a": deep}
    assert max(path.count(".") for path in shape_of({"data": deep})) == 5
    assert len(shape_of({"data": {f"field_{number}": number for number in range(5_000)}})) == 300


@pytest.mark.usefixtures("payment")
def test_the_first_answer_is_what_all_others_are_compared_with() -> None:
    read_payments()
    assert Sighting.objects.filter(call="list_payments", place="data[].status", found="text").exists()
    assert remarked() == set()


@pytest.mark.usefixtures("payment")
def test_a_new_field_is_noted_once_and_stops_nothing(sandbox: Sandbox) -> None:
    read_payments()
    for _time in range(3):
        sandbox.control.fault("bad_item", "listOnRampTransactions", field="loyalty_points", value=7)
        read_payments()
    assert remarked() == {("list_payments", "data[].loyalty_points", "", "new")}
    noted = Sighting.objects.get(aspect="part", place="data[].loyalty_points")
    assert noted.times_seen == 3
    assert noted.first_seen_at < noted.last_seen_at


@pytest.mark.usefixtures("payment")
def test_another_kind_of_value_is_noted(sandbox: Sandbox) -> None:
    read_payments()
    for value in ("0xab", 12):
        sandbox.control.fault("bad_item", "listOnRampTransactions", field="txid", value=value)
        read_payments()
    assert remarked() == {("list_payments", "data[].txid", "number", "new")}


@pytest.mark.usefixtures("payment")
def test_an_unknown_status_is_noted_and_shown_as_it_came(sandbox: Sandbox) -> None:
    read_payments()
    sandbox.control.fault("unknown_status", "listOnRampTransactions", value="on_hold")
    read_payments()
    assert remarked() == {("list_payments", "data[].status", "on_hold", "new")}


@pytest.mark.usefixtures("payment")
def test_a_status_that_is_no_plain_word_is_not_kept(sandbox: Sandbox) -> None:
    read_payments()
    sandbox.control.fault("unknown_status", "listOnRampTransactions", value="ask lena@example.org")
    read_payments()
    assert remarked() == {("list_payments", "data[].status", "(no plain word)", "new")}


@pytest.mark.usefixtures("payment")
def test_names_that_are_others_in_each_answer_do_not_fill_the_database(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_payments()
    monkeypatch.setattr(keeping, "MOST_OF_A_CALL", 100)
    monkeypatch.setattr(watching, "MOST_REMEMBERED", 100)
    for _answer in range(4):
        names = {"".join(random.choices(string.ascii_lowercase, k=12)): 1 for _name in range(40)}
        sandbox.control.fault("bad_item", "listOnRampTransactions", field="odd", value=names)
        read_payments()

    assert Sighting.objects.filter(call="list_payments").count() <= 101
    assert ("list_payments", "(more than is kept)", "", "new") in remarked()
    assert len(shape_watch._written) <= 200


@pytest.mark.parametrize("name", ["DE89370400440532013000", "a1b2c3d4e5", "user_4711"])
def test_a_name_that_is_an_id_or_an_account_is_not_kept(name: str) -> None:
    assert set(shape_of({"data": {name: 1, "address_line1": 2}})) == {"data", "data.*", "data.address_line1"}


def test_a_sentence_in_the_place_of_a_code_is_not_kept(sandbox: Sandbox) -> None:
    sandbox.control.fault("error_code", "getPayment", code="UNKNOWN lena@example.org")
    with pytest.raises(Refused):
        get_client().get_payment(payment_id="nothing")
    shape_watch.write()

    assert list(Sighting.objects.filter(aspect="code").values_list("found", flat=True)) == ["free_text"]


def test_a_field_that_does_not_come_any_more_is_noted(sandbox: Sandbox) -> None:
    made = sandbox.control.add_payment(promotion="spring")
    read_payments(LEAST_ANSWERS)
    assert remarked() == set()
    sandbox.control.fault("bad_item", "listOnRampTransactions", count=None, field="promotion")
    assert made["promotion"] == "spring"
    read_payments(LEAST_ANSWERS - 1)
    assert remarked() == set()
    read_payments()
    assert remarked() == {("list_payments", "data[].promotion", "", "gone")}


def test_what_one_object_lacks_is_no_loss(sandbox: Sandbox) -> None:
    made = sandbox.control.add_payment(status="coins_sent", txid="0xab", promotion="spring")
    plain = sandbox.control.add_payment()
    for payment_id in [made["id"]] * LEAST_ANSWERS + [plain["id"]] * 2 * LEAST_ANSWERS:
        get_client().get_payment(payment_id=payment_id)
    shape_watch.write()
    assert Sighting.objects.filter(call="get_payment", place="data.promotion").exists()
    assert remarked() == set()


@pytest.mark.usefixtures("payment")
def test_an_empty_list_says_nothing_of_its_items(start_provider: Callable[..., Sandbox]) -> None:
    read_payments(LEAST_ANSWERS)
    start_provider(customers=0, payments=0, offramps=0, bank_transactions=0)
    read_payments(LEAST_ANSWERS)
    assert remarked() == set()


def test_an_unknown_code_and_http_status_are_noted(sandbox: Sandbox) -> None:
    sandbox.control.fault("error_code", "getPayment", code="quota_of_the_moon", status=418)
    with pytest.raises(Refused):
        get_client().get_payment(payment_id="nothing")
    shape_watch.write()
    assert remarked() == {
        ("get_payment", "", "quota_of_the_moon", "new"),
        ("get_payment", "", "418", "new"),
    }


def test_two_processes_count_together(sandbox: Sandbox, payment: dict[str, Any]) -> None:
    read_payments()
    shape_watch.forget()
    read_payments()
    part = Sighting.objects.get(call="list_payments", aspect="part", place="data[].status")
    assert part.times_seen == Sighting.objects.get(call="list_payments", aspect="answer").times_seen == 2


@pytest.mark.usefixtures("payment")
def test_a_supervisor_takes_note_and_it_is_no_remark_any_more(sandbox: Sandbox, client: Client, sofia: User) -> None:
    read_payments()
    sandbox.control.fault("unknown_status", "listOnRampTransactions", value="on_hold")
    read_payments()
    client.force_login(sofia)
    listed = client.get("/admin/contract/sighting/?remark=any").content.decode()
    assert "on_hold" in listed
    sighting = remarks().get()
    assert client.post(f"/admin/contract/sighting/{sighting.pk}/take-note/").status_code == 302
    assert remarked() == set()
    assert AuditRecord.objects.get(action="shape.noted").details["found"] == "on_hold"


@pytest.mark.usefixtures("payment")
def test_the_provider_page_says_where_our_knowledge_comes_from(client: Client, aurelio: User) -> None:
    read_payments()
    client.force_login(aurelio)
    page = client.get("/admin/provider/").content.decode()
    assert "list_payments" in page
    assert "a guess" in page
    assert "none: the built-in contract is in force" in page


def test_compliance_has_no_business_there(client: Client, clara: User) -> None:
    client.force_login(clara)
    assert client.get("/admin/provider/").status_code == 403
