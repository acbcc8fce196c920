"""Against providers that differ in everything inferred, the file with which all is read alike is written on the first
day: by a probe, tries and listening."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from backoffice import provider
from backoffice.cryptopocket import Catalogue, load_catalogue
from backoffice.operations import services
from backoffice.operations.models import Operation, State
from backoffice.sandbox import Sandbox, start_sandbox
from tests.bad_days.acts import ACTS, Desk, press
from tests.contract.effect import find_other_effects, find_other_webhook_effects
from tests.contract.listening import DELIVERIES, Listening, move_things_on
from tests.contract.main_job import SIZES, StartProvider, begin, override_of
from tests.contract.probing import READS
from tests.contract.test_main_job import (
    _forget_everything as forget_everything,
)
from tests.contract.test_main_job import (
    converse,  # noqa: F401 - a fixture of desk_of
    desk_of,  # noqa: F401 - a fixture
    do_the_reading,
    receiver,  # noqa: F401 - a fixture
    understand_events,
)
from tests.sandbox.receiver import Receiver

DIALECTS = ("laravel", "camel", "legacy")
OPTIONAL = {
    "last_name2", "phone", "country", "country_code", "city", "address", "address_state", "zipcode", "password",
    "professional_activity", "dob", "iban", "callback_url", "company_name",
}  # fmt: skip
ONLY_BY_HAND = {
    *(f"create_customer_delegated_kyc.request.{name}" for name in OPTIONAL),
    "reconcile_payment.fields.status",  # shown by the answer to the first payment that is reconciled by hand
}
"""What neither a read nor a refusal shows: the file's reader is told in docs/contract.md."""


def run(*arguments: str) -> str:
    """Run `manage.py contract` and return what it printed."""
    printed = io.StringIO()
    call_command("contract", *arguments, stdout=printed, stderr=printed)
    return printed.getvalue()


def probe_and_try(sandbox: Sandbox, path: Path) -> Catalogue:
    """Do what docs/contract.md asks for on the first day; return the contract that it gives."""
    file = str(path)
    run("probe", "--write", file, "--requests-per-second", "10000")
    assert set(sandbox.control.call_counts()) <= READS
    for call in ("createCustomerDelegatedKyc", "reconcile_payment"):
        run("try", call, "--empty", "--yes", "--write", file)
    provoke_refusals(sandbox, file)
    return load_catalogue(file)


def listen(sandbox: Sandbox, path: Path) -> None:
    """The last thing that the first day is for: what webhooks look like, from those of one payment and off-ramp."""
    with Listening("--write", str(path), deliveries=DELIVERIES) as listening:
        move_things_on(sandbox, listening.url)


def provoke_refusals(sandbox: Sandbox, file: str) -> None:
    """Ask for what must be refused: a customer who is there already, a line that is none, one that is taken, and the
    change of a subscription that there is not."""
    email = sandbox.control.customers()[0]["email"]
    run("try", "create_customer", "--field", "name=Lena", "--field", f"email={email}", "--yes", "--write", file,
        "--expect", "user_already_exists")  # fmt: skip
    marta = sandbox.control.customers()[-1]["id"]
    sandbox.control.change_customer(marta, kyc_status="valid", kyc_valid=True, _reinforced=True)
    run("try", "create_guided_payment", "--field", f"user_id={marta}", "--field", "coin_symbol=USDC",
        "--field", "coin_chain=polygon", "--field", "fiat_amount=50", "--yes", "--write", file,
        "--expect", "kyc_reinforced_required")  # fmt: skip
    reconciled = next(row for row in sandbox.control.bank_transactions() if row["reconciled"])
    for line, code in (("0", "transaction_not_found"), (str(reconciled["id"]), "already_reconciled")):
        run("try", "reconcile_payment", "--field", f"payment_id={reconciled['payment_id']}",
            "--field", f"bank_transaction_id={line}", "--yes", "--write", file, "--expect", code)  # fmt: skip
    run("try", "update_webhook", "--field", "type=PAY_IN", "--field", "url=https://backoffice.example.org/events/",
        "--yes", "--write", file, "--expect", "subscription_not_found")  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Returns the file that probe, tries and listening have written of a dialect; each is written once."""

    @cache
    def write(dialect: str) -> Path:
        path = tmp_path_factory.mktemp(dialect) / "contract.toml"
        with (
            start_sandbox(dialect=dialect) as sandbox,
            override_settings(
                CRYPTOPOCKET_BASE_URL=sandbox.base_url,
                CRYPTOPOCKET_API_KEY=sandbox.options.api_key,
                CRYPTOPOCKET_API_SECRET=sandbox.options.api_secret,
                CRYPTOPOCKET_REQUESTS_PER_SECOND=10_000.0,
            ),
        ):
            rows = count_rows(sandbox)
            probe_and_try(sandbox, path)
            assert count_rows(sandbox) == rows
            listen(sandbox, path)
        return path

    return write


def count_rows(sandbox: Sandbox) -> list[int]:
    """How many there are of everything that a call could have created or changed."""
    control = sandbox.control
    created = (control.customers(), control.payments(), control.offramps(), control.reconciliations())
    return [len(rows) for rows in (*created, control.captures(), control.documents(), control.enhanced_verifications())]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_written_file_has_the_effect_of_the_one_written_by_hand(
    written: Callable[[str], Path], dialect: str
) -> None:
    found = load_catalogue(str(written(dialect)))

    wanted = load_catalogue(override_of(dialect))
    assert set(find_other_effects(found, wanted)) <= ONLY_BY_HAND
    assert find_other_webhook_effects(found.webhook, wanted.webhook) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_main_job_reads_with_the_written_file_what_the_assumed_provider_gives(
    written: Callable[[str], Path], start_provider: StartProvider, settings: Any, dialect: str
) -> None:
    wanted = do_the_reading(begin(start_provider, settings, dialect="default", override="", **SIZES))
    forget_everything()

    read = do_the_reading(begin(start_provider, settings, dialect=dialect, override=str(written(dialect)), **SIZES))

    assert read == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_act_of_the_main_job_is_done_with_the_written_file(
    written: Callable[[str], Path],
    desk_of: Callable[..., tuple[Desk, Sandbox]],  # noqa: F811 - the fixture
    dialect: str,
    act: str,
) -> None:
    desk, sandbox = desk_of(dialect, override=str(written(dialect)))

    press(act, desk)
    operation = services.perform(Operation.objects.get().pk)

    assert (operation.state, operation.error_code) == (State.SUCCEEDED, "")
    assert ACTS[act].times_done(sandbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("dialect", DIALECTS)
def test_events_are_recognised_and_lead_to_their_objects_with_the_written_file(
    written: Callable[[str], Path],
    start_provider: StartProvider,
    settings: Any,
    receiver: Receiver,  # noqa: F811 - the fixture
    dialect: str,
) -> None:
    sizes = {"customers": 1, "payments": 0, "offramps": 0, "bank_transactions": 0}
    sandbox = begin(start_provider, settings, dialect=dialect, override=str(written(dialect)), **sizes)

    understand_events(sandbox, receiver, provider.get_catalogue().webhook)
