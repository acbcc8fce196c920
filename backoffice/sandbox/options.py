"""What a stand-in provider can be told when it starts."""

from __future__ import annotations

import argparse
import datetime
from dataclasses import dataclass, replace
from pathlib import Path

from backoffice.sandbox.dialects import DEFAULT, DIALECTS, Dialect
from backoffice.sandbox.dialects.manner import PAGE_LAYOUTS
from backoffice.sandbox.webhooks.signing import SIGNATURE_ENCODINGS


@dataclass(frozen=True, kw_only=True)
class Options:
    """Size, seed and manner of one stand-in provider.

    ``speed`` is in steps a minute (0: time moves only by command). ``today`` is the day after the
    newest generated row; where it is given, the clock of the stand-in stands still between steps, so
    that the same seed and options give the same bytes. ``control_port`` is None for no control
    address, 0 for any free port. ``inferred_fields`` adds the fields that no documentation page
    shows (a customer's type, a payment's concept, an off-ramp's customer). ``dialect`` is the name of one
    of the ``DIALECTS``; ``page_layout`` counts in the default one only. ``token_seconds`` is how long a token
    lives and ``webhook_signature`` ``hex`` or ``base64``: None leaves both to the dialect.

    Events that were not taken are sent again after ``webhook_retry_seconds``, twice as long after each
    try up to ``webhook_longest_retry_seconds``, ``webhook_tries`` times in all; ``webhook_parallel`` are
    sent at a time. ``kyc_events_to`` is the address that is told of verifications, None for nobody: they
    are not subscribed to (contract 7.3).
    """

    host: str = "127.0.0.1"
    port: int = 0
    control_port: int | None = None
    customers: int = 50
    payments: int = 100
    offramps: int = 20
    bank_transactions: int = 60
    seed: int = 1
    speed: float = 0.0
    api_key: str = "pk_demo_1"
    api_secret: str = "sk_demo_1"  # noqa: S105 - the published secret of a stand-in, it opens nothing
    today: datetime.date | None = None
    state: Path | None = None
    dialect: str = DEFAULT.name
    page_layout: str = "pagination"
    inferred_fields: bool = True
    card_allowed: bool = True
    token_seconds: float | None = None
    webhook_signature: str | None = None
    webhook_parallel: int = 4
    webhook_tries: int = 50
    webhook_retry_seconds: float = 0.05
    webhook_longest_retry_seconds: float = 1.0
    webhook_timeout_seconds: float = 10.0
    kyc_events_to: str | None = None

    def __post_init__(self) -> None:
        """Refuse a combination that cannot be built.

        Raises:
            ValueError: a negative count, transactions without customers, an unknown page layout, dialect or signature.
        """
        counts = (self.customers, self.payments, self.offramps, self.bank_transactions)
        if min(counts) < 0:
            raise ValueError("A number of rows cannot be negative.")
        if not self.customers and (self.payments or self.offramps):
            raise ValueError("Payments and off-ramps need at least one customer.")
        if self.page_layout not in PAGE_LAYOUTS:
            raise ValueError(f"The page layout is one of {', '.join(PAGE_LAYOUTS)}.")
        if self.dialect not in DIALECTS:
            raise ValueError(f"The dialect is one of {', '.join(DIALECTS)}.")
        if self.webhook_signature not in (None, *SIGNATURE_ENCODINGS):
            raise ValueError(f"The signature is one of {', '.join(SIGNATURE_ENCODINGS)}.")
        if self.webhook_parallel < 1 or self.webhook_tries < 1:
            raise ValueError("Events are sent one at a time and tried once, at the least.")

    @property
    def spoken(self) -> Dialect:
        """The dialect, with what was told otherwise."""
        dialect = DIALECTS[self.dialect]
        announcements = dialect.announcements
        if self.webhook_signature in ("hex", "base64"):
            announcements = replace(announcements, encoding=self.webhook_signature)
        seconds = dialect.token_seconds if self.token_seconds is None else self.token_seconds
        return replace(dialect, announcements=announcements, token_seconds=seconds)

    @property
    def reference_day(self) -> datetime.date:
        """The day on which the generated history ends."""
        return self.today or datetime.datetime.now(datetime.UTC).date()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command line to a parser; ``manage.py sandbox`` takes the same."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8100, help="0 for any free port")
    parser.add_argument("--control-port", type=int, default=0, help="loopback port of the control address, 0 for any")
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--payments", type=int, default=5000)
    parser.add_argument("--offramps", type=int, default=500)
    parser.add_argument("--bank-transactions", type=int, default=3000, help="of both accounts together")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same data")
    parser.add_argument("--speed", type=float, default=0.0, help="steps a minute; 0: time moves by command only")
    parser.add_argument("--api-key", default=Options.api_key)
    parser.add_argument("--api-secret", default=Options.api_secret)
    parser.add_argument("--today", type=datetime.date.fromisoformat, help="last day of the history, YYYY-MM-DD")
    parser.add_argument("--state", type=Path, help="file that keeps what changed, over restarts")
    parser.add_argument(
        "--dialect", choices=[*DIALECTS], default=DEFAULT.name, help="whose paths, names and words it has"
    )
    parser.add_argument("--page-layout", choices=[*PAGE_LAYOUTS], default=Options.page_layout)
    parser.add_argument(
        "--documented-fields-only",
        dest="inferred_fields",
        action="store_false",
        help="leave out every field that no documentation page shows",
    )
    parser.add_argument(
        "--without-card",
        dest="card_allowed",
        action="store_false",
        help="card is not allowed for this integration",
    )
    _add_webhook_arguments(parser)


def _add_webhook_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("webhooks")
    group.add_argument(
        "--webhook-signature", choices=SIGNATURE_ENCODINGS, help="encoding of the signature; the dialect's unless given"
    )
    group.add_argument("--webhook-parallel", type=int, default=4, help="how many events are sent at a time")
    group.add_argument("--webhook-tries", type=int, default=20, help="how often an event is tried at the most")
    group.add_argument("--webhook-retry-seconds", type=float, default=1.0, help="before the second try; then doubled")
    group.add_argument("--webhook-longest-retry-seconds", type=float, default=300.0)
    group.add_argument("--webhook-timeout-seconds", type=float, default=10.0, help="how long an answer may take")
    group.add_argument("--kyc-events-to", metavar="URL", help="address that is told of verifications")
