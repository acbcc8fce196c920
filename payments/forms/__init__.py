"""What people fill in about payments, off-ramps and prices."""

from .prices import PriceForm, PurchaseQuoteForm, SaleQuoteForm
from .purchases import GuidedPaymentForm, PaymentForm
from .sales import OffRampForm

__all__ = ["GuidedPaymentForm", "OffRampForm", "PaymentForm", "PriceForm", "PurchaseQuoteForm", "SaleQuoteForm"]
