"""The lists of the sync room, narrowed by resource."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.mark.parametrize("name", ["syncrun", "quarantine", "recordedchange"])
def test_a_list_can_be_narrowed_to_one_resource(client: Client, ada: User, name: str) -> None:
    client.force_login(ada)
    answer = client.get(f"/admin/sync/{name}/?resource=payments")
    assert answer.status_code == 200
    assert answer.context["cl"].filtering.is_active
    assert not answer.context["cl"].filtering.errors
