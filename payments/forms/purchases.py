"""What people fill in to create a payment."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.forms import SubmissionForm
from payments.amounts import AmountField
from payments.models import Payment
from payments.money import write_money
from payments.quoting import QUOTED_CURRENCY, Question

from .choices import AssetField, MethodField, describe_method
from .prices import FIAT_DECIMALS, FIAT_WHOLE_DIGITS

_ONE_WORD = RegexValidator(r"^[\x21-\x7e]+$", _("Letters, digits and signs without spaces or accents."))


class ExternalIdField(forms.CharField):
    """The integrator's own reference, which must be new: by it a payment is found again."""

    def __init__(self, **options: Any) -> None:
        """Optional: where nothing is given, one is made."""
        super().__init__(
            label=_("External id"),
            required=False,
            max_length=100,
            validators=[_ONE_WORD],
            help_text=_("Your own reference. Leave it empty and one is made."),
            **options,
        )

    def validate(self, value: Any) -> None:
        """Refuse one that a payment has already."""
        super().validate(value)
        taken = Payment.objects.filter(external_id=value).first() if value else None
        if taken is not None:
            raise ValidationError(
                gettext("The payment %(id)s has this external id. Give another one.") % {"id": taken.remote_id}
            )


class GuidedPaymentForm(SubmissionForm):
    """A payment that the customer finishes on the provider's page (contract 4.4)."""

    amount = AmountField(label=_("Amount in EUR"), decimals=FIAT_DECIMALS, whole_digits=FIAT_WHOLE_DIGITS)
    asset = AssetField()
    external_id = ExternalIdField()

    def question(self) -> Question:
        """What must be quoted before it is sent. The customer chooses the method later: a transfer is quoted."""
        asset = self.cleaned_data["asset"]
        return Question(
            side="buy",
            amount=self.cleaned_data["amount"],
            symbol=asset.symbol,
            chain=asset.chain,
            method="transfer",
        )

    def summary(self) -> list[tuple[Any, Any]]:
        """What was filled in, for people: pairs of label and value."""
        cleaned = self.cleaned_data
        return [
            (_("Amount"), write_money(cleaned["amount"], QUOTED_CURRENCY)),
            (_("Coin and chain"), str(cleaned["asset"])),
            (_("External id"), cleaned["external_id"] or _("made by us")),
        ]

    def to_request(self) -> dict[str, Any]:
        """The fields to send (contract 4.4), all JSON; without the customer and the quote."""
        cleaned = self.cleaned_data
        return {
            "external_id": cleaned["external_id"] or f"backoffice-{cleaned['submission']}",
            "fiat_symbol": QUOTED_CURRENCY,
            "fiat_amount": format(cleaned["amount"], "f"),
            "coin_symbol": cleaned["asset"].symbol,
            "coin_chain": cleaned["asset"].chain,
            "submission": cleaned["submission"],
        }


class PaymentForm(GuidedPaymentForm):
    """A payment by a method chosen here (contract 4.3). The currency is the one that the method is paid in."""

    amount = AmountField(
        label=_("Amount"),
        decimals=FIAT_DECIMALS,
        whole_digits=FIAT_WHOLE_DIGITS,
        help_text=_("In the currency of the way to pay, such as 1000.50 or 1000,50."),
    )
    method = MethodField()
    wallet = forms.CharField(
        label=_("Wallet"),
        max_length=255,
        validators=[_ONE_WORD],
        help_text=_("The customer's address on that chain. Coins sent to a wrong one are lost."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    callback_url = forms.URLField(
        label=_("Return address"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("Where the customer returns after paying. Starts with https://."),
    )

    field_order = ("amount", "method", "asset", "wallet", "external_id", "callback_url")

    def clean_method(self) -> Any:
        """A method whose currency is known: without it nobody knows what the amount means."""
        method = self.cleaned_data["method"]
        if method is not None and not method.fiat_symbol:
            raise ValidationError(_("The provider does not say in which currency this is paid. Choose another one."))
        return method

    def clean_callback_url(self) -> str:
        """An address that a browser may be sent to."""
        address: str = self.cleaned_data["callback_url"]
        if address and not address.lower().startswith("https://"):
            raise ValidationError(_("Give an address that starts with https://."))
        return address

    def question(self) -> Question:
        """What must be quoted before it is sent."""
        asset, method = self.cleaned_data["asset"], self.cleaned_data["method"]
        return Question(
            side="buy",
            amount=self.cleaned_data["amount"],
            symbol=asset.symbol,
            chain=asset.chain,
            currency=method.fiat_symbol,
            method=method.code,
        )

    def summary(self) -> list[tuple[Any, Any]]:
        """What was filled in, for people: pairs of label and value."""
        cleaned = self.cleaned_data
        shown = [
            (_("Amount"), write_money(cleaned["amount"], cleaned["method"].fiat_symbol)),
            (_("Way to pay"), describe_method(cleaned["method"])),
            (_("Coin and chain"), str(cleaned["asset"])),
            (_("Wallet"), cleaned["wallet"]),
            (_("External id"), cleaned["external_id"] or _("made by us")),
            (_("Return address"), cleaned["callback_url"]),
        ]
        return [(label, value) for label, value in shown if value]

    def to_request(self) -> dict[str, Any]:
        """The fields to send (contract 4.3), all JSON; without the customer and the quote."""
        cleaned = self.cleaned_data
        return {
            **super().to_request(),
            "fiat_symbol": cleaned["method"].fiat_symbol,
            "payment_type": cleaned["method"].code,
            "wallet": cleaned["wallet"],
            **({"callback_url": cleaned["callback_url"]} if cleaned["callback_url"] else {}),
        }
