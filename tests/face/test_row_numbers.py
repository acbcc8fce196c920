"""Lists that another page links to with the number of a row."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

LISTS = [
    "/admin/customers/document/?customer=",
    "/admin/customers/enhancedverification/?customer=",
    "/admin/sync/recordedchange/?run=",
    "/admin/operations/operation/?batch=",
]


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("number", ["9" * 30, "-1", "1.5", "Infinity"])
def test_a_number_that_no_row_can_have_gives_no_rows_and_says_so(
    client: Client, ada: User, address: str, number: str
) -> None:
    client.force_login(ada)
    answer = client.get(f"{address}{number}")
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 0
    assert answer.context["cl"].filtering.errors


def test_the_batch_of_an_operation_can_be_filtered_for(client: Client, ada: User) -> None:
    client.force_login(ada)
    answer = client.get("/admin/operations/operation/?batch=7")
    assert answer.status_code == 200
    assert not answer.context["cl"].filtering.errors
