"""A probe of a stand-in provider, as tests start it."""

from collections.abc import Callable
from typing import Any

from backoffice.cryptopocket import Catalogue, Configuration, load_catalogue
from backoffice.cryptopocket.outgoing import join_url
from backoffice.cryptopocket.probing.asking import Asker, ReadOnlyTransport
from backoffice.cryptopocket.probing.notebook import Finding
from backoffice.cryptopocket.probing.prober import Prober
from backoffice.cryptopocket.transport import HttpTransport, Transport
from backoffice.sandbox import Sandbox

READS = {
    "authenticate", "listAvailableAssets", "listPaymentMethods", "listCustomers", "listOnRampTransactions",
    "listOffRampTransactions", "listBankAccounts", "listBankAccountTransactions", "findUser", "getKycStatus",
    "getPayment", "getOffRamp", "getTokenPrice", "getOnRampQuote", "getOffRampQuote", "unknownRoute",
}  # fmt: skip
"""What the stand-in may have counted after a probe: reads, the token, and paths that there are none of."""


def make_configuration(sandbox: Sandbox, **changes: Any) -> Configuration:
    """Return how the stand-in is reached, as fast as it answers."""
    values: dict[str, Any] = {
        "base_url": sandbox.base_url,
        "api_key": sandbox.options.api_key,
        "api_secret": sandbox.options.api_secret,
        "requests_per_second": 10_000.0,
        "read_timeout": 5.0,
        "attempts": 1,
    }
    return Configuration(**{**values, **changes})


def make_prober(
    configuration: Configuration,
    *,
    catalogue: Catalogue | None = None,
    maximum: int = 1_000,
    wrap: Callable[[Transport], Transport] = lambda transport: transport,
    **more: Any,
) -> tuple[Prober, ReadOnlyTransport]:
    """Return a prober and its transport. wrap: puts something around what really sends."""
    contract = catalogue or load_catalogue()
    transport = ReadOnlyTransport(
        wrap(HttpTransport(configuration)),
        token_url=join_url(configuration.base_url, contract["authenticate"].path),
        maximum=maximum,
    )
    return Prober(Asker(transport, base_url=configuration.base_url), contract, **more), transport


def probe(sandbox: Sandbox, **changes: Any) -> tuple[Prober, str]:
    """Probe a stand-in; return the prober and why it was broken off, "" if it was not."""
    configuration = make_configuration(sandbox)
    prober, transport = make_prober(configuration, **changes)
    try:
        return prober, prober.run(api_key=configuration.api_key, api_secret=configuration.api_secret)
    finally:
        transport.close()


def find(prober: Prober, call: str, subject: str) -> Finding:
    """Return what was found of one thing."""
    return next(finding for finding in prober.notebook.findings if (finding.call, finding.subject) == (call, subject))
