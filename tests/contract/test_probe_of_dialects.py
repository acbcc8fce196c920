"""Against providers that differ in everything inferred, probe and tries write the file with which all is read alike."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from backoffice.cryptopocket import Catalogue, load_catalogue
from backoffice.sandbox import Sandbox
from tests.contract.effect import find_other_effects
from tests.contract.probing import READS

pytestmark = pytest.mark.django_db

DIALECTS = ("laravel", "camel", "legacy")
ONLY_BY_HAND = {
    "create_customer_delegated_kyc.request.last_name2",  # optional, and shown by no read
    "create_customer_delegated_kyc.request.country_code",
    "create_customer_delegated_kyc.request.company_name",
    "create_customer_delegated_kyc.request.country",
    "reconcile_payment.fields.status",  # shown by the answer to the first payment that is reconciled by hand
}
"""What neither a read nor a refusal shows: the file's reader is told in docs/contract.md."""

StartProvider = Callable[..., Sandbox]


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


def provoke_refusals(sandbox: Sandbox, file: str) -> None:
    """Ask for what must be refused: a customer who is there already, a line that is none, one that is taken."""
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


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_written_file_has_the_effect_of_the_one_written_by_hand(
    start_provider: StartProvider, tmp_path: Path, dialect: str
) -> None:
    sandbox = start_provider(dialect=dialect)
    rows: Any = [len(sandbox.control.customers()), sandbox.control.reconciliations(), sandbox.control.captures()]

    found = probe_and_try(sandbox, tmp_path / "contract.toml")

    wanted = load_catalogue(str(Path(__file__).parent / "overrides" / f"{dialect}.toml"))
    assert set(find_other_effects(found, wanted)) <= ONLY_BY_HAND
    assert rows == [len(sandbox.control.customers()), sandbox.control.reconciliations(), sandbox.control.captures()]
