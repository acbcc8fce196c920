"""The short way to the inbox, past everything that is about people: sessions, sign-in, pages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .views import receive

Handler = Callable[[HttpRequest], HttpResponseBase]


def short_way_to_the_inbox(get_response: Handler) -> Handler:
    """Answer the provider's events at once.

    Only speed depends on it: the same view stands in `backoffice.urls`, and says itself that it needs no sign-in.
    """
    inbox = f"/{settings.WEBHOOK_PATH}"

    def answer(request: HttpRequest) -> HttpResponseBase:
        return receive(request) if request.path_info == inbox else get_response(request)

    return answer
