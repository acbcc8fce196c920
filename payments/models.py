"""Purchases (on-ramp), sales (off-ramp), and the reference data they use."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.sync.fields import ExactDecimalField
from backoffice.sync.models import MirroredModel
from customers.models import Customer


class Payment(MirroredModel):
    """A purchase of coins by a customer (contract 4.5, 4.6). `fiat_amount` is in whole currency units.

    `customer` holds the provider's id of the customer, whether or not that customer is mirrored yet.
    """

    class Status(models.TextChoices):
        """The known words; others are kept and shown as they come."""

        STARTED = "started", _("started")
        PENDING_BANK = "pending_bank", _("transfer announced")
        PAYMENT_RECEIVED = "payment_received", _("payment received")
        COINS_SENT = "coins_sent", _("coins sent")

    external_id = models.CharField(_("external id"), max_length=255, blank=True, default="", db_index=True)
    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("customer"),
        related_name="payments",
    )
    status = models.CharField(_("status"), max_length=50, blank=True, default="", db_index=True)
    payment_type = models.CharField(_("method"), max_length=50, blank=True, default="")
    fiat_amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=4, null=True, blank=True)
    fiat_symbol = models.CharField(_("currency"), max_length=10, blank=True, default="")
    coin_symbol = models.CharField(_("coin"), max_length=20, blank=True, default="")
    coin_amount = ExactDecimalField(_("coins"), null=True, blank=True)
    txid = models.CharField(_("transaction hash"), max_length=255, blank=True, default="", db_index=True)
    transfer_concept = models.CharField(_("transfer concept"), max_length=100, blank=True, default="", db_index=True)
    holder = models.CharField(_("payer"), max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(_("created"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes: ClassVar = [models.Index(fields=["fiat_symbol", "fiat_amount", "status"])]

    @property
    def status_label(self) -> str:
        """The status in words; one that nobody knows as it came."""
        known = self.status in self.Status.values
        return str(self.Status(self.status).label) if known else self.status


class OffRamp(MirroredModel):
    """A sale of coins by a customer (contract 5.3). `base_units` are exact; `fiat_amount` is in whole units."""

    class Status(models.TextChoices):
        """The known words (only `finished` was seen); others are kept and shown as they come."""

        PENDING = "pending", _("waiting for coins")
        CRYPTO_RECEIVED = "crypto_received", _("coins received")
        FINISHED = "finished", _("paid out")

    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("customer"),
        related_name="off_ramps",
    )
    status = models.CharField(_("status"), max_length=50, blank=True, default="", db_index=True)
    symbol = models.CharField(_("coin"), max_length=20, blank=True, default="")
    blockchain = models.CharField(_("blockchain"), max_length=50, blank=True, default="")
    base_units = models.CharField(_("base units"), max_length=120, blank=True, default="")
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    fiat_amount = models.DecimalField(_("paid out"), max_digits=15, decimal_places=4, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("off-ramp")
        verbose_name_plural = _("off-ramps")

    @property
    def coin_amount(self) -> Decimal | None:
        """The coins sold, in whole coins, exactly; None where the provider has not said."""
        if not self.base_units or self.decimals is None:
            return None
        sign, digits, _exponent = Decimal(self.base_units).as_tuple()
        return Decimal((sign, digits, -self.decimals))


class Asset(MirroredModel):
    """A coin on a chain that can be bought (contract 2.3)."""

    symbol = models.CharField(_("coin"), max_length=20)
    chain = models.CharField(_("chain"), max_length=50)

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        ordering: ClassVar = ["symbol", "chain"]

    def __str__(self) -> str:
        return f"{self.symbol} ({self.chain})"


class PaymentMethod(MirroredModel):
    """A way to pay (contract 4.1)."""

    code = models.CharField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    fiat_symbol = models.CharField(_("currency"), max_length=10, blank=True, default="")

    class Meta:
        verbose_name = _("payment method")
        verbose_name_plural = _("payment methods")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name or self.code
