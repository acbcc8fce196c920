"""`/health/` answers whatever else has failed before it was reached."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse

PATH = "/health/"
Handler = Callable[[HttpRequest], HttpResponseBase]


def answer_health_in_any_case(get_response: Handler) -> Handler:
    """503 where the request broke on its way: who asks with a session needs the database before any check is made."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path_info == PATH and response.status_code == 500:
            return JsonResponse({"status": "failing"}, status=503, headers={"Cache-Control": "no-store, private"})
        return response

    return answer
