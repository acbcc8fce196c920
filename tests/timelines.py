"""What a row's page tells of what happened to the row, in tests."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.people import sign_in


def told_to(client: Client, reader: User, row: Any) -> list[tuple[str, str]]:
    """What happened and by whom, the newest first, as somebody reads it on the row's page."""
    sign_in(client, reader)
    answer = client.get(reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]))
    assert answer.status_code == 200
    return [(str(each.title), each.by) for each in answer.context["timeline"].happenings]
