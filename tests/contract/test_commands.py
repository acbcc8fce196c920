"""`manage.py contract`: what it refuses, what it asks, and how it ends."""

import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.errors import InvalidRequest
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.prober import Prober
from backoffice.cryptopocket.probing.report import describe_checklist, describe_findings
from backoffice.cryptopocket.probing.trying import writing_calls
from backoffice.cryptopocket.probing.writing import make_override_text
from backoffice.management.commands.contract import Command
from backoffice.sandbox import Sandbox, start_sandbox
from tests.cryptopocket.conftest import PatientClock

FAST = ("--requests-per-second", "10000")


@pytest.fixture
def stand_in(settings: Any) -> Iterator[Sandbox]:
    """Return a stand-in that the settings name."""
    with start_sandbox() as running:
        settings.CRYPTOPOCKET_BASE_URL = running.base_url
        settings.CRYPTOPOCKET_API_KEY = running.options.api_key
        settings.CRYPTOPOCKET_API_SECRET = running.options.api_secret
        settings.CRYPTOPOCKET_REQUESTS_PER_SECOND = 10_000.0
        yield running


def run(*arguments: str) -> str:
    """Run the command; return what it printed on either output."""
    printed = io.StringIO()
    call_command("contract", *arguments, stdout=printed, stderr=printed)
    return printed.getvalue()


def test_without_a_subcommand_the_catalogue_is_shown() -> None:
    assert run() == run("show")
    assert "list_payments" in run()


@pytest.mark.parametrize("call", ["create_customer", "createCustomer"])
def test_an_empty_body_names_what_is_required_and_creates_nothing(stand_in: Sandbox, call: str) -> None:
    before = len(stand_in.control.customers())

    told = run("try", call, "--empty", "--yes")

    assert "the provider requires name, email" in told
    assert len(stand_in.control.customers()) == before


def test_a_filled_body_creates_one_and_its_answer_shows_no_secret(stand_in: Sandbox) -> None:
    told = run("try", "create_customer", "--field", "name=Lena", "--field", "email=lena@example.org", "--yes")

    assert "confirmed: the answer holds id" in told
    assert "lena@example.org" not in told
    assert len(stand_in.control.customers_with_email("lena@example.org")) == 1


@pytest.mark.parametrize(
    "address", ["https://api.cryptopocket.io/api", "https://sandbox.cryptopocket.io.evil.example/api"]
)
def test_nothing_is_tried_at_an_address_that_may_be_in_earnest(
    stand_in: Sandbox, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("CRYPTOPOCKET_API_SECRET", "sk_of_production")
    with pytest.raises(CommandError, match="may be in earnest"):
        run("try", "create_customer", "--empty", "--yes", "--base-url", address)


def test_names_that_a_provider_makes_up_stay_inside_their_comment_and_off_the_terminal() -> None:
    notebook = Notebook(load_catalogue(""))
    hostile = 'x\n[webhook]\nsignature_header = "Via"\r\x1b[2J'
    notebook.note("list_payments", "path", "not found", found=hostile, reason=hostile)
    notebook.note("conventions", "token", "differs", found=hostile, reason=hostile)

    text = make_override_text(notebook, base_url="https://provider.example/api")
    assert [line for line in text.splitlines() if line and not line.startswith("#")] == []
    assert "\x1b" not in text + describe_findings(notebook.findings)


def test_nothing_is_tried_in_production(stand_in: Sandbox, settings: Any) -> None:
    settings.CRYPTOPOCKET_ENVIRONMENT = "production"

    with pytest.raises(CommandError, match="Nothing was sent"):
        run("try", "create_customer", "--empty", "--yes")

    assert stand_in.control.calls() == 0


@pytest.mark.parametrize(
    "arguments",
    [("nonsense", "--empty"), ("list_customers", "--empty"), ("create_customer", "--field", "nose=long"),
     ("upload_customer_document", "--empty"), ("create_payment", "--field", "fiat_amount=much")],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused_before_anything_is_sent(stand_in: Sandbox, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run("try", *arguments, "--yes")

    assert stand_in.control.calls() == 0


def test_who_does_not_say_yes_has_sent_nothing(stand_in: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "n")

    with pytest.raises(CommandError, match="Nothing was sent"):
        run("try", "create_customer", "--empty")

    assert stand_in.control.calls() == 0


def test_ctrl_c_keeps_what_was_found_so_far(
    stand_in: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_prober: Prober) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Prober, "_probe_bank_lines", interrupt)
    file = tmp_path / "contract.toml"

    with pytest.raises(SystemExit):
        call_command("contract", "probe", "--write", str(file), *FAST)

    told = capsys.readouterr()
    assert "list_payments" in told.out
    assert "Broken off by hand" in told.err
    assert 'path_provenance = "confirmed"' in file.read_text(encoding="utf-8")


def test_a_file_in_the_way_is_told_before_the_first_request(stand_in: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "contract.toml"
    file.write_text("# mine\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing was sent"):
        run("probe", "--write", str(file), *FAST)

    assert stand_in.control.calls() == 0
    assert file.read_text(encoding="utf-8") == "# mine\n"


def test_only_the_differences_are_shown_where_that_is_wanted(stand_in: Sandbox) -> None:
    everything = run("probe", *FAST).partition("Calls that write")[0]
    differences = run("probe", "--differences", *FAST).partition("Calls that write")[0]

    assert [line for line in everything.splitlines() if line.endswith("  confirmed")]
    assert not [line for line in differences.splitlines() if line.endswith("  confirmed")]
    left = [line.split() for line in everything.splitlines() if line.endswith(("  differs", "  ambiguous", "found"))]
    assert [words for words in left if words not in [line.split() for line in differences.splitlines()]] == []
    assert re.search(r"^\d+ confirmed, ", differences, re.MULTILINE)


def expect(code: str, *, email: str, file: Path) -> str:
    """Register somebody, with a refusal in mind."""
    fields = ("--field", "name=Lena", "--field", f"email={email}")
    return run("try", "create_customer", *fields, "--yes", "--expect", code, "--write", str(file))


def test_a_refusal_that_was_expected_is_learned(stand_in: Sandbox, tmp_path: Path) -> None:
    stand_in.control.fault("error_code", "createCustomer", code="email_taken")

    expect("user_already_exists", email="lena@example.org", file=tmp_path / "contract.toml")

    codes = load_catalogue(str(tmp_path / "contract.toml")).conventions.error_codes
    assert codes == {"email_taken": "user_already_exists"}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({}, "a success came"),
        ({"kind": "error_500"}, "the provider broke off with HTTP 500"),
        ({"kind": "html_body"}, "an answer that cannot be read came"),
        ({"kind": "error_code", "code": "authorization_incorrect"}, "authorization_incorrect came, which is"),
        ({"kind": "error_code", "code": "email_not_allowed"}, "email_not_allowed came, which is known to mean"),
        ({"kind": "error_code", "code": "user_not_found"}, "user_not_found came, which is known to mean"),
        ({"kind": "error_code", "code": "no_such_user", "status": 401}, "HTTP 401"),
    ],
)  # fmt: skip
def test_what_was_not_expected_teaches_nothing_and_is_told(
    stand_in: Sandbox, tmp_path: Path, fault: dict[str, Any], told: str
) -> None:
    file = tmp_path / "contract.toml"
    if fault:
        stand_in.control.fault(operation="createCustomer", **fault)

    with pytest.raises(CommandError) as refused:
        expect("user_already_exists", email="lena@example.org", file=file)

    assert told in str(refused.value)
    assert "Nothing was learned" in str(refused.value)
    assert not file.exists()


def test_a_validation_is_not_taken_for_the_refusal_that_was_expected(stand_in: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="a validation came, of email"):
        expect("user_already_exists", email="", file=tmp_path / "contract.toml")


@pytest.mark.parametrize("code", ["user_exists", "validation_failed", "authorization_incorrect"])
def test_only_a_code_of_the_contract_can_be_expected(stand_in: Sandbox, tmp_path: Path, code: str) -> None:
    with pytest.raises(CommandError, match="Nothing was sent") as refused:
        expect(code, email="lena@example.org", file=tmp_path / "contract.toml")

    assert "user_already_exists" in str(refused.value)
    assert stand_in.control.calls() == 0


MAYBE_DONE = "It was sent and may have been done"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error_500_after"},
        {"kind": "error_500", "status": 502},
        {"kind": "error_code", "code": "unexpected_error", "status": 503},
        {"kind": "html_body"},
        {"kind": "cut_body"},
        {"kind": "nonsense"},
    ],
)
def test_where_nobody_can_tell_whether_a_call_was_done_it_says_so(stand_in: Sandbox, fault: dict[str, Any]) -> None:
    stand_in.control.fault(operation="createCustomer", **fault)

    told = try_to_register_lena()

    assert MAYBE_DONE in told
    assert "Nothing was done" not in told


@pytest.mark.parametrize("fault", [{"kind": "error_code", "code": "email_not_allowed"}, None])
def test_a_clear_answer_leaves_no_doubt(stand_in: Sandbox, fault: dict[str, Any] | None) -> None:
    if fault:
        stand_in.control.fault(operation="createCustomer", **fault)

    told = try_to_register_lena()

    assert MAYBE_DONE not in told
    assert ("Nothing was done" in told) == (fault is not None)


def try_to_register_lena() -> str:
    """Register Lena; return what was told, by an error too."""
    try:
        return run("try", "create_customer", "--field", "name=Lena", "--field", "email=lena@example.org", "--yes")
    except CommandError as problem:
        return str(problem)


def test_a_recording_that_is_not_complete_is_told_as_such(
    stand_in: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_the_way = tmp_path / "recording"
    in_the_way.write_text("a file, and no directory", encoding="utf-8")

    with pytest.raises(SystemExit):
        call_command("contract", "probe", "--record", str(in_the_way), *FAST)

    assert "The recording is not complete" in capsys.readouterr().err


def test_a_probe_that_records_nothing_says_nothing_of_a_recording(
    stand_in: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise InvalidRequest("user_id is empty", endpoint="find_user")

    monkeypatch.setattr(Prober, "_probe_customers", fail)
    file = tmp_path / "contract.toml"

    told = run("probe", "--write", str(file), *FAST)

    assert "recording" not in told
    assert "an error of ours, InvalidRequest" in told
    assert load_catalogue(str(file))["list_payments"].path_provenance == "confirmed"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> PatientClock:
    """Return the clock by which the commands wait; waiting costs nothing."""
    patient = PatientClock()
    monkeypatch.setattr("backoffice.cryptopocket.transport.SystemClock", lambda: patient)
    return patient


@pytest.mark.usefixtures("stand_in")
def test_a_file_that_is_probed_anew_keeps_what_was_learned_by_hand(settings: Any, tmp_path: Path) -> None:
    settings.CRYPTOPOCKET_CONTRACT = ""
    file = tmp_path / "contract.toml"
    file.write_text(
        '[conventions.error_codes]\nMAIL_TAKEN = "user_already_exists"\n[webhook]\nkey_header = "X-Learned"\n',
        encoding="utf-8",
    )
    run("probe", "--write", str(file), "--force", *FAST)

    contract = load_catalogue(str(file))
    assert contract["list_payments"].path_provenance == "confirmed"
    assert contract.conventions.error_codes["MAIL_TAKEN"] == "user_already_exists"
    assert contract.webhook.key_header == "X-Learned"


def test_a_probe_that_is_told_no_rate_asks_four_times_a_second(stand_in: Sandbox, clock: PatientClock) -> None:
    run("probe")

    assert clock.seconds == pytest.approx((stand_in.control.calls() - 4) / 4)


def test_a_probe_asks_as_often_as_it_is_told(stand_in: Sandbox, clock: PatientClock) -> None:
    run("probe", "--requests-per-second", "10")

    assert clock.seconds == pytest.approx((stand_in.control.calls() - 10) / 10)


@pytest.mark.parametrize("command", [("probe",), ("try", "create_customer", "--empty", "--yes")])
def test_a_limit_that_the_provider_states_slows_every_command_down(
    stand_in: Sandbox, clock: PatientClock, settings: Any, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file = tmp_path / "contract.toml"
    file.write_text("[conventions]\nrequests_per_second = 0.5\n", encoding="utf-8")
    settings.CRYPTOPOCKET_CONTRACT = str(file)

    run(*command)

    assert clock.seconds == pytest.approx((stand_in.control.calls() - 1) / 0.5)


class Terminal(io.StringIO):
    """What is printed on a terminal."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_on_a_terminal_a_probe_shows_how_far_it_is_and_clears_that_line(stand_in: Sandbox) -> None:
    terminal = Terminal()

    call_command("contract", "probe", *FAST, stdout=terminal)

    told = terminal.getvalue()
    assert re.search(r"\r\x1b\[Kprobe: .* 0 of \d+ steps", told)
    assert re.search(r"\r\x1b\[Kprobe: .* 5 of \d+ steps", told)
    after_the_line = told.rpartition("\r\x1b[K")[2]
    assert "steps" not in after_the_line
    assert "list_payments" in after_the_line


def test_findings_for_machines_are_not_mixed_with_a_line_of_progress(stand_in: Sandbox) -> None:
    terminal = Terminal()

    call_command("contract", "probe", "--json", *FAST, stdout=terminal)

    assert {told["verdict"] for told in json.loads(terminal.getvalue())} >= {"confirmed"}


COMMANDS_BY_HAND = re.findall(r"manage\.py contract (.+)", describe_checklist(load_catalogue(""), file="contract.toml"))


def test_the_checklist_has_an_empty_and_a_filled_body_of_every_call_that_writes() -> None:
    tried = [command.split()[1] for command in COMMANDS_BY_HAND if command.startswith("try ")]

    assert sorted(tried) == sorted([*writing_calls(load_catalogue(""))] * 2)


@pytest.mark.parametrize("command", [line for line in COMMANDS_BY_HAND if line.startswith("try ")])
def test_each_command_of_the_checklist_can_be_typed_as_it_is_printed(
    stand_in: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    asked: list[str] = []

    def say_no(question: str) -> str:
        asked.append(question)
        return "n"

    monkeypatch.setattr("builtins.input", say_no)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match=r"^Nothing was sent\.$"):
        run(*shlex.split(command.replace("…", "1")))

    assert len(asked) == 1
    assert stand_in.control.calls() == 0


def test_the_command_of_the_checklist_that_listens_is_one() -> None:
    command = next(line for line in COMMANDS_BY_HAND if line.startswith("listen"))

    options = Command().create_parser("manage.py", "contract").parse_args(shlex.split(command))

    assert (options.action, options.write) == ("listen", "contract.toml")
