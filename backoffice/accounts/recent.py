"""Whether somebody proved only just now who they are: asked before what is worth a second look."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _


def ask_to_sign_in_again(request: HttpRequest) -> HttpResponseRedirect | None:
    """A redirect to the page that asks for the password or the second factor again; None where that is recent.

    Afterwards the person is led back to the page asked for; of a POST, to the page that it came from, with a message
    that nothing was done: a POST is never sent again by itself.
    """
    if is_signed_in_recently(request):
        return None
    if request.method == "POST":
        messages.warning(
            request, _("Nothing was done yet. Confirm that it is you; then press the button again on the page itself.")
        )
    return HttpResponseRedirect(f"{_page_that_asks(request)}{urlencode({REDIRECT_FIELD_NAME: _way_back(request)})}")


def is_signed_in_recently(request: HttpRequest) -> bool:
    """Whether this session's person signed in, or confirmed it, within `REAUTHENTICATION_SECONDS`."""
    records = get_authentication_records(request, request.user)
    latest = max((float(record["at"]) for record in records), default=0.0)
    return bool(0 <= timezone.now().timestamp() - latest < settings.REAUTHENTICATION_SECONDS)


def _page_that_asks(request: HttpRequest) -> str:
    """The address of the page, ready for its query.

    Whoever has neither password nor second factor here signs in at the identity provider again.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    if methods:
        return f"{methods[0]['url']}?"
    if not settings.OIDC_SERVER_URL:
        raise PermissionDenied(_("You have no password here, so it cannot be confirmed that it is you."))
    return f"{reverse('openid_connect_login', args=[settings.OIDC_PROVIDER_ID])}?"


def _way_back(request: HttpRequest) -> str:
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return reverse("admin:index")
    parts = urlsplit(came_from)
    return urlunsplit(("", "", parts.path, parts.query, "")) or reverse("admin:index")
