"""What identifies a customer or a form to others: unreadable in the database, and found all the same."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse

from backoffice.operations.models import Operation, State
from backoffice.security.encryption import encrypt_text
from backoffice.sync.models import RecordedChange
from backoffice.sync.services import mirror_item
from customers.models import Customer
from customers.queries import customers_alike, customers_of_number, verifications_of_form
from tests.customers.pages import issued_to

NUMBER = "12.531.909-K"
LINK = "https://forms.kyc.example/f/canary"
FORM = "1c9f7a52-0d4b-4a6e-8f1b-2f6f0c3d5e77"
LIST = reverse("admin:customers_customer_changelist")
BEFORE_ENCRYPTION = [("operations", "0001_initial"), ("sync", "0001_initial"), ("customers", "0001_initial")]
BEFORE_FORMS = [("customers", "0010_personal_data_revealed")]

Migrations = list[tuple[str, str]]
GoBack = Callable[[Migrations], Callable[[str, str], Any]]


def mirror(**fields: Any) -> Customer:
    payload = {"id": 4711, "name": "Marta", "identification_number": NUMBER, "kyc_form_url": LINK, **fields}
    mirror_item(name="customers", payload=payload, read_at=datetime.now(UTC), source="sync")
    return Customer.objects.get(remote_id="4711")


def whole_database() -> str:
    """Every value of every table, as a stranger with a copy of the database reads it."""
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names of our own tables
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def bring_up_to_date() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def go_back_to(transactional_db: None) -> Iterator[GoBack]:
    """Takes the database back to what it was after some migrations; afterwards it is brought up to date again."""

    def go_back(migrations: Migrations) -> Callable[[str, str], Any]:
        MigrationExecutor(connection).migrate(migrations)
        return MigrationExecutor(connection).loader.project_state(migrations).apps.get_model

    yield go_back
    bring_up_to_date()


@pytest.mark.django_db
def test_numbers_and_links_of_customers_stand_nowhere_in_the_database(clara: User, client: Client) -> None:
    customer = mirror()
    mirror(identification_number="99887766-5", kyc_form_url=f"{LINK}/2")
    stored = whole_database()
    assert customer.remote_id in stored
    for secret in ("531.909", "12531909", "99887766", "forms.kyc.example"):
        assert secret not in stored


@pytest.mark.django_db
@pytest.mark.parametrize("typed", [NUMBER, "12531909k", "12 531 909 K", " 12531909-k "])
def test_a_customer_is_found_by_the_number_in_any_spelling(clara: User, client: Client, typed: str) -> None:
    customer = mirror()
    client.force_login(clara)
    assert list(customers_of_number(typed)) == [customer]
    assert customers_alike(email="nobody@example.org", identification_number=typed) == [(customer, "number")]
    shown = client.get(LIST, {"q": typed}).content.decode()
    assert reverse("admin:customers_customer_change", args=[customer.pk]) in shown


@pytest.mark.django_db
def test_a_part_of_a_number_and_no_number_find_nobody(clara: User, client: Client) -> None:
    mirror()
    for typed in ("12531909", "", " - "):
        assert not customers_of_number(typed).exists()


@pytest.mark.django_db
def test_the_history_of_a_number_shows_only_what_it_ends_in() -> None:
    mirror()
    mirror(identification_number="99887766-5", kyc_form_url=f"{LINK}/2", name="Martha")
    columns = RecordedChange.objects.get().columns
    assert columns["name"] == ["Marta", "Martha"]
    assert [value[-4:] for value in columns["identification_number"]] == ["09-K", "66-5"]
    assert columns["kyc_form_url"] == ["••••", "••••"]
    assert set(columns) == {"name", "identification_number", "kyc_form_url"}


@pytest.mark.django_db
def test_a_new_key_in_front_leaves_customers_found_and_their_history_as_it_is(settings: Any) -> None:
    old = settings.FIELD_ENCRYPTION_KEYS
    customer = mirror()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *old]
    assert list(customers_of_number(NUMBER)) == [customer]
    mirror(name="Martha")
    assert set(RecordedChange.objects.get().columns) == {"name"}
    settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS[:1]
    assert list(customers_of_number(NUMBER)) == [Customer.objects.get()]


@pytest.mark.django_db
def test_the_id_of_a_form_stands_nowhere_in_the_database_and_finds_its_link_as_a_whole(
    clara: User, client: Client
) -> None:
    issued = issued_to(mirror(), clara, form_id=FORM)
    client.force_login(clara)
    assert FORM not in whole_database()
    links = reverse("admin:customers_enhancedverification_changelist")
    link = reverse("admin:customers_enhancedverification_change", args=[issued.pk])
    assert link in client.get(links, {"q": f" {FORM} "}).content.decode()
    assert link not in client.get(links, {"q": FORM[:18]}).content.decode()
    assert not verifications_of_form("").exists()


@pytest.mark.django_db(transaction=True)
def test_the_ids_of_forms_that_stood_in_clear_are_encrypted_by_the_migration(go_back_to: GoBack, clara: User) -> None:
    earlier = go_back_to(BEFORE_FORMS)
    now = datetime.now(UTC)
    marta = earlier("customers", "Customer").objects.create(
        remote_id="1", payload=encrypt_text("{}"), read_at=now, first_seen_at=now, changed_at=now
    )
    operation = Operation.objects.create(
        kind="create_enhanced_verification_link", requested_by=clara, dedupe_key="1", state=State.SUCCEEDED
    )
    earlier("customers", "EnhancedVerification").objects.create(
        customer_id=marta.pk,
        operation_id=operation.pk,
        form_id=FORM,
        status="draft",
        link=encrypt_text("https://x.example"),
    )
    bring_up_to_date()
    assert FORM not in whole_database()
    assert verifications_of_form(FORM).get().form_id == FORM


@pytest.mark.django_db(transaction=True)
def test_what_stood_in_clear_is_encrypted_by_the_migration(go_back_to: GoBack, clara: User) -> None:
    earlier = go_back_to(BEFORE_ENCRYPTION)
    now = datetime.now(UTC)
    moments = {"read_at": now, "first_seen_at": now, "changed_at": now}
    earlier("customers", "Customer").objects.create(
        remote_id="1", identification_number=NUMBER, kyc_form_url=LINK, payload=f'{{"n":"{NUMBER}"}}', **moments
    )
    earlier("sync", "Quarantine").objects.create(
        resource="customers", item_key="2", payload=f'{{"n":"{NUMBER}"}}', first_seen_at=now, last_seen_at=now
    )
    earlier("sync", "RecordedChange").objects.create(
        resource="customers", remote_id="1", columns={"identification_number": [NUMBER, None]}, read_at=now,
        recorded_at=now, source="sync",
    )  # fmt: skip
    earlier("operations", "Operation").objects.create(
        kind="create_customer", request={"email": "m@example.org", "identification_number": NUMBER, "submission": "a1"},
        dedupe_key="m", requested_by_id=clara.pk,
    )  # fmt: skip
    bring_up_to_date()
    assert NUMBER not in whole_database()
    customer = customers_of_number(NUMBER).get()
    assert (customer.identification_number, customer.kyc_form_url) == (NUMBER, LINK)
    assert customer.payload_data == {"n": NUMBER}
    operation = Operation.objects.get()
    assert (operation.request["identification_number"], operation.submission) == (NUMBER, "a1")
    assert RecordedChange.objects.get().columns == {"identification_number": ["••••09-K", ""]}


def test_an_empty_number_has_no_digest() -> None:
    field: Any = Customer._meta.get_field("identification_digest")
    assert (field.digest_of(""), field.digests_of(" - ")) == ("", [])
    assert encrypt_text(NUMBER) != encrypt_text(NUMBER)
