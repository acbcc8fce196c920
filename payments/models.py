"""Purchases (on-ramp), sales (off-ramp), and the reference data they use."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedTextField
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
        permissions: ClassVar = [
            ("create_payment", _("Can create a payment with the provider")),
            ("create_guided_payment", _("Can create a guided payment with the provider")),
            ("view_prices", _("Can ask the provider for prices and quotes")),
        ]

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
    blockchain = models.CharField(_("chain"), max_length=50, blank=True, default="")
    base_units = models.CharField(_("base units"), max_length=120, blank=True, default="")
    decimals = models.PositiveSmallIntegerField(_("decimals"), null=True, blank=True)
    fiat_amount = models.DecimalField(_("paid out"), max_digits=15, decimal_places=4, null=True, blank=True)
    created_at = models.DateTimeField(_("created"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("off-ramp")
        verbose_name_plural = _("off-ramps")
        permissions: ClassVar = [
            ("create_off_ramp", _("Can create an off-ramp with the provider")),
            ("reveal_payout_iban", _("Can reveal the IBAN that an off-ramp is paid out to")),
        ]

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
    """A way to pay (contract 4.1); `country` is an alpha-3 code, empty for those of many countries."""

    code = models.CharField(_("code"), max_length=50)
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    fiat_symbol = models.CharField(_("currency"), max_length=10, blank=True, default="")
    country = models.CharField(_("country"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("way to pay")
        verbose_name_plural = _("ways to pay")
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.name or self.code


class PaymentInstructions(models.Model):
    """What the customer needs to pay a payment that was created here (contract 4.3, 4.4).

    The provider says it once, in its answer. A transfer has `iban`, `bic`, `concept` and `beneficiary`; any other
    method has `url`, the page to pay on, which lets whoever has it pay or see the payment. All of them are empty
    where the answer was lost and only the payment itself was found again, and all but the concept once `purged_at`.
    `amount` is in whole units.
    """

    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="payment_instructions"
    )
    payment = models.OneToOneField(
        Payment,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        verbose_name=_("payment"),
        related_name="instructions",
    )
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=10)
    iban = models.CharField(_("IBAN"), max_length=100, blank=True, default="")
    bic = models.CharField(_("BIC"), max_length=50, blank=True, default="")
    concept = models.CharField(_("concept"), max_length=100, blank=True, default="")
    beneficiary = models.CharField(_("pay to"), max_length=1000, blank=True, default="")
    url = EncryptedTextField(_("page to pay on"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("payment instructions")
        verbose_name_plural = _("payment instructions")
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.payment_id

    @property
    def is_transfer(self) -> bool:
        """Whether there is an account to pay to."""
        return bool(self.iban)


class OffRampInstructions(models.Model):
    """Where the customer sends the coins of an off-ramp that was created here (contract 5.2).

    The provider says the wallet once; it is empty where the answer was lost and only the off-ramp was found again, and
    once it was purged (`purged_at`).
    `amount` is in whole coins, exact. `quoted_amount` is the quote that the asker saw, in whole units of
    `quoted_currency`; what is paid out can differ.
    """

    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="off_ramp_instructions"
    )
    off_ramp = models.OneToOneField(
        OffRamp,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        verbose_name=_("off-ramp"),
        related_name="instructions",
    )
    wallet = models.CharField(_("wallet"), max_length=255, blank=True, default="")
    amount = ExactDecimalField(_("coins"))
    symbol = models.CharField(_("coin"), max_length=20)
    chain = models.CharField(_("chain"), max_length=50, blank=True, default="")
    quoted_amount = models.DecimalField(_("quoted"), max_digits=15, decimal_places=4)
    quoted_currency = models.CharField(_("currency"), max_length=10)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("off-ramp instructions")
        verbose_name_plural = _("off-ramp instructions")
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.off_ramp_id
