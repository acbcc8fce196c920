"""`manage.py contract listen`: receives deliveries for a while, and tells what they show of the webhook contract."""

import errno
import queue
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.listening.headers import late_or_not
from backoffice.cryptopocket.listening.known_ids import KnownIds
from backoffice.cryptopocket.listening.learning import learn_deliveries
from backoffice.cryptopocket.listening.observing import Observation, observe
from backoffice.cryptopocket.listening.receiver import HOST, Receiver
from backoffice.cryptopocket.probing.notebook import Notebook
from backoffice.cryptopocket.probing.report import describe_findings
from backoffice.management.contract_amend import amend, take_from_file
from backoffice.management.contract_probe import add_connection_arguments, make_configuration, refuse_in_production

DEFAULT_PORT = 8300
DEFAULT_SECONDS = 600.0
MOST_DELIVERIES = 100
_PAUSE_SECONDS = 0.5


def add_listen_arguments(parser: ArgumentParser) -> None:
    """Add where to listen, and for how long."""
    add_connection_arguments(parser)
    parser.add_argument(
        "--port", type=int, metavar="N", help=f"on loopback; {DEFAULT_PORT}, or a free one where it is taken"
    )
    parser.add_argument("--seconds", type=float, default=DEFAULT_SECONDS, metavar="N", help="how long to listen")
    parser.add_argument(
        "--maximum-deliveries", type=int, default=MOST_DELIVERIES, metavar="N", help="end after so many"
    )
    parser.add_argument("--write", metavar="FILE", help="set what was learned in this override file")


def run_listen(command: BaseCommand, catalogue: Catalogue, options: Mapping[str, Any]) -> None:
    """Listen, learn, tell. Nothing is listened to outside local and sandbox."""
    refuse_in_production("webhooks are learned in local and sandbox only. Nothing was received.")
    catalogue = take_from_file(catalogue, options)
    configuration = make_configuration(options, requests_per_second=settings.CRYPTOPOCKET_REQUESTS_PER_SECOND)
    known = KnownIds(configuration, catalogue)
    notebook = Notebook(catalogue)
    try:
        with _open_receiver(options["port"]) as receiver:
            _greet(command, receiver, options)
            observations = _Listening(command, receiver, configuration, catalogue, known).listen(
                seconds=options["seconds"], most=options["maximum_deliveries"]
            )
    finally:
        known.close()
    values = learn_deliveries(notebook, observations)
    command.stdout.write(describe_findings(notebook.in_order()))
    _tell_the_rest(command, receiver, observations, known, catalogue)
    if options["write"]:
        amend(command, values, options["write"], by="listen")


def _open_receiver(port: int | None) -> Receiver:
    try:
        return Receiver(DEFAULT_PORT if port is None else port)
    except OverflowError:
        raise CommandError(f"{port} is no port.") from None
    except OSError as problem:
        if port is None and problem.errno == errno.EADDRINUSE:
            return Receiver(0)
        raise CommandError(f"Port {port or DEFAULT_PORT} cannot be used: {problem.strerror}.") from None


def _greet(command: BaseCommand, receiver: Receiver, options: Mapping[str, Any]) -> None:
    command.stdout.write(
        f"Listening on http://{HOST}:{receiver.port}/ for {options['seconds']:g} s, or until Ctrl-C.\n"
        "Only this machine reaches it: put a tunnel or a reverse proxy with https before it, subscribe that address\n"
        "(manage.py contract try subscribe_webhook --field url=https://… --field type=PAY_IN), and have a\n"
        "payment and an off-ramp move on."
    )


class _Listening:
    """Takes deliveries as they come and keeps what each shows; the delivery itself is forgotten at once."""

    def __init__(
        self,
        command: BaseCommand,
        receiver: Receiver,
        configuration: Configuration,
        catalogue: Catalogue,
        known: KnownIds,
    ) -> None:
        self._command = command
        self._receiver = receiver
        self._configuration = configuration
        self._catalogue = catalogue
        self._known = known

    def listen(self, *, seconds: float, most: int) -> list[Observation]:
        """Return what the deliveries show, those of before Ctrl-C too."""
        observations: list[Observation] = []
        ends_at = time.monotonic() + seconds
        try:
            while len(observations) < most and (left := ends_at - time.monotonic()) > 0:
                observations += self._take(min(left, _PAUSE_SECONDS), number=len(observations) + 1)
        except KeyboardInterrupt:
            self._command.stdout.write("Ended by hand.")
        return observations

    def _take(self, seconds: float, *, number: int) -> list[Observation]:
        try:
            delivery = self._receiver.deliveries.get(timeout=seconds)
        except queue.Empty:
            return []
        told = observe(
            delivery,
            api_key=self._configuration.api_key,
            api_secret=self._configuration.api_secret,
            contract=self._catalogue.webhook,
            known=self._known,
        )
        said = "signed, but not with our secret in a known way" if told.proof == "not reproduced" else told.proof
        self._command.stdout.write(f"delivery {number}: {said}{f', and {told.problem}' if told.problem else ''}")
        return [told]


def _tell_the_rest(
    command: BaseCommand,
    receiver: Receiver,
    observations: list[Observation],
    known: KnownIds,
    catalogue: Catalogue,
) -> None:
    """Say what was turned away, and what makes the findings less sure."""
    for reason, count in receiver.turned_away.items():
        command.stdout.write(f"{count} turned away: {reason}.")
    if known.problem:
        command.stdout.write(f"Ids were told by their shape: {known.problem}.")
    signed = [told for told in observations if told.proof == "signed"]
    if late := late_or_not(signed, catalogue.webhook):
        command.stdout.write(late)
