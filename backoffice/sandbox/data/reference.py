"""What the provider deals in: assets, prices, methods, limits, refused domains, document types."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from backoffice.sandbox.data.names import PLACES, SPAIN, split_words


class Asset(NamedTuple):
    """A coin on a chain; ``price`` in EUR, ``decimals`` of its base unit."""

    symbol: str
    chain: str
    decimals: int
    price: Decimal


ASSETS = (
    Asset("USDC", "polygon", 6, Decimal("0.9315")),
    Asset("USDC", "ethereum", 6, Decimal("0.9318")),
    Asset("USDT", "bsc", 18, Decimal("0.9276")),
    Asset("USDT", "tron", 6, Decimal("0.9274")),
    Asset("ETH", "ethereum", 18, Decimal("2875.40")),
    Asset("BTC", "bitcoin", 8, Decimal("58240.10")),
    Asset("MATIC", "polygon", 18, Decimal("0.3820")),
)
EURO_RATES = {
    "EUR": Decimal(1),
    "CLP": Decimal("1020.5"),
    "MXN": Decimal("19.84"),
    "COP": Decimal(4390),
    "PEN": Decimal("4.05"),
    "ARS": Decimal(1180),
}
"""How many units of a currency one euro is."""

METHODS = (
    ("card", "Card", "EUR"),
    ("paypal", "PayPal", "EUR"),
    ("psd2", "Open banking (PSD2)", "EUR"),
    ("transfer", "Bank transfer", "EUR"),
    *((place.method, place.method.title(), place.currency) for place in PLACES if place is not SPAIN),
)
EUROPEAN_METHODS = frozenset(code for code, _, currency in METHODS if currency == "EUR")
METHOD_COUNTRIES = {place.method: place.code for place in PLACES if place is not SPAIN}
"""The country of a method, where it is of one only (alpha-3)."""
LATAM_METHODS = {code: currency for code, _, currency in METHODS if currency != "EUR"}
LATAM_METHODS["KHIPU"] = "CLP"

MINIMUM_PURCHASE = Decimal(20)
"""In EUR."""
QUARTERLY_CARD_LIMIT = Decimal(15000)
"""In EUR, of one customer, counted over what was created since the start."""

DISPOSABLE_DOMAINS = frozenset(
    (
        "mailinator.com",
        "yopmail.com",
        "guerrillamail.com",
        "10minutemail.com",
        "tempmail.com",
        "disposable.example",
    )
)
IDENTIFICATION_TYPES = frozenset(
    split_words(
        "GOVERNMENT_ID PERMANENT_RESIDENCE_PERMIT PASSPORT CIF RUT CURP RFC CED_CIU CED_EXT TI NUIP TE PPT PASS PEP RC "
        "NIT DNI CE RUC CUIT"
    )
)
DOCUMENT_TYPES = frozenset(
    split_words(
        "onboarding_form bank_statement payslip employment_contract tax_return tax_certificate company_accounts "
        "dividend_statement investment_statement crypto_wallet_statement sale_of_property sale_of_vehicle "
        "sale_of_company_shares inheritance_document gift_declaration loan_agreement savings_evidence invoice "
        "freelance_income_evidence pension_statement unemployment_benefit_statement source_of_funds_declaration "
        "other"
    )
)
WEBHOOK_EVENTS = frozenset(("PAY_IN", "COINS_SENT", "CRYPTO_RECEIVED", "TRANSFER_RAMPOFF_FINISHED", "RAMPOFF_FINISHED"))
DESTINATION_NAME = "Example Payments, S.L."


def find_asset(symbol: str, chain: str | None) -> Asset | None:
    """Return the asset of a symbol, on the chain where one is given; case does not matter."""
    for asset in ASSETS:
        if asset.symbol == symbol.upper() and (chain is None or asset.chain == chain.lower()):
            return asset
    return None
