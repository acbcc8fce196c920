"""The client: one typed method for each call of the contract."""

from backoffice.cryptopocket.client.banking import BankingCalls
from backoffice.cryptopocket.client.customers import CustomerCalls
from backoffice.cryptopocket.client.off_ramps import OffRampCalls
from backoffice.cryptopocket.client.payments import PaymentCalls
from backoffice.cryptopocket.client.webhooks import WebhookCalls


class CryptoPocketClient(CustomerCalls, PaymentCalls, OffRampCalls, BankingCalls, WebhookCalls):
    """The provider's API.

    Lists give a `Page` of raw items; everything else gives an `Item`: the payload as received, when its
    request began, and `parse()` for the typed struct. What can go wrong is drawn in `errors.py`. Ids are
    text, amounts are Decimal in whole units.

    One client serves a whole process, all its threads included: the connections and the rate limit are its
    own, the token is shared with other processes through the token store. Close it, or use it as a context
    manager, to close its connections.
    """


__all__ = ["CryptoPocketClient"]
