"""What addresses and forms say under a name, where no Django form reads it."""

from django.http import QueryDict

_NUL = "\x00"


def text_in(parameters: QueryDict, name: str) -> str:
    """The text; empty where there is none, or where it has a NUL.

    PostgreSQL refuses a NUL in any text, so nothing that is kept can be meant by it. Forms of Django's see to that
    themselves.
    """
    text = parameters.get(name, "")
    return "" if _NUL in text else text
