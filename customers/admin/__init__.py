"""The lists and pages of customers, and of what was done for them."""

from .companies import CompanyVerificationAdmin
from .customers import CustomerAdmin
from .delegated import DelegatedVerificationAdmin
from .documents import DocumentAdmin
from .links import EnhancedVerificationAdmin
from .refreshes import KycRefreshAdmin

__all__ = [
    "CompanyVerificationAdmin",
    "CustomerAdmin",
    "DelegatedVerificationAdmin",
    "DocumentAdmin",
    "EnhancedVerificationAdmin",
    "KycRefreshAdmin",
]
