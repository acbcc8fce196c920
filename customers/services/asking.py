"""Asking once, as every domain does; and for nobody who asked to be forgotten."""

from backoffice.operations.services.asking import Asked, ask, find_earlier
from backoffice.security.restriction import refuse_restricted
from customers.models import Customer

__all__ = ["Asked", "ask", "find_earlier", "refuse_forgotten"]


def refuse_forgotten(email: str) -> None:
    """Raise PermissionDenied where the customer of that e-mail asked to be forgotten: nobody is registered anew."""
    refuse_restricted(Customer.objects.filter(email__iexact=email.strip()).exclude(restricted_at=None).first())
