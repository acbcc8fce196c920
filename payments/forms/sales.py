"""What people fill in to create an off-ramp."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from backoffice.face.ibans import in_groups
from customers.forms import SubmissionForm
from payments.amounts import AmountField
from payments.quoting import Question

from .choices import AssetField
from .prices import COIN_DECIMALS, COIN_WHOLE_DIGITS

IBAN, REGISTERED = "iban", "registered"
_SHAPE = RegexValidator(
    r"^[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{8,30}$", _("Two letters, two digits, then the account, such as ES91 2100 …")
)


class ConditionalInput(forms.TextInput):
    """A field that is needed or not, as another one says: it is not called optional."""

    is_conditional = True


class OffRampForm(SubmissionForm):
    """A sale of coins (contract 5.2), paid out to an IBAN or, in Latin America, to the registered account."""

    amount = AmountField(
        label=_("Coins"),
        decimals=COIN_DECIMALS,
        whole_digits=COIN_WHOLE_DIGITS,
        help_text=_("How many coins the customer sends, such as 250.5 or 250,5."),
    )
    asset = AssetField()
    payout = forms.ChoiceField(
        label=_("Paid out to"),
        initial=IBAN,
        choices=[(IBAN, _("an IBAN")), (REGISTERED, _("the registered account (Latin America)"))],
        widget=forms.RadioSelect,
    )
    iban = forms.CharField(
        label=_("IBAN"),
        required=False,
        max_length=60,
        help_text=_("Needed for a payout to an IBAN."),
        widget=ConditionalInput(attrs={"autocomplete": "off"}),
    )
    bank_name = forms.CharField(
        label=_("Name of the bank"),
        required=False,
        max_length=255,
        help_text=_("Needed in Latin America: the bank of the account that was given when the customer registered."),
        widget=ConditionalInput(attrs={"autocomplete": "off"}),
    )

    def clean_iban(self) -> str:
        """The IBAN without spaces, in capitals. Whether its check digits are right is asked on the next page."""
        iban = "".join(self.cleaned_data["iban"].split()).upper()
        if iban:
            _SHAPE(iban)
        return iban

    def clean(self) -> dict[str, Any]:
        """What the chosen payout needs; what it does not need is left out."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        needed, other = ("iban", "bank_name") if cleaned.get("payout") == IBAN else ("bank_name", "iban")
        if cleaned.get("payout") and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Give this, or choose the other way to pay out."))
        cleaned[other] = ""
        return cleaned

    def question(self) -> Question:
        """What must be quoted before it is sent."""
        asset = self.cleaned_data["asset"]
        return Question(side="sell", amount=self.cleaned_data["amount"], symbol=asset.symbol, chain=asset.chain)

    def summary(self) -> list[tuple[Any, Any]]:
        """What was filled in, for people: pairs of label and value."""
        cleaned = self.cleaned_data
        shown: list[tuple[Any, Any]] = [
            (_("Coins"), f"{cleaned['amount']:f} {cleaned['asset'].symbol}"),
            (_("Chain"), cleaned["asset"].chain),
            (_("Paid out to the IBAN"), in_groups(cleaned["iban"]) if cleaned["iban"] else ""),
            (_("Paid out to the registered account at"), cleaned["bank_name"]),
        ]
        return [(label, value) for label, value in shown if value]

    def to_request(self) -> dict[str, Any]:
        """The fields to send (contract 5.2), all JSON; without the customer and the quote."""
        cleaned = self.cleaned_data
        is_registered = cleaned["payout"] == REGISTERED
        return {
            "amount": format(cleaned["amount"], "f"),
            "symbol": cleaned["asset"].symbol,
            "blockchain": cleaned["asset"].chain,
            **({"bank_name": cleaned["bank_name"]} if is_registered else {"iban": cleaned["iban"]}),
            "submission": cleaned["submission"],
        }
