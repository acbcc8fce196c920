"""How customers come into the mirror, over HTTP from the stand-in provider."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.cryptopocket.errors import UnreadableItem
from backoffice.sandbox import Sandbox
from backoffice.sync.models import Quarantine, SyncRun
from backoffice.sync.services import sync_resource
from customers.models import Customer
from customers.sync import parse_kyc_check, parse_list_item

pytestmark = pytest.mark.django_db


def test_persons_and_companies_are_mirrored_with_all_that_is_filtered_by(sandbox: Sandbox) -> None:
    sandbox.control.add_customer(
        name="Marta",
        last_name="Ruiz",
        email="marta@example.org",
        country="Spain",
        identification_number="00000000T",
        kyc_status="valid",
        created_at="2026-05-04T09:30:00.000000Z",
    )
    sandbox.control.add_customer(company_name="Ruiz e Hijos, S.L.", type="company", email="office@example.org")
    run = sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    assert (run.state, run.created) == (SyncRun.State.SUCCEEDED, 2), run.error
    marta = Customer.objects.get(email="marta@example.org")
    assert (marta.name, marta.last_name, marta.country) == ("Marta", "Ruiz", "Spain")
    assert (marta.kind, marta.kyc_status, marta.identification_number) == ("person", "valid", "00000000T")
    assert marta.registered_at == datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    company = Customer.objects.get(email="office@example.org")
    assert (company.kind, company.display_name) == ("company", "Ruiz e Hijos, S.L.")


def test_a_verification_that_is_not_final_is_asked_for_until_it_is(sandbox: Sandbox) -> None:
    row = sandbox.control.add_customer(name="Marta", email="marta@example.org", kyc_status="processing")
    sandbox.control.add_customer(name="Lena", email="lena@example.org", kyc_status="valid")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    sandbox.control.change_customer(row["id"], kyc_status="valid", kyc_valid=True)
    run = sync_resource(name="customers", mode=SyncRun.Mode.OPEN)
    assert (run.seen, run.changed) == (1, 1), run.error
    assert Customer.objects.get(email="marta@example.org").kyc_status == "valid"
    assert sandbox.control.calls("getKycStatus") == 1
    sync_resource(name="customers", mode=SyncRun.Mode.OPEN)
    assert sandbox.control.calls("getKycStatus") == 1


def test_a_status_that_nobody_knows_is_kept_as_it_came_and_asked_for_again(sandbox: Sandbox) -> None:
    sandbox.control.add_customer(name="Marta", email="marta@example.org", kyc_status="on_hold")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    assert Customer.objects.get().kyc_status == "on_hold"
    sync_resource(name="customers", mode=SyncRun.Mode.OPEN)
    assert sandbox.control.calls("getKycStatus") == 1


def test_the_kyc_link_is_not_erased_by_a_list_that_does_not_mention_it(sandbox: Sandbox) -> None:
    row = sandbox.control.add_customer(name="Marta", email="marta@example.org")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    Customer.objects.update(kyc_form_url="https://forms.kyc.example/1")
    sandbox.control.change_customer(row["id"], last_name="Ruiz")
    sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    customer = Customer.objects.get()
    assert (customer.last_name, customer.kyc_form_url) == ("Ruiz", "https://forms.kyc.example/1")


def test_a_customer_who_cannot_be_read_is_quarantined_and_the_others_land(sandbox: Sandbox) -> None:
    sandbox.control.add_customer(name="Marta", email="marta@example.org")
    sandbox.control.add_customer(name="Lena", email="lena@example.org", created_at="30 February")
    run = sync_resource(name="customers", mode=SyncRun.Mode.FULL)
    assert (run.created, run.quarantined) == (1, 1)
    assert "is not a date" in Quarantine.objects.get().reason


@pytest.mark.parametrize(
    ("item", "columns"),
    [
        ({"id": 1, "name": None}, {"name": ""}),
        ({"id": 1, "kyc_valid": True}, {"kyc_status": "valid"}),
        ({"id": 1, "kyc_valid": False}, {}),
        ({"id": 1, "kyc_valid": True, "kyc_status": "processing"}, {"kyc_status": "processing"}),
        ({"id": 1, "kyc_form_url": "forms.kyc.example/1"}, {"kyc_form_url": "https://forms.kyc.example/1"}),
        ({"id": 1, "created_at": None}, {"registered_at": None}),
    ],
)
def test_only_what_an_item_mentions_becomes_a_column(item: dict[str, Any], columns: dict[str, Any]) -> None:
    row = parse_list_item(item, "")
    assert row.remote_id == "1"
    assert row.columns == columns


@pytest.mark.parametrize("item", [{}, {"id": None}, {"id": ""}, {"id": Decimal("1.5")}, {"id": [1]}])
def test_an_item_without_an_id_cannot_be_read(item: dict[str, Any]) -> None:
    with pytest.raises(UnreadableItem):
        parse_list_item(item, "")


def test_a_check_without_a_status_cannot_be_read() -> None:
    with pytest.raises(UnreadableItem):
        parse_kyc_check({"user_id": 1}, "1")
