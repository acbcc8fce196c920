"""What can be mirrored: a `Resource` says how to fetch a list and how an item becomes a row. The engine knows no more.

Domains make their resources in their `sync.py` and register them in `AppConfig.ready`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from backoffice.cryptopocket.client import CryptoPocketClient
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.observing import about
from backoffice.sync.errors import NothingOpenError, UnknownResourceError
from backoffice.sync.models import MirroredModel


# Not tracked by the garbage collector: thousands live at a time, and none can be part of a cycle.
class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A parsed item.

    `columns` holds only the columns that the payload mentions, by attribute name (`customer_id`, not `customer`):
    a column that is absent never erases what is stored. `provider_changed_at` is when the provider says that it
    changed the object last.
    """

    remote_id: str
    columns: dict[str, Any]
    provider_changed_at: datetime | None = None


def _one_partition() -> Iterable[str]:
    return ("",)


def identify_by_id(raw: Mapping[str, Any], partition: str) -> str | None:
    """The item's `id` as text, None where there is none that is a number or text."""
    value = raw.get("id")
    return str(value) if type(value) is int or (type(value) is str and value) else None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A list of the provider that is kept as rows.

    version: raise it when `parse` changes; every row is then parsed and written again at the next full sync.
    list_page: (client, partition, page number from 1) -> page. parse: (raw item, partition) -> row; raises
    UnreadableItem. partitions: what the list is split by (bank transactions: one for each account).
    identify: the remote id without parsing, so that an unchanged item need not be parsed; None says "parse it".
    read_one: (client, remote id) -> item, for objects that can be read singly.
    parse_one: (raw item, remote id) -> partial row, where the single read has another shape than the list.
    open_rows: rows that are not final yet. fixed_columns: those that never change once they hold something: a
    difference in one is drift. check_before: (client, first page) before anything is written; raises
    UnitMismatch. depends_on: names of resources that come first. newest_first: where the list's newest end is;
    a callable is asked at each run (the catalogue can be overridden). created_column: the column that says when the
    provider made the object; where it is given, the time from each change to our row is measured.
    """

    name: str
    label: str | Promise
    model: type[MirroredModel]
    version: int
    list_page: Callable[[CryptoPocketClient, str, int], Page]
    parse: Callable[[Mapping[str, Any], str], Row]
    partitions: Callable[[], Iterable[str]] = _one_partition
    identify: Callable[[Mapping[str, Any], str], str | None] = identify_by_id
    read_one: Callable[[CryptoPocketClient, str], Item[Any]] | None = None
    parse_one: Callable[[Mapping[str, Any], str], Row] | None = None
    open_rows: Callable[[], QuerySet[Any]] | None = None
    fixed_columns: tuple[str, ...] = ()
    check_before: Callable[[CryptoPocketClient, Page], None] | None = None
    depends_on: tuple[str, ...] = ()
    newest_first: bool | Callable[[], bool] = True
    created_column: str = ""

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows of the model."""
        return self.model._default_manager.all()  # noqa: SLF001 - the type of an abstract model has no `objects`

    @property
    def is_newest_first(self) -> bool:
        """Whether page 1 is the newest end."""
        return self.newest_first() if callable(self.newest_first) else self.newest_first

    @property
    def is_partitioned(self) -> bool:
        """Whether what is read depends on the rows of other resources."""
        return self.partitions is not _one_partition

    @property
    def can_be_open(self) -> bool:
        """Whether some of its objects are read singly until they are final."""
        return self.open_rows is not None and self.read_one is not None

    def read_singly(self, client: CryptoPocketClient, remote_id: str) -> Item[Any]:
        """Read one object; the log of calls learns which. Raises NothingOpenError, CryptoPocketError."""
        if self.read_one is None:
            raise NothingOpenError(_("%(name)s has no objects that are read singly.") % {"name": self.name})
        with about(self.model._meta.label_lower, remote_id):  # noqa: SLF001 - Django's documented way to ask
            return self.read_one(client, remote_id)


_resources: dict[str, Resource] = {}


def register(resource: Resource) -> None:
    """Make a resource known. Raises ValueError when another one has its name."""
    known = _resources.setdefault(resource.name, resource)
    if known is not resource:
        raise ValueError(f"There is already a resource called {resource.name!r}.")


def unregister(name: str) -> None:
    """Forget a resource; used by tests and benchmarks that bring their own."""
    _resources.pop(name, None)


def find_resource(name: str) -> Resource | None:
    """The resource of that name; None where it is not registered any more."""
    return _resources.get(name)


def get_resource(name: str) -> Resource:
    """The resource of that name. Raises UnknownResourceError."""
    resource = find_resource(name)
    if resource is None:
        text = _("There is no resource called %(name)r; known are: %(known)s.")
        raise UnknownResourceError(text % {"name": name, "known": ", ".join(sorted(_resources)) or _("none")})
    return resource


def find_resource_of(model: type[MirroredModel]) -> Resource:
    """The resource whose rows that model holds. Raises UnknownResourceError."""
    for resource in _resources.values():
        if resource.model is model:
            return resource
    raise UnknownResourceError(f"No resource fills {model.__name__}.")


def find_dependents(name: str) -> list[Resource]:
    """The resources that come after the one of that name."""
    return [resource for resource in _resources.values() if name in resource.depends_on]


def all_resources() -> list[Resource]:
    """All resources, each after those it depends on. Raises graphlib.CycleError."""
    graph = {name: resource.depends_on for name, resource in _resources.items()}
    return [_resources[name] for name in TopologicalSorter(graph).static_order() if name in _resources]
