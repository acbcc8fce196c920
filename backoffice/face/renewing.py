"""The page of an object of the provider renews itself in place: what it asks for, and what it says about its age.

The page asks every two seconds, while it can be seen, whether its mark is still the one of the row; that costs two
queries beside those of the session. Where it is not, the page is drawn anew by the same code for the same person, and
`morph.js` takes over what differs.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.accounts.sessions import is_by_itself
from backoffice.sync.engine.looking import old_after
from backoffice.sync.models import MirroredModel
from backoffice.sync.resources import get_resource
from backoffice.sync.viewing import Standing, can_be_read, find_viewing, note_viewing, standing_of

WHOLE_PAGE = "admin/base_site.html"
RENEWED_PAGE = "admin/face/renewed_page.html"
"""What a page extends when it is drawn anew: nothing around it, so that no message is taken for shown."""


@dataclass(frozen=True, kw_only=True)
class AsRead:
    """What a page says about how old its object is, and by what it finds out that there is something new.

    `is_shown`: whether the object can be read singly at all; where not, the line of its list says everything.
    """

    url: str
    mark: str
    state: str
    problem: str
    is_shown: bool


def as_read(row: MirroredModel, *, resource_name: str, url: str) -> AsRead:
    """The line about one object."""
    resource = get_resource(resource_name)
    is_shown = can_be_read(resource, row)
    is_old = timezone.now() - row.read_at >= old_after()
    standing = standing_of(row, find_viewing(resource, row)) if is_shown and is_old else Standing()
    return AsRead(
        url=url, mark=_mark_of(row, standing), state=standing.state, problem=_words_of(standing), is_shown=is_shown
    )


def answer_whether_renewed(request: HttpRequest, row: MirroredModel, *, resource_name: str) -> HttpResponseBase:
    """204 where the page that asks shows the row as it is, else 200; `opened` also asks for a read.

    Only a page of ours can ask for a read: no other site can send the header that its requests carry.
    """
    asks = request.GET.get("opened") == "yes" and is_by_itself(request)
    mark = _mark_of(row, note_viewing(get_resource(resource_name), row, asks=asks))
    answer = HttpResponse(status=204) if request.GET.get("mark") == mark else JsonResponse({"mark": mark})
    answer["Cache-Control"] = "private, no-store"
    return answer


def base_template_for(request: HttpRequest) -> str:
    """What a row's page extends: the whole page, or nothing where the page only renews itself."""
    return RENEWED_PAGE if is_by_itself(request) else WHOLE_PAGE


def _mark_of(row: MirroredModel, standing: Standing) -> str:
    """A short text that is another one when the row, or how it stands with reading it, is another."""
    parts: tuple[Any, ...] = (row.pk, row.changed_at, row.read_at, row.missing_since, standing.state, standing.problem)
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _words_of(standing: Standing) -> str:
    if standing.state == "failed":
        return _("Could not be read anew: %(problem)s.") % {"problem": standing.problem}
    if standing.state == "not_taken_up":
        return _("Could not be read anew: no worker has taken it up.")
    return ""
