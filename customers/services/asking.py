"""Asking once, as every domain does; and for nobody who asked to be forgotten."""

from backoffice.operations.services.asking import Asked, ask, find_earlier
from backoffice.security.restriction import refuse_restricted_now
from customers.models import Customer

__all__ = ["Asked", "ask", "find_earlier", "refuse_forgotten"]


def refuse_forgotten(email: str) -> None:
    """Raise PermissionDenied where the customer of that e-mail asked to be forgotten: nobody is registered anew.

    Must run in the transaction that asks; until it ends nobody of that e-mail can ask to be forgotten.
    """
    same = Customer.objects.filter(email__iexact=email.strip())
    refuse_restricted_now(Customer, same.values_list("pk", flat=True))
