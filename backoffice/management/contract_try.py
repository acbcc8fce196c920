"""`manage.py contract try`: sends one call that writes, in a sandbox, on a person's word."""

import base64
import json
import mimetypes
from argparse import ArgumentParser
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.errors import InvalidRequest, NotSent, OutcomeUnknown
from backoffice.cryptopocket.outgoing import join_url
from backoffice.cryptopocket.probing.asking import Asker, ReadOnlyTransport, Reply
from backoffice.cryptopocket.probing.entering import NoEntryError, enter
from backoffice.cryptopocket.probing.expecting import NotExpectedError, Values, learn_refusal
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.refusing import Lesson, learn_request
from backoffice.cryptopocket.probing.session import Session
from backoffice.cryptopocket.probing.trying import (
    Trial,
    UnknownCallError,
    find_writing_call,
    judge,
    learn_success,
    send_call,
    writing_calls,
)
from backoffice.cryptopocket.transport import make_transport
from backoffice.management.contract_amend import amend, take_from_file
from backoffice.management.contract_codes import known_codes
from backoffice.management.contract_probe import (
    add_connection_arguments,
    make_configuration,
    refuse_in_earnest,
    refuse_in_production,
)

_AMOUNTS = {"amount", "fiat_amount"}


def add_try_arguments(parser: ArgumentParser) -> None:
    """Add which call, with which fields."""
    add_connection_arguments(parser)
    parser.add_argument("call", help="create_customer, or createCustomer")
    parser.add_argument(
        "--field", action="append", default=[], metavar="NAME=VALUE", help="by our name; NAME=@FILE sends a document"
    )
    parser.add_argument("--empty", action="store_true", help="send an empty body: the refusal names what is required")
    parser.add_argument("--expect", metavar="CODE", help="the refusal that this should give, by the contract's code")
    parser.add_argument("--yes", action="store_true", help="do not ask before sending")
    parser.add_argument("--write", metavar="FILE", help="set the names that were learned in this override file")


def run_try(command: BaseCommand, catalogue: Catalogue, options: Mapping[str, Any]) -> None:
    """Confirm, send, tell. Nothing is sent outside local and sandbox."""
    refuse_in_production("calls that write are tried in local and sandbox only. Nothing was sent.")
    catalogue = take_from_file(catalogue, options)
    endpoint = _choose_call(catalogue, options)
    arguments = _read_fields(endpoint, options)
    _refuse_unknown_code(catalogue, options["expect"])
    configuration = make_configuration(options, requests_per_second=settings.CRYPTOPOCKET_REQUESTS_PER_SECOND)
    refuse_in_earnest(configuration.base_url)
    if not options["yes"]:
        _confirm(endpoint, configuration, empty=options["empty"])
    with Hand(catalogue, configuration) as hand:
        trial = judge(hand.send(endpoint, arguments), catalogue, endpoint)
        _tell(command, endpoint, trial)
        values = _learn(command, hand, catalogue, endpoint, (trial, arguments, options))
    if options["write"]:
        amend(command, values, options["write"], by=f"try {endpoint.name}")


def _tell(command: BaseCommand, endpoint: Endpoint, trial: Trial) -> None:
    command.stdout.write("\n".join((f"{endpoint.name}: POST {endpoint.path}", *trial.lines)))
    if trial.answer is not None:
        command.stdout.write(json.dumps(trial.answer, indent=2, ensure_ascii=False, default=str))


class Hand:
    """Sends single calls with a token of its own. Errors become texts that say whether anything was sent."""

    def __init__(self, catalogue: Catalogue, configuration: Configuration) -> None:
        self._catalogue = catalogue
        self._base_url = configuration.base_url
        self._transport = make_transport(configuration, catalogue)
        token_url = join_url(configuration.base_url, catalogue["authenticate"].path)
        self._asker = Asker(
            ReadOnlyTransport(self._transport, token_url=token_url, maximum=2), base_url=configuration.base_url
        )
        self._secrets = {"api_key": configuration.api_key, "api_secret": configuration.api_secret}

    def __enter__(self) -> Self:
        """Fetch the token."""
        try:
            enter(Session(self._asker, Notebook(self._catalogue)), **self._secrets)
        except (NoEntryError, NotSent, OutcomeUnknown) as problem:
            self._transport.close()
            raise CommandError(f"{problem} The call itself was not sent.") from None
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._transport.close()

    def send(self, endpoint: Endpoint, arguments: Mapping[str, Any]) -> Reply:
        """Send a call once."""
        try:
            return send_call(
                self._transport, endpoint, arguments, base_url=self._base_url, token=self._asker.token or ""
            )
        except (NotSent, InvalidRequest, OutcomeUnknown) as problem:
            raise CommandError(str(problem)) from None


def _learn(
    command: BaseCommand,
    hand: Hand,
    catalogue: Catalogue,
    endpoint: Endpoint,
    tried: tuple[Trial, Mapping[str, Any], Mapping[str, Any]],
) -> Values:
    """Return what the refusal teaches, after further bodies that lack something required."""
    trial, arguments, options = tried
    if options["expect"]:
        return _learn_expected(trial, catalogue, endpoint, expected=options["expect"])
    if trial.accepted:
        return learn_success(trial.reply, endpoint)
    if not options["empty"]:
        return {}

    def send(candidate: Endpoint, fields: Mapping[str, Any]) -> Reply:
        return hand.send(candidate, {**arguments, **fields})

    lesson = learn_request(send, catalogue, endpoint, trial.reply)
    for line in lesson.lines:
        command.stdout.write(line)
    return _as_values(endpoint, lesson)


def _learn_expected(trial: Trial, catalogue: Catalogue, endpoint: Endpoint, *, expected: str) -> Values:
    try:
        return learn_refusal(trial.reply, catalogue, endpoint, expected=expected, known_codes=known_codes())
    except NotExpectedError as problem:
        raise CommandError(f"{expected} was expected, and {problem}. Nothing was learned.") from None


def _answer_names(lesson: Lesson, field: str, name: str) -> list[str]:
    """An answer that repeats what was asked for calls it alike; a name of another field is left out."""
    taken = {theirs for its, theirs in lesson.endpoint.request.items() if its != field}
    return [name, *(known for known in lesson.endpoint.fields[field] if known not in {*taken, name})]


def _as_values(endpoint: Endpoint, lesson: Lesson) -> Values:
    table = ("endpoints", endpoint.name)
    values: Values = {
        (*table, "request", field): name
        for field, name in lesson.endpoint.request.items()
        if name != endpoint.request[field]
    }
    values |= {
        (*table, "fields", field): _answer_names(lesson, field, name)
        for (*_, field), name in list(values.items())
        if field in endpoint.echo.values() and field in endpoint.fields
    }
    for key in ("encoding", "file_encoding"):
        if getattr(lesson.endpoint, key) != getattr(endpoint, key):
            values[*table, key] = getattr(lesson.endpoint, key)
    if lesson.required and not lesson.unmatched:
        values[*table, "request_provenance"] = "confirmed"
    return values


def _choose_call(catalogue: Catalogue, options: Mapping[str, Any]) -> Endpoint:
    try:
        return find_writing_call(catalogue, options["call"])
    except UnknownCallError as problem:
        known = ", ".join(writing_calls(catalogue))
        raise CommandError(f"No call that writes is named {problem}: there are {known}.") from None


def _refuse_unknown_code(catalogue: Catalogue, expected: str | None) -> None:
    """Raise CommandError for a code that the product would not understand, or that says nothing of the call."""
    known = known_codes() - set(catalogue.conventions.authorisation_codes)
    if expected and expected not in known:
        raise CommandError(
            f"--expect {expected}: the contract knows no such refusal of a call. Nothing was sent. "
            f"It knows {', '.join(sorted(known))}."
        )


def _read_fields(endpoint: Endpoint, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields by our names; those in the path are needed for an empty body too."""
    fields: dict[str, Any] = {}
    for given in options["field"]:
        name, separator, value = given.partition("=")
        if not separator or name not in endpoint.request:
            raise CommandError(f"--field {name}: {endpoint.name} has {', '.join(endpoint.request)}. Nothing was sent.")
        fields[name] = _read_value(name, value)
    if options["empty"]:
        fields = {name: value for name, value in fields.items() if name in endpoint.path_fields}
    if missing := [name for name in endpoint.path_fields if name not in fields]:
        raise CommandError(f"The path needs --field {missing[0]}=…. Nothing was sent.")
    return fields


def _read_value(name: str, value: str) -> Any:
    if value.startswith("@"):
        return _read_document(Path(value[1:]))
    if name not in _AMOUNTS:
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        raise CommandError(f"--field {name}: {value} is no number. Nothing was sent.") from None


def _read_document(path: Path) -> str:
    try:
        content = base64.b64encode(path.read_bytes()).decode()
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}. Nothing was sent.") from None
    return f"data:{mimetypes.guess_type(path.name)[0] or 'application/octet-stream'};base64,{content}"


def _confirm(endpoint: Endpoint, configuration: Configuration, *, empty: bool) -> None:
    what = "with an empty body" if empty else "which creates or changes something real there"
    answer = input(f"Send POST {endpoint.path} to {configuration.base_url}, {what}? [y/N] ")
    if answer.strip().casefold() not in {"y", "yes"}:
        raise CommandError("Nothing was sent.")
