"""Every list with a row in every table gives a whole file in both formats."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.people import sign_in

from .addresses import every_address
from .filling import Filler

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_row_of_every_table_can_be_exported(client: Client, ada: User, file_format: str) -> None:
    made = Filler(lambda _name, longest: "word"[:longest], ada).fill()
    lists = [page for page in every_address({model: [row] for model, row in made.items()}) if "_export" in page.name]
    sign_in(client, ada)

    sizes = {page.name: len(client.post(page.path, {"format": file_format}).getvalue()) for page in lists}

    assert len(lists) > 20
    assert all(sizes.values())
