"""The provider's API over HTTP: a client, its contract as data, its objects as typed structs. No Django.

errors -> endpoints (+ endpoint_table, contract_file) -> resources -> envelope, pages, objects
       -> outgoing, transport (rate, answers, failures, quiet) -> tokens -> client
beside them: redaction, signature, configuration, clock
"""

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.contract_file import load_catalogue
from backoffice.cryptopocket.endpoints import Catalogue, Endpoint
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.outgoing import make_data_uri
from backoffice.cryptopocket.pages import Page, iterate_pages, iterate_pages_from_newest
from backoffice.cryptopocket.tokens import InMemoryTokenStore, TokenStore

__all__ = [
    "Catalogue",
    "Configuration",
    "CryptoPocketClient",
    "Endpoint",
    "InMemoryTokenStore",
    "Item",
    "Page",
    "TokenStore",
    "iterate_pages",
    "iterate_pages_from_newest",
    "load_catalogue",
    "make_data_uri",
]
