"""Whose id a value is, by what the provider's lists show: read-only calls, as few as are needed."""

from collections.abc import Iterator
from itertools import islice

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.configuration import Configuration
from backoffice.cryptopocket.dig import dig_first
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.errors import CryptoPocketError
from backoffice.cryptopocket.listening.ways import ID_LISTS
from backoffice.cryptopocket.outgoing import join_url
from backoffice.cryptopocket.pages import Page, iterate_pages_from_newest
from backoffice.cryptopocket.probing.asking import NothingLeftError, ReadOnlyTransport
from backoffice.cryptopocket.tokens import InMemoryTokenStore
from backoffice.cryptopocket.transport import make_transport

_PAGES = 3
_MOST_REQUESTS = 300


class KnownIds:
    """The ids at the newest end of the provider's lists, read again when a delivery names none of them.

    `problem` says why the lists could not be read; then ids are told by their shape alone.
    """

    def __init__(self, configuration: Configuration, catalogue: Catalogue) -> None:
        transport = ReadOnlyTransport(
            make_transport(configuration, catalogue),
            token_url=join_url(configuration.base_url, catalogue["authenticate"].path),
            maximum=_MOST_REQUESTS,
        )
        self._client = CryptoPocketClient(configuration, catalogue, InMemoryTokenStore(), transport)
        self._lists: dict[str, str] = {}
        self.problem = ""

    def find(self, values: set[str]) -> dict[str, str]:
        """Return the list in which each value is an id, those that are none left out."""
        if not self._holds_object(values) and not self.problem:
            self._read()
        return {value: self._lists[value] for value in values if value in self._lists}

    def _holds_object(self, values: set[str]) -> bool:
        """Customers are named beside the object of an event, and so are no reason to stop looking."""
        return any(self._lists.get(value, "customers") != "customers" for value in values)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _read(self) -> None:
        try:
            for name, call in ID_LISTS.items():
                for page in islice(self._pages(call), _PAGES):
                    self._keep(name, page, call)
        except NothingLeftError:
            self.problem = f"the {_MOST_REQUESTS} requests that are allowed are used up"
        except CryptoPocketError as problem:
            self.problem = f"the lists cannot be read: {problem}"

    def _pages(self, call: str) -> Iterator[Page]:
        pagination = self._client.catalogue[call].pagination
        read = getattr(self._client, call)
        size = pagination.maximum_page_size if pagination else None

        def fetch(number: int) -> Page:
            page: Page = read(page=number, per_page=size)
            return page

        return iterate_pages_from_newest(fetch, newest_first=pagination is None or pagination.newest_first)

    def _keep(self, name: str, page: Page, call: str) -> None:
        names = self._client.catalogue[call].fields["id"]
        for item in page.items:
            value = dig_first(item, names)
            if value is not None:
                self._lists.setdefault(str(value), name)
