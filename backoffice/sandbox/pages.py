"""Pages that were written before."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

_KEPT = 256


class WrittenPages:
    """The newest pages as JSON; making 500 rows takes several times as long as sending them."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Any, str] = OrderedDict()

    def get(self, key: Any, write: Callable[[], str]) -> str:
        """Return a page, written now if it is not kept. The key holds all that the page depends on."""
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = write()
            if len(self._pages) > _KEPT:
                self._pages.popitem(last=False)
        return page
