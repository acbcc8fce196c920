"""What we ask of the provider about customers: register them, issue verification links, upload documents."""

from backoffice.operations.kinds import OperationKind

from .companies import RegisterCompany
from .delegated import CreateCustomerDelegatedKyc, attempts_of
from .documents import UploadCustomerDocument
from .links import CreateEnhancedVerificationLink
from .registering import CreateCustomer
from .shared import full_name_in

__all__ = [
    "KINDS",
    "REGISTRATIONS",
    "REGISTRATION_NAMES",
    "CreateCustomer",
    "CreateCustomerDelegatedKyc",
    "CreateEnhancedVerificationLink",
    "RegisterCompany",
    "UploadCustomerDocument",
    "attempts_of",
    "full_name_in",
]

REGISTRATIONS: tuple[type[OperationKind], ...] = (
    CreateCustomer,
    RegisterCompany,
    CreateCustomerDelegatedKyc,
)
"""The kinds whose request carries the e-mail of a new customer."""

REGISTRATION_NAMES = tuple(kind.name for kind in REGISTRATIONS)

KINDS: tuple[OperationKind, ...] = (
    CreateCustomer(),
    RegisterCompany(),
    CreateCustomerDelegatedKyc(),
    CreateEnhancedVerificationLink(),
    UploadCustomerDocument(),
)
