"""What the pages share: who asks, about which rows, and where to go when a form has been taken."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.services import Asked

LONGEST_KEY = 19


def person_behind(request: HttpRequest) -> User:
    """Who is asking. Raises PermissionDenied for somebody who has not signed in."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def numbers_in(text: str) -> list[int]:
    """The primary keys in a text like "12,13"; whatever cannot be one is left out."""
    return [int(part) for part in text.split(",") if part.isdecimal() and len(part) < LONGEST_KEY]


def go_to_operation(request: HttpRequest, asked: Asked) -> HttpResponseRedirect:
    """To the page of the operation; where nothing new was asked for, it says so."""
    if not asked.is_new:
        messages.warning(request, _("This was asked for before: here is that operation. Nothing new was sent."))
    return HttpResponseRedirect(reverse("admin:operations_operation_change", args=[asked.operation.pk]))


def go_to_batch(batch: Any) -> HttpResponseRedirect:
    """To the progress page of the batch."""
    return HttpResponseRedirect(reverse("admin:operations_operationbatch_change", args=[batch.pk]))
