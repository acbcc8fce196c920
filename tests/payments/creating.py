"""What the stories about creating payments and off-ramps share: what people type, and how it is confirmed."""

import re
from typing import Any

from django.test import Client

from backoffice.operations.models import Operation
from backoffice.operations.services import perform
from customers.models import Customer

PAYMENT = "/admin/payments/payment/create/"
GUIDED = "/admin/payments/payment/create-guided/"
OFF_RAMP = "/admin/payments/offramp/create/"
WALLET = "0x00000000000000000000000000000000000000A1"
IBAN = "ES9121000418450200051332"

TRANSFER = {"amount": "125,50", "method": "transfer/EUR", "asset": "USDC/polygon", "wallet": WALLET}
CARD = {**TRANSFER, "method": "card/EUR"}
GUIDED_ORDER = {"amount": "125.50", "asset": "USDC/polygon"}
SALE = {"amount": "250,5", "asset": "USDT/bsc", "payout": "iban", "iban": IBAN}

SUBMISSION = "0123456789abcdef0123456789abcdef"


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the form on a page, as a browser sends them."""
    inputs = re.findall(r"<input[^>]*>", page)
    found = {}
    for text in inputs:
        name, value = re.search(r'name="([^"]+)"', text), re.search(r'value="([^"]*)"', text)
        if 'type="hidden"' in text and name and value and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = value[1]
    return found


def look_again(client: Client, address: str, customer: Customer, order: dict[str, Any]) -> str:
    """The page that asks whether it is meant, after the form was sent."""
    answer = client.post(f"{address}?customer={customer.pk}", {**order, "submission": SUBMISSION})
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def confirm(client: Client, address: str, customer: Customer, order: dict[str, Any], **more: Any) -> Any:
    """Type, look at the quote, and confirm; the answer to the confirmation."""
    fields = hidden_fields(look_again(client, address, customer, order))
    return client.post(f"{address}?customer={customer.pk}", {**fields, "confirm": "yes", **more})


def create(client: Client, address: str, customer: Customer, order: dict[str, Any], **more: Any) -> Operation:
    """Ask for it on its pages, and have a worker do it."""
    answer = confirm(client, address, customer, order, **more)
    assert answer.status_code == 302, answer.content.decode()
    return perform(Operation.objects.latest("pk").pk)
