"""The stand-in as several different providers: each says what the contract only infers in its own way.

A dialect is a table: where a call is, what its parameters, fields, words and units are, how its pages and
failures look. `reading` and `writing` translate at the door, so that everything behind it speaks one way.
What the contract documents is the same in all of them.
"""

from backoffice.sandbox.dialects.camel import CAMEL
from backoffice.sandbox.dialects.laravel import LARAVEL
from backoffice.sandbox.dialects.legacy import LEGACY
from backoffice.sandbox.dialects.manner import Dialect, Manner

DEFAULT = Dialect(
    name="default",
    manners={"authenticate": Manner(leaves_out=frozenset(("expires_in",)))},
)
"""As the contract assumes it."""

DIALECTS = {dialect.name: dialect for dialect in (DEFAULT, LARAVEL, CAMEL, LEGACY)}

__all__ = ["DEFAULT", "DIALECTS", "Dialect"]
