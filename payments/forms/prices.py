"""What people ask about on the page of prices."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.amounts import AmountField
from payments.quoting import Question

from .choices import AssetField, CurrencyField, MethodField

FIAT_DECIMALS, FIAT_WHOLE_DIGITS = 2, 9
COIN_DECIMALS, COIN_WHOLE_DIGITS = 18, 15


class PriceForm(forms.Form):
    """What one coin costs."""

    asset = AssetField()
    currency = CurrencyField()

    def question(self) -> Question:
        """The form as a question."""
        return Question(
            side="price",
            amount=Decimal(1),
            symbol=self.cleaned_data["asset"].symbol,
            chain=self.cleaned_data["asset"].chain,
            currency=self.cleaned_data["currency"],
        )


class PurchaseQuoteForm(forms.Form):
    """How many coins an amount buys."""

    amount = AmountField(label=_("Amount"), decimals=FIAT_DECIMALS, whole_digits=FIAT_WHOLE_DIGITS)
    method = MethodField()
    asset = AssetField()

    def question(self) -> Question:
        """The form as a question; the currency is the one that the way to pay is in."""
        method = self.cleaned_data["method"]
        return Question(
            side="buy",
            amount=self.cleaned_data["amount"],
            symbol=self.cleaned_data["asset"].symbol,
            chain=self.cleaned_data["asset"].chain,
            method=method.code,
            **({"currency": method.fiat_symbol} if method.fiat_symbol else {}),
        )


class SaleQuoteForm(forms.Form):
    """What an amount of coins yields."""

    amount = AmountField(label=_("Coins"), decimals=COIN_DECIMALS, whole_digits=COIN_WHOLE_DIGITS)
    asset = AssetField()

    def question(self) -> Question:
        """The form as a question."""
        return Question(
            side="sell",
            amount=self.cleaned_data["amount"],
            symbol=self.cleaned_data["asset"].symbol,
            chain=self.cleaned_data["asset"].chain,
        )
