"""What we ask of the provider about payments and off-ramps, as kinds of operation."""

from backoffice.operations.kinds import OperationKind

from .purchases import CreateGuidedPayment, CreatePayment
from .sales import CreateOffRamp

__all__ = ["KINDS", "CreateGuidedPayment", "CreateOffRamp", "CreatePayment"]

KINDS: tuple[OperationKind, ...] = (CreatePayment(), CreateGuidedPayment(), CreateOffRamp())
