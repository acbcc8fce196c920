"""How long a call to the provider can take, by its timeouts: what leases and settling times are reckoned from.

All in seconds. It knows no settings: these are checked against it when they are read.
"""

import math

from backoffice.cryptopocket.configuration import LONGEST_WAIT

TOKEN_PATIENCE = 90
"""How long a call waits for another process that fetches the token."""

_BEATS_A_LEASE = 6


def longest_exchange(*, connect: float, read: float) -> float:
    """From the first byte sent to the last one read; a body that comes later than that is not read (`transport`)."""
    return connect + 2 * read


def longest_act(*, connect: float, read: float) -> int:
    """What a worker may need for an act once it has been marked as sent: the token, our own rate limit, the call."""
    return math.ceil(TOKEN_PATIENCE + LONGEST_WAIT + longest_exchange(connect=connect, read=read))


def shortest_sync_lease(*, connect: float, read: float) -> int:
    """A run gives a sign of life between two waits, unless the last one is less than a part of the lease old."""
    silence = max(TOKEN_PATIENCE, LONGEST_WAIT, longest_exchange(connect=connect, read=read))
    return math.ceil(silence * _BEATS_A_LEASE / (_BEATS_A_LEASE - 1))


def beat_after(lease: float) -> float:
    """How old the last sign of life is when a run gives the next."""
    return lease / _BEATS_A_LEASE
