"""Which codes of refusals the contract knows."""

from backoffice.cryptopocket.endpoint_table import BUILT_IN
from backoffice.operations.refusals import PROVIDER_CODES


def known_codes() -> frozenset[str]:
    """Return the provider's codes that have a meaning for the product, by the contract's names for them."""
    return PROVIDER_CODES.union(*(endpoint.not_found_codes for endpoint in BUILT_IN.endpoints.values()))
