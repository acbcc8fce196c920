"""The main job with providers that differ in everything that is only inferred: each needs its override file, no more.

Other files than the kept ones are put to the same tests with `MAIN_JOB_OVERRIDES`, the folder they are in; or by
`begin`, which takes the path of a file, and `do_the_reading`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from backoffice import provider
from backoffice.cryptopocket import load_catalogue
from backoffice.cryptopocket.dig import dig
from backoffice.cryptopocket.endpoints import WebhookContract
from backoffice.cryptopocket.errors import NotFound, Refused
from backoffice.cryptopocket.signature import SignatureVerdict, check_signature
from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox
from backoffice.sandbox.dialects import DIALECTS as KNOWN_DIALECTS
from backoffice.sync.models import Quarantine, RecordedChange, SyncRun
from backoffice.sync.services import sync_resource
from backoffice.webhooks.payloads import read_notice
from backoffice.webhooks.targets import targets_of
from banking.models import BankTransaction
from customers.models import Customer
from customers.services import find_at_provider, refresh_kyc_status
from payments.models import OffRamp, Payment
from tests.bad_days.acts import ACTS, MIRRORED, PUBLIC_ADDRESS, Desk, arrange, find, press
from tests.contract.main_job import (
    DIALECTS,
    SIZES,
    TODAY,
    Mirror,
    StartProvider,
    begin,
    mirror,
    override_of,
    read_open,
    sync_everything,
)
from tests.contract.main_job import (
    MIRRORED as MODELS,
)
from tests.sandbox.receiver import Receiver

pytestmark = pytest.mark.django_db

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
OTHERS = DIALECTS[1:]


@pytest.fixture
def converse(start_provider: StartProvider, settings: Any) -> Callable[..., Sandbox]:
    """Starts a provider of a dialect, of which the product knows the kept override file unless told otherwise."""

    def start(dialect: str, *, override: str | None = None, **options: Any) -> Sandbox:
        path = override_of(dialect) if override is None else override
        return begin(start_provider, settings, dialect=dialect, override=path, **options)

    return start


@pytest.fixture
def desk_of(
    converse: Callable[..., Sandbox], clara: User, felix: User, adam: User, settings: Any
) -> Callable[..., tuple[Desk, Sandbox]]:
    """Clara, Felix and Adam at work with a provider of a dialect; Marta, her payment and her transfer are mirrored."""

    def open_desk(dialect: str, **more: Any) -> tuple[Desk, Sandbox]:
        sandbox = converse(dialect, customers=0, payments=0, offramps=0, bank_transactions=0, today=None, **more)
        settings.WEBHOOK_PUBLIC_URL = PUBLIC_ADDRESS
        ids = arrange(sandbox)
        for name in MIRRORED:
            assert sync_resource(name=name, mode="full").state == "succeeded"
        compliance, finance, administrator = Client(), Client(), Client()
        for client, person in ((compliance, clara), (finance, felix), (administrator, adam)):
            client.force_login(person)
        return Desk(compliance=compliance, finance=finance, administrator=administrator, **find(ids)), sandbox

    return open_desk


def do_the_reading(sandbox: Sandbox) -> list[Mirror]:
    """The mirror after a full sync, after time has passed and all lists were read from their newest end, and after
    every open object was read singly: nothing is put aside, and nothing changes where nothing has."""
    sync_everything()
    first = mirror()
    assert {name: len(first[model]) for name, model in _MODELS.items()} == SIZES
    again = sync_everything("head")
    assert {(run.created, run.changed) for run in again.values()} == {(0, 0)}
    read_open()
    assert mirror() == first
    assert not RecordedChange.objects.exists()
    sandbox.control.advance(3)
    sync_everything("head")
    read_open()
    sync_everything()
    return [first, mirror()]


def _forget_everything() -> None:
    """Empty the mirror, as before the first sync."""
    models: tuple[type[Model], ...] = (*MODELS, RecordedChange, SyncRun, Quarantine)
    for model in models:
        model._default_manager.all().delete()


def _in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


_MODELS = {
    "customers": "Customer",
    "payments": "Payment",
    "offramps": "OffRamp",
    "bank_transactions": "BankTransaction",
}


# Reading


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who is told of events."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def kept() -> list[Mirror]:
    """Holds what the reading gave with the default provider, so that it is read once."""
    return []


@pytest.fixture
def as_the_contract_assumes(converse: Callable[..., Sandbox], kept: list[Mirror]) -> list[Mirror]:
    """What the reading gives with the default provider: with every other it must be the same."""
    if not kept:
        kept += do_the_reading(converse("default", **SIZES))
        _forget_everything()
    return kept


@pytest.mark.parametrize("dialect", OTHERS)
def test_every_list_and_single_object_is_mirrored_as_from_the_provider_we_assume(
    converse: Callable[..., Sandbox], as_the_contract_assumes: list[Mirror], dialect: str
) -> None:
    assert do_the_reading(converse(dialect, **SIZES)) == as_the_contract_assumes


@every_dialect
def test_the_mirror_says_of_each_object_what_the_provider_holds(converse: Callable[..., Sandbox], dialect: str) -> None:
    control = converse(dialect, **SIZES).control
    sync_everything()
    rows = {row["id"]: row for row in control.payments()}
    told = {
        payment.remote_id: (payment.fiat_amount, payment.status, payment.customer_id, payment.external_id)
        for payment in Payment.objects.all()
    }
    assert told == {
        key: (Decimal(row["fiat_amount"]) / 100, row["status"], row["user_id"], row["external_id"] or "")
        for key, row in rows.items()
    }
    assert {(sale.remote_id, sale.base_units, sale.fiat_amount, sale.status) for sale in OffRamp.objects.all()} == {
        (row["id"], row["amount"], Decimal(row["fiat_amount"]), row["status"]) for row in control.offramps()
    }
    lines = [*control.bank_transactions(), *control.bank_transactions(account=1)]
    booked = {(line.remote_id, line.amount, line.direction, line.reconciled) for line in BankTransaction.objects.all()}
    assert booked == {(str(row["id"]), Decimal(row["amount"]), row["direction"], row["reconciled"]) for row in lines}
    assert {(person.remote_id, person.kind, person.kyc_status) for person in Customer.objects.all()} == {
        (str(row["id"]), row["type"], row["kyc_status"]) for row in control.customers()
    }


def test_a_price_a_quote_and_a_customer_are_read_alike_from_everyone(converse: Callable[..., Sandbox]) -> None:
    read: dict[str, Any] = {}
    for dialect in DIALECTS:
        sandbox = converse(dialect, customers=3, payments=0, offramps=0, bank_transactions=0)
        client = provider.get_client()
        person = sandbox.control.customers()[0]
        read[dialect] = [
            client.get_token_price(symbol="BTC", chain="bitcoin", fiat_symbol="EUR").parse().price,
            client.get_on_ramp_quote(amount=Decimal(100), symbol="USDC", payment_type="card").parse().amount,
            client.get_off_ramp_quote(amount=Decimal("250.5"), symbol="USDC", blockchain="polygon").parse().amount,
            client.get_kyc_status(user_id=str(person["id"])).parse().kyc_status,
            client.find_user(email=person["email"]).parse(),
        ]
    assert [read[dialect] for dialect in OTHERS] == [read["default"]] * len(OTHERS)


@every_dialect
def test_a_filter_by_reference_status_and_day_finds_what_it_should(
    converse: Callable[..., Sandbox], dialect: str
) -> None:
    control = converse(dialect, **SIZES).control
    client, names = provider.get_client(), load_catalogue(override_of(dialect))["list_payments"].fields["id"]
    wanted = next(row for row in control.payments() if row["external_id"])

    def found(**filters: Any) -> list[Any]:
        return [dig(item, names[0]) for item in client.list_payments(**filters).items]

    assert found(external_id=wanted["external_id"]) == [wanted["id"]]
    paid = {row["id"] for row in control.payments() if row["status"] == "payment_received"}
    assert set(found(status="payment_received")) == paid
    assert found(date_from=TODAY, date_to=TODAY) == []


@every_dialect
def test_an_object_that_does_not_exist_is_not_found_and_not_a_riddle(
    converse: Callable[..., Sandbox], dialect: str
) -> None:
    converse(dialect, customers=1, payments=0, offramps=0, bank_transactions=1)
    client = provider.get_client()
    for read in (
        lambda: client.get_payment(payment_id="a" * 25),
        lambda: client.get_off_ramp(off_ramp_id="a" * 25),
        lambda: client.find_user(email="nobody@example.org"),
        lambda: client.get_kyc_status(user_id="1"),
        lambda: client.list_bank_transactions(iban="ES00"),
        lambda: client.reconcile_payment(payment_id="a" * 25, bank_transaction_id="1"),
    ):
        with pytest.raises(NotFound):
            read()


# Acts


@pytest.mark.parametrize("act", ACTS)
@every_dialect
def test_an_act_is_done_once_and_mirrored_at_once(
    desk_of: Callable[..., tuple[Desk, Sandbox]], dialect: str, act: str
) -> None:
    desk, sandbox = desk_of(dialect)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert (operation.state, operation.error_code) == (State.SUCCEEDED, "")
    assert ACTS[act].times_done(sandbox) == 1
    sync_everything()
    assert not RecordedChange.objects.filter(source="sync", columns__has_key="status").exists()


@pytest.mark.parametrize("act", [name for name, act in ACTS.items() if act.can_be_read_back])
@pytest.mark.parametrize("dialect", OTHERS)
def test_an_act_whose_answer_was_lost_is_found_by_reading_back(
    desk_of: Callable[..., tuple[Desk, Sandbox]], dialect: str, act: str
) -> None:
    desk, sandbox = desk_of(dialect)
    sandbox.control.fault("drop_after", ACTS[act].call)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert operation.state == State.UNKNOWN
    assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert (sandbox.control.calls(ACTS[act].call), ACTS[act].times_done(sandbox)) == (1, 1)


@every_dialect
def test_an_off_ramp_that_is_not_the_newest_any_more_is_found_and_not_sold_twice(
    desk_of: Callable[..., tuple[Desk, Sandbox]], settings: Any, dialect: str
) -> None:
    desk, sandbox = desk_of(dialect)
    settings.CRYPTOPOCKET_PAGE_SIZE = 1
    provider.reset_client()
    sandbox.control.fault("drop_after", "createOffRamp")
    press("off-ramp", desk)
    operation = services.perform(Operation.objects.get().pk)
    sandbox.control.add_offramp(user_id=desk.marta.remote_id, amount="1")
    assert services.read_back(operation_id=operation.pk).state == State.SUCCEEDED
    assert sandbox.control.calls("createOffRamp") == 1


@every_dialect
def test_a_list_that_is_too_long_to_be_read_to_the_request_proves_nothing(
    desk_of: Callable[..., tuple[Desk, Sandbox]], settings: Any, dialect: str
) -> None:
    desk, sandbox = desk_of(dialect)
    settings.CRYPTOPOCKET_PAGE_SIZE = 1
    provider.reset_client()
    sandbox.control.fault("drop_before", "createPayment")
    press("payment", desk)
    operation = services.perform(Operation.objects.get().pk)
    for _ in range(25):
        sandbox.control.add_payment(user_id=desk.marta.remote_id)
    assert services.read_back(operation_id=operation.pk).state == State.UNKNOWN


@pytest.mark.parametrize(
    ("act", "changes", "code"),
    [
        ("payment", {"_banned": True}, "user_banned"),
        ("payment", {"kyc_status": "fail"}, "require_kyc"),
        ("guided payment", {"_reinforced": True}, "kyc_reinforced_required"),
        ("off-ramp", {"_banned": True}, "user_banned"),
    ],
)
@every_dialect
def test_a_refusal_is_understood(
    desk_of: Callable[..., tuple[Desk, Sandbox]], dialect: str, act: str, changes: dict[str, Any], code: str
) -> None:
    desk, sandbox = desk_of(dialect)
    sandbox.control.change_customer(desk.marta.remote_id, **changes)
    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)
    assert (operation.state, operation.error_code) == (State.REFUSED, code)


@every_dialect
def test_the_link_that_comes_with_a_refusal_is_found(converse: Callable[..., Sandbox], dialect: str) -> None:
    sandbox = converse(dialect, customers=0, payments=0, offramps=0, bank_transactions=0)
    marta = sandbox.control.add_customer(email="marta@example.org", kyc_status="valid", _reinforced=True)
    with pytest.raises(Refused) as refused:
        provider.get_client().create_guided_payment(
            user_id=str(marta["id"]), coin_symbol="USDC", coin_chain="polygon", fiat_amount=Decimal(50)
        )
    assert refused.value.code == "kyc_reinforced_required"
    assert refused.value.data["onboarding_link"].startswith("https://")


@every_dialect
def test_an_e_mail_that_is_taken_and_a_line_that_is_reconciled_are_known_by_our_codes(
    desk_of: Callable[..., tuple[Desk, Sandbox]], dialect: str
) -> None:
    desk, sandbox = desk_of(dialect)
    client = provider.get_client()
    with pytest.raises(Refused) as taken:
        client.create_customer(name="Marta", email=desk.marta.email)
    assert taken.value.code == "user_already_exists"
    sandbox.control.change_bank_transaction(desk.line.remote_id, reconciled=True)
    with pytest.raises(Refused) as reconciled:
        client.reconcile_payment(payment_id=desk.payment.remote_id, bank_transaction_id=desk.line.remote_id)
    assert reconciled.value.code == "already_reconciled"


@every_dialect
def test_clara_finds_a_customer_at_the_provider_and_reads_how_far_the_verification_is(
    converse: Callable[..., Sandbox], clara: User, dialect: str
) -> None:
    control = converse(dialect, customers=0, payments=0, offramps=0, bank_transactions=0).control
    row = control.add_customer(name="Lena", last_name="Ortega", email="lena@example.org", kyc_status="processing")
    lena = find_at_provider(email="LENA@example.org", by=clara)
    assert lena is not None
    assert (lena.remote_id, lena.name, lena.kyc_status) == (str(row["id"]), "Lena", "processing")
    control.change_customer(row["id"], kyc_status="valid")
    assert refresh_kyc_status(customer=lena, by=clara) == "changed"
    assert lena.kyc_status == "valid"
    assert find_at_provider(email="nobody@example.org", by=clara) is None


# The token and events


@every_dialect
def test_the_token_is_found_renewed_before_its_end_and_fetched_anew_when_it_is_refused(
    converse: Callable[..., Sandbox], settings: Any, dialect: str
) -> None:
    # A cache in this process: the clock of Redis is one that no test moves.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    control = converse(dialect, customers=1, payments=0, offramps=0, bank_transactions=0).control
    client = provider.get_client()
    client.list_customers()
    client.list_customers()
    assert control.tokens_issued() == 1
    control.expire_tokens()
    client.list_customers()
    assert control.tokens_issued() == 2
    with time_machine.travel(_in_seconds(KNOWN_DIALECTS[dialect].token_seconds - 1)):
        client.list_customers()
    assert control.tokens_issued() == 3


@every_dialect
def test_an_event_is_recognised_by_its_signature_and_names_its_object(
    converse: Callable[..., Sandbox], receiver: Receiver, dialect: str
) -> None:
    sandbox = converse(dialect, customers=1, payments=0, offramps=0, bank_transactions=0)
    understand_events(sandbox, receiver, load_catalogue(override_of(dialect)).webhook)


def understand_events(sandbox: Sandbox, receiver: Receiver, contract: WebhookContract) -> None:
    """What the provider sends of a payment and of an off-ramp is signed, and the product knows what to read back."""
    control = sandbox.control
    control.subscribe(receiver.url, "PAY_IN", "TRANSFER_RAMPOFF_FINISHED")
    payment, offramp = control.add_payment(status="pending_bank"), control.add_offramp(status="crypto_received")
    control.change_payment(payment["id"], status="payment_received")
    assert control.wait_for_deliveries(count=1)
    control.change_offramp(offramp["id"], status="finished")
    assert control.wait_for_deliveries(count=2)
    wanted = [("PAY_IN", "payments", payment["id"]), ("TRANSFER_RAMPOFF_FINISHED", "offramps", offramp["id"])]
    for event, (event_type, resource, remote_id) in zip(receiver.events, wanted, strict=True):
        verdict = check_signature(
            body=event.raw,
            headers=event.headers,
            api_key=sandbox.options.api_key,
            api_secret=sandbox.options.api_secret,
            contract=contract,
            now=datetime.now(UTC),
        )
        assert verdict == SignatureVerdict.VALID
        notice = read_notice(event.raw, contract)
        assert notice.event_type_sent == event_type
        assert targets_of(event_type, notice.ids, contract) == [(resource, remote_id)]


# That the dialects really differ


@pytest.mark.parametrize("dialect", OTHERS)
def test_without_its_file_a_dialect_is_not_understood_and_nothing_wrong_is_written(
    converse: Callable[..., Sandbox], dialect: str
) -> None:
    converse(dialect, override="", **SIZES)
    for name in ("payments", "offramps", "bank_accounts"):
        run = sync_resource(name=name, mode="full")
        assert (name, run.state) == (name, "failed")
    assert not Payment.objects.exists()


SAID_ALIKE = {
    # Answers of the stand-in do not have them, in whatever dialect.
    "list_available_assets.fields.name",
    "list_payments.fields.coin_chain",
    "list_off_ramps.fields.external_id",
    "list_off_ramps.fields.fiat_symbol",
    "get_on_ramp_quote.fields.amount",
    "get_on_ramp_quote.fields.symbol",
    *(f"{name}.fields.changed_at" for name in ("list_payments", "list_off_ramps")),
    *(
        f"{name}.fields.kyc_form_url"
        for name in ("list_customers", "create_customer_delegated_kyc", "get_kyc_status", "find_user")
    ),
    # The guide names it, though no page shows the answer.
    "get_kyc_status.fields.kyc_status",
    # Our own name of what stands in the path.
    "list_bank_transactions.request.iban",
}
"""Inferred names that the dialects do not say in their own way."""


@pytest.mark.parametrize("dialect", OTHERS)
def test_each_dialect_has_its_own_name_for_every_field_that_is_inferred(dialect: str) -> None:
    catalogue = load_catalogue(override_of(dialect))
    alike = set()
    for name, call in load_catalogue().endpoints.items():
        if call.request_provenance == "inferred":
            alike |= {
                f"{name}.request.{ours}" for ours, wire in call.request.items() if catalogue[name].request[ours] == wire
            }
        if call.answer_provenance == "inferred":
            alike |= {
                f"{name}.fields.{ours}" for ours, wire in call.fields.items() if catalogue[name].fields[ours] == wire
            }

    assert alike == SAID_ALIKE


def test_each_dialect_differs_from_the_assumptions_wherever_something_is_inferred() -> None:
    built_in = load_catalogue()
    inferred = {name: call for name, call in built_in.endpoints.items() if call.path_provenance == "inferred"}
    for dialect in OTHERS:
        catalogue = load_catalogue(override_of(dialect))
        assert not [name for name, call in inferred.items() if catalogue[name].path == call.path], dialect
        for name, call in built_in.endpoints.items():
            if call.pagination is not None:
                paging = catalogue[name].pagination
                assert paging is not None
                assert paging.layouts != call.pagination.layouts
                assert paging.maximum_page_size != call.pagination.maximum_page_size
                assert paging.page_size_parameter != call.pagination.page_size_parameter
                assert catalogue[name].fields["id"] != call.fields["id"]
        for kind in ("payment_status", "off_ramp_status", "kyc_status", "direction", "flag"):
            assert getattr(catalogue.words, kind), (dialect, kind)
        assert catalogue.conventions.token_locations != built_in.conventions.token_locations
        assert catalogue.webhook.signature_encoding != built_in.webhook.signature_encoding
