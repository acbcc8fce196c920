"""Answers of calls that write and that nobody saw: what reads have shown is added to what is assumed of them."""

from backoffice.cryptopocket.probing.alternatives import ANSWER_PLACES, ANSWERS_LIKE
from backoffice.cryptopocket.probing.notebook import Notebook

REASON = "taken over from what reads showed: confirm it by trying"


_SHOWN_BY = {
    "create_customer_delegated_kyc": ("list_customers",),
    "reconcile_payment": ("list_payments", "list_bank_transactions"),
}
"""A call that writes, and the reads that show the objects of its answer."""


def widen_answers(notebook: Notebook) -> None:
    """Let the inferred answers of calls that write be read under the names that reads have shown as well."""
    for name, reads in _SHOWN_BY.items():
        if all(notebook.endpoint(read).fields == notebook.assumed[read].fields for read in reads):
            continue
        endpoint = notebook.endpoint(name)
        places = tuple(dict.fromkeys((*ANSWER_PLACES[name], *endpoint.object_locations, "")))
        names = {field: _widen(notebook, name, field, known) for field, known in endpoint.fields.items()}
        notebook.change(name, fields=names, object_locations=places)
        notebook.note(name, "answer", "differs", assumed="-", found="names of other calls", reason=REASON)


def _widen(notebook: Notebook, name: str, field: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that are known, and those of the same thing in other calls."""
    alike = ANSWERS_LIKE[name].get(field, ())
    return tuple(
        dict.fromkeys((*known, *(seen for call, its in alike for seen in notebook.endpoint(call).fields[its])))
    )


def share_names(notebook: Notebook) -> None:
    """Where a single read names its fields as the list does, it is believed of the fields that it has not shown."""
    for single, listing in (("find_user", "list_customers"),):
        one, many, assumed = notebook.endpoint(single), notebook.endpoint(listing), notebook.assumed[single]
        changed = [field for field in many.fields if many.fields[field] != notebook.assumed[listing].fields[field]]
        same = [field for field in changed if one.fields.get(field) == many.fields[field]]
        if len(same) * 2 > len(changed):
            unseen = {field: many.fields[field] for field in changed if one.fields.get(field) == assumed.fields[field]}
            notebook.change(single, fields={**one.fields, **unseen})


def share_largest_page(notebook: Notebook) -> None:
    """A list that was too short to show its largest page is believed to have that of the others."""
    lists = {
        name: endpoint.pagination.maximum_page_size
        for name, endpoint in notebook.catalogue.endpoints.items()
        if endpoint.pagination is not None
    }
    smallest = min(lists.values())
    for name, size in lists.items():
        assumed = notebook.assumed[name].pagination
        if assumed is not None and size == assumed.maximum_page_size and smallest < size:
            reason = "too short to show it: as the other lists"
            notebook.note(name, "largest page", "differs", assumed=str(size), found=str(smallest), reason=reason)
            notebook.change_pagination(name, maximum_page_size=smallest)
