"""Pages of a list whose count costs the same for a thousand rows and for a million."""

from functools import cached_property

from django.core.paginator import Paginator
from django.db.models import QuerySet

COUNT_LIMIT = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic only to the type checker
    """Counts at most `COUNT_LIMIT` rows: whoever needs the ten-thousandth row filters instead of turning pages."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or `COUNT_LIMIT` where there are more."""
        return min(self._counted, COUNT_LIMIT)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._counted > COUNT_LIMIT

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by()[: COUNT_LIMIT + 1].count()
        return len(rows)
