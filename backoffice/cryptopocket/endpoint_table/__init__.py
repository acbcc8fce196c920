"""The built-in contract: every call, with what is known of it and what is guessed.

Values marked inferred are guesses. Section numbers are those of the contract sheet, summed up in
`docs/contract.md`.
"""

from backoffice.cryptopocket.endpoint_table.banking import BANKING
from backoffice.cryptopocket.endpoint_table.ramps import RAMPS
from backoffice.cryptopocket.endpoint_table.users import USERS
from backoffice.cryptopocket.endpoints import Catalogue, Conventions, WebhookContract

BUILT_IN = Catalogue(
    endpoints={endpoint.name: endpoint for endpoint in (*USERS, *RAMPS, *BANKING)},
    conventions=Conventions(),
    webhook=WebhookContract(),
)
"""The contract as shipped, without any override."""
