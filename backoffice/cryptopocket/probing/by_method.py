"""Paths of calls that write, learned without writing: a GET there is answered with "another method" (HTTP 405).

The paths are guesses: what stands in one is the id of nothing, so that a GET that does something all the same has
nothing to do it with.
"""

from collections.abc import Iterator

import msgspec

from backoffice.cryptopocket.endpoints import Endpoint
from backoffice.cryptopocket.probing.alternatives import PATHS
from backoffice.cryptopocket.probing.judging import is_other_method
from backoffice.cryptopocket.probing.refusals import NO_OBJECT, NOBODY
from backoffice.cryptopocket.probing.session import Session

FOUND_BY_METHOD = "found by method: a GET there is answered with HTTP 405, and nothing was written"


def probe_writing_paths(session: Session) -> None:
    """Look for the path of every call that writes, but the one for a token."""
    for name, endpoint in session.notebook.assumed.endpoints.items():
        if not endpoint.only_reads and name != "authenticate":
            _find_path(session, name, endpoint)


def _find_path(session: Session, name: str, endpoint: Endpoint) -> None:
    notebook = session.notebook
    for candidate in _candidates(name, endpoint):
        arguments = {field: NO_OBJECT if field == "payment_id" else NOBODY for field in candidate.path_fields}
        if is_other_method(session.ask(candidate, arguments)):
            notebook.compare(name, "path", assumed=endpoint.path, found=candidate.path, reason=FOUND_BY_METHOD)
            notebook.change(name, path=candidate.path, path_provenance="confirmed")
            return
    tried = len(PATHS.get(name, ())) + 1
    reason = f"a GET is answered with HTTP 405 under none of {tried} paths: ask the provider, or try it by hand"
    notebook.note(name, "path", "not found", assumed=endpoint.path, reason=reason)


def _candidates(name: str, endpoint: Endpoint) -> Iterator[Endpoint]:
    """Yield the call as a read, under each path it may have."""
    for path in (endpoint.path, *PATHS.get(name, ())):
        yield msgspec.structs.replace(endpoint, path=path, method="GET", encoding="query", slow=False)
