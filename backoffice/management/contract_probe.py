"""`manage.py contract probe`: asks a provider by reading only, prints what holds, writes the override file."""

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import ConfigurationError, ContractError, CryptoPocketError
from backoffice.cryptopocket.outgoing import join_url
from backoffice.cryptopocket.probing.asking import Asker, NothingLeftError, ReadOnlyTransport
from backoffice.cryptopocket.probing.notebook import Finding
from backoffice.cryptopocket.probing.prober import Prober
from backoffice.cryptopocket.probing.report import (
    count_verdicts,
    describe_checklist,
    describe_table,
    findings_as_json,
)
from backoffice.cryptopocket.probing.writing import FileExistsAlreadyError, make_override_text, write_override_file
from backoffice.cryptopocket.transport import make_transport
from backoffice.management.contract_amend import take_from_file
from backoffice.management.contract_codes import known_codes
from backoffice.progress import ProgressLine

ALLOWED_ENVIRONMENTS = ("local", "sandbox")
SANDBOX = "sandbox.cryptopocket.io"
MOST_REQUESTS = 600
DEFAULT_RATE = 4.0
SECRET_VARIABLE = "CRYPTOPOCKET_API_SECRET"  # noqa: S105 - the variable's name


def add_connection_arguments(parser: ArgumentParser) -> None:
    """Add where and as whom; the secret comes from the environment or is asked for, never from the command line."""
    parser.add_argument("--base-url", help="ends in /api; the configured one if left out")
    parser.add_argument(
        "--api-key",
        help=f"the configured one if left out. The secret is taken from {SECRET_VARIABLE}, or asked for",
    )


def refuse_in_production(reason: str) -> None:
    """Raise CommandError anywhere but in local and sandbox."""
    if settings.CRYPTOPOCKET_ENVIRONMENT not in ALLOWED_ENVIRONMENTS:
        raise CommandError(f"This is {settings.CRYPTOPOCKET_ENVIRONMENT}: {reason}")


def refuse_in_earnest(base_url: str) -> None:
    """Raise CommandError for a provider that is neither the configured one, nor a sandbox, nor on this machine."""
    host = urlsplit(base_url).hostname or ""
    is_harmless = host == SANDBOX or host in {"localhost", "127.0.0.1", "::1"}
    if not is_harmless and host != urlsplit(settings.CRYPTOPOCKET_BASE_URL).hostname:
        raise CommandError(
            f"{host} may be in earnest: calls that write are tried at the configured provider, at {SANDBOX} and on "
            "this machine only. Nothing was sent."
        )


def add_probe_arguments(parser: ArgumentParser) -> None:
    """Add the options of the probe."""
    add_connection_arguments(parser)
    parser.add_argument("--write", metavar="FILE", help="write the override file that turns findings into settings")
    parser.add_argument("--record", metavar="DIR", help="keep answers as fixtures, look-alikes for personal data")
    parser.add_argument("--force", action="store_true", help="begin from the file of --write and replace it")
    parser.add_argument("--requests-per-second", type=float, default=DEFAULT_RATE, metavar="N")
    parser.add_argument("--maximum-requests", type=int, default=MOST_REQUESTS, metavar="N", help="never send more")
    parser.add_argument("--differences", action="store_true", help="print only what is not confirmed")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run_probe(command: BaseCommand, catalogue: Catalogue, options: Mapping[str, Any]) -> None:
    """Probe, print, write. Exit status 1 when it was broken off."""
    _refuse_to_overwrite(options)
    # What `try` and `listen` set in the file, no read can find again.
    catalogue = take_from_file(catalogue, options)
    configuration = make_configuration(options, requests_per_second=options["requests_per_second"])
    prober, transport = _make_prober(command, catalogue, configuration, options)
    try:
        ended = prober.run(api_key=configuration.api_key, api_secret=configuration.api_secret)
        if options["record"] and not ended:
            ended = _record(prober, Path(options["record"]))
    except KeyboardInterrupt:
        ended = "Broken off by hand: what was found so far stands above."
    finally:
        transport.close()
    findings = prober.notebook.in_order()
    _print(command, findings, options)
    if options["write"] and findings:
        _write(command, prober, configuration, options)
    if not options["json"]:
        command.stdout.write(f"{transport.count} requests were sent, none of which wrote anything.\n")
        command.stdout.write(describe_checklist(prober.notebook.catalogue, file=options["write"] or ""))
    if ended:
        command.stderr.write(ended)
        sys.exit(1)


def _record(prober: Prober, directory: Path) -> str:
    """Keep answers; return "" or a text that says why not all of them were kept."""
    try:
        prober.record(directory)
    except (CryptoPocketError, NothingLeftError, OSError) as problem:
        return f"The recording is not complete: {problem or 'too few requests were allowed'}."
    return ""


def _print(command: BaseCommand, findings: Sequence[Finding], options: Mapping[str, Any]) -> None:
    """Print all findings or those that are not confirmed; the counts below a table are of all."""
    shown = [finding for finding in findings if not options["differences"] or finding.verdict != "confirmed"]
    if options["json"]:
        command.stdout.write(findings_as_json(shown))
    else:
        command.stdout.write(f"{describe_table(shown)}\n\n{count_verdicts(findings)}")


def _refuse_to_overwrite(options: Mapping[str, Any]) -> None:
    """Say before the first request that something is in the way."""
    if options["record"] and not options["force"] and any(Path(options["record"]).glob("*")):
        raise CommandError(f"{options['record']} is not empty. Nothing was sent. Use --force to add to it.")
    if options["write"] and not options["force"] and Path(options["write"]).exists():
        raise CommandError(
            f"{options['write']} is there already. Nothing was sent. Use --force to begin from it and replace it."
        )


def make_configuration(options: Mapping[str, Any], *, requests_per_second: float = DEFAULT_RATE) -> Configuration:
    """Return where and as whom; the secret from the environment, the settings, or a prompt."""
    own = not options["base_url"] and not options["api_key"]
    secret = os.environ.get(SECRET_VARIABLE) or (settings.CRYPTOPOCKET_API_SECRET if own else None)
    try:
        return Configuration(
            base_url=options["base_url"] or settings.CRYPTOPOCKET_BASE_URL,
            api_key=options["api_key"] or settings.CRYPTOPOCKET_API_KEY,
            api_secret=secret or _ask_for_secret(),
            requests_per_second=requests_per_second,
            connect_timeout=settings.CRYPTOPOCKET_CONNECT_TIMEOUT_SECONDS,
            read_timeout=settings.CRYPTOPOCKET_READ_TIMEOUT_SECONDS,
            upload_timeout=settings.CRYPTOPOCKET_UPLOAD_TIMEOUT_SECONDS,
            attempts=1,
        )
    except ConfigurationError as problem:
        raise CommandError(f"{problem}. Nothing was sent.") from None


def _ask_for_secret() -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"There is no API secret: set {SECRET_VARIABLE} in the environment. Nothing was sent.")
    return getpass.getpass("API secret: ")


def _make_prober(
    command: BaseCommand, catalogue: Catalogue, configuration: Configuration, options: Mapping[str, Any]
) -> tuple[Prober, ReadOnlyTransport]:
    transport = ReadOnlyTransport(
        make_transport(configuration, catalogue),
        token_url=join_url(configuration.base_url, catalogue["authenticate"].path),
        maximum=options["maximum_requests"],
    )
    shown = command.stdout.isatty() and not options["json"]
    line = ProgressLine(command.stdout, label="probe", things="steps") if shown else None

    def show(done: int, total: int) -> None:
        if line:
            line.clear() if done == total else line.show(done, total)

    asker = Asker(transport, base_url=configuration.base_url)
    return Prober(asker, catalogue, known_codes=known_codes(), on_progress=show), transport


def _write(command: BaseCommand, prober: Prober, configuration: Configuration, options: Mapping[str, Any]) -> None:
    text = make_override_text(prober.notebook, base_url=configuration.base_url)
    try:
        write_override_file(options["write"], text, replace=options["force"])
    except FileExistsAlreadyError:
        raise CommandError(f"{options['write']} is there already. Use --force to replace it.") from None
    except (OSError, ContractError) as problem:
        raise CommandError(f"{options['write']} was not written: {problem}") from None
    command.stderr.write(f"Written: {options['write']}. Name it in CRYPTOPOCKET_CONTRACT once you have read it.")
