"""What the stories about pages share."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from backoffice.operations.models import Operation, State
from customers.forms import new_submission
from customers.models import Customer, EnhancedVerification

LIST = "/admin/customers/customer/"
REGISTER = f"{LIST}register/"


def page(client: Client, address: str, **options: Any) -> str:
    """The HTML at an address that must be there."""
    answer = client.get(address, **options)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def page_of(row: Any, view: str = "change") -> str:
    """The address of a row's page, or of one of its views."""
    return reverse(f"admin:customers_{row._meta.model_name}_{view}", args=[row.pk])


def issued_to(customer: Customer, by: User, **columns: Any) -> EnhancedVerification:
    """A link as if it had been issued."""
    operation = Operation.objects.create(
        kind="create_enhanced_verification_link", requested_by=by, dedupe_key=new_submission(), state=State.SUCCEEDED
    )
    values = {"form_id": "form", "status": "draft", "link": "https://b2b.example.com/onboarding/form"}
    return EnhancedVerification.objects.create(customer=customer, operation=operation, **{**values, **columns})


def submission_in(shown: str) -> str:
    """The mark of the form on a page."""
    found = re.search(r'name="submission" value="([0-9a-f]{32})"', shown)
    assert found
    return found.group(1)


def reveal(client: Client, row: Any, field: str) -> str:
    """The row's page after the field was revealed."""
    answer = client.post(reverse(f"admin:customers_{row._meta.model_name}_reveal", args=[row.pk, field]))
    assert answer.status_code == 302, answer.status_code
    return page(client, page_of(row))
