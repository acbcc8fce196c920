"""The fields whose choices are the provider's mirrored assets and ways to pay."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.identification import COUNTRIES
from payments.models import Asset, PaymentMethod
from payments.quoting import QUOTED_CURRENCY

Choices = list[tuple[str, Any]]
_NOTHING: Choices = [("", "---------")]


class AssetField(forms.ChoiceField):
    """A coin on a chain that the provider offers now; gives the mirrored `Asset`."""

    def __init__(self, **options: Any) -> None:
        """The choices are read whenever a form is made."""
        super().__init__(choices=_asset_choices, **{"label": _("Coin and chain"), **options})

    def clean(self, value: Any) -> Any:
        """The asset. Raises ValidationError for one that is not offered."""
        return _find(Asset, super().clean(value))


class MethodField(forms.ChoiceField):
    """A way to pay that the provider offers now; gives the mirrored `PaymentMethod`."""

    def __init__(self, **options: Any) -> None:
        """The choices are read whenever a form is made."""
        super().__init__(choices=_method_choices, **{"label": _("Way to pay"), **options})

    def clean(self, value: Any) -> Any:
        """The way to pay. Raises ValidationError for one that is not offered."""
        return _find(PaymentMethod, super().clean(value))


class CurrencyField(forms.ChoiceField):
    """A currency that can be paid in."""

    def __init__(self, **options: Any) -> None:
        """The choices are read whenever a form is made."""
        super().__init__(choices=_currency_choices, **{"label": _("Currency"), "initial": QUOTED_CURRENCY, **options})


def describe_method(method: PaymentMethod) -> str:
    """Its name with the currency, and with the country where it is of one."""
    country = next((known.label for known in COUNTRIES.values() if known.code == method.country), method.country)
    where = ", ".join(str(part) for part in (method.fiat_symbol, country) if part)
    return f"{method} ({where})" if where else str(method)


def _find(model: type[Asset | PaymentMethod], remote_id: str) -> Any:
    found = model.objects.filter(remote_id=remote_id, missing_since=None).first() if remote_id else None
    if remote_id and found is None:
        raise ValidationError(_("The provider no longer offers this. Choose another one."))
    return found


def _asset_choices() -> Choices:
    offered = Asset.objects.filter(missing_since=None).defer("payload")
    return [*_NOTHING, *((asset.remote_id, str(asset)) for asset in offered)]


def _method_choices() -> Choices:
    offered = PaymentMethod.objects.filter(missing_since=None).defer("payload")
    return [*_NOTHING, *((method.remote_id, describe_method(method)) for method in offered)]


def _currency_choices() -> Choices:
    offered = PaymentMethod.objects.filter(missing_since=None).exclude(fiat_symbol="")
    symbols = set(offered.values_list("fiat_symbol", flat=True)) | {QUOTED_CURRENCY}
    others = sorted(symbols - {QUOTED_CURRENCY})
    return [(symbol, symbol) for symbol in (QUOTED_CURRENCY, *others)]
