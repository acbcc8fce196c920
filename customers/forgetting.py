"""What other domains wrote down about a customer and take away at the purge: they register here.

In the other domain's `AppConfig.ready`::

    register_forgetting("reconciliations", forget_payers)

where `forget_payers(remote_ids)` takes away what is personal about the customers of these ids; it is called in the
transaction that purges them.
"""

from collections.abc import Callable, Sequence

Forget = Callable[[Sequence[str]], None]

_forgetting: dict[str, Forget] = {}


def register_forgetting(name: str, forget: Forget) -> None:
    """Have something taken away when customers are purged; the same name again replaces it."""
    _forgetting[name] = forget


def forget_elsewhere(remote_ids: Sequence[str]) -> None:
    """Take away what the other domains wrote down about these customers."""
    for forget in _forgetting.values():
        forget(remote_ids)
