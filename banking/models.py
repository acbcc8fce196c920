"""Bank accounts assigned to the integration, their transactions, and their pairing with payments."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.sync.models import MirroredModel
from payments.models import Payment


class BankAccount(MirroredModel):
    """A bank account of the integration (contract 6.1). Its id is its IBAN. `balance` is in whole units."""

    iban = models.CharField(_("IBAN"), max_length=50, unique=True)
    bic = models.CharField(_("BIC"), max_length=20, blank=True, default="")
    name = models.CharField(_("name"), max_length=255, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=10, blank=True, default="")
    balance = models.DecimalField(_("balance"), max_digits=15, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")

    def __str__(self) -> str:
        return f"{self.name} {self.iban}".strip()


class BankTransaction(MirroredModel):
    """A line of an account's statement (contract 6.2). `amount` is in whole units, as the provider signs it."""

    class Direction(models.TextChoices):
        """Which way the money went."""

        CREDIT = "credit", _("incoming")
        DEBIT = "debit", _("outgoing")

    account = models.ForeignKey(
        BankAccount,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        null=True,
        verbose_name=_("account"),
        related_name="transactions",
    )
    amount = models.DecimalField(_("amount"), max_digits=15, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=10, blank=True, default="")
    direction = models.CharField(_("direction"), max_length=20, blank=True, default="")
    concept = models.CharField(_("text"), max_length=1000, blank=True, default="")
    counterparty_name = models.CharField(_("other party"), max_length=1000, blank=True, default="")
    counterparty_iban = models.CharField(_("other party's IBAN"), max_length=50, blank=True, default="")
    booked_at = models.DateTimeField(_("booked"), null=True, blank=True, db_index=True)
    reconciled = models.BooleanField(_("reconciled at the provider"), default=False)
    payment = models.ForeignKey(
        Payment,
        models.DO_NOTHING,
        to_field="remote_id",
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("payment"),
        related_name="bank_transactions",
    )

    class Meta:
        verbose_name = _("bank transaction")
        verbose_name_plural = _("bank transactions")
        indexes: ClassVar = [
            models.Index(fields=["direction", "reconciled", "-booked_at"]),
            models.Index(fields=["currency", "amount"]),
        ]
        permissions: ClassVar = [("reveal_counterparty_iban", _("Can reveal the IBAN at the other end of a transfer"))]


class Reconciliation(models.Model):
    """The pairing of a bank transaction with a payment that a person asked for.

    While it is live (not refused, cancelled or abandoned), neither row can be paired a second time: the database
    keeps that, not the page.
    """

    bank_transaction = models.ForeignKey(
        BankTransaction, models.PROTECT, verbose_name=_("bank transaction"), related_name="reconciliations"
    )
    payment = models.ForeignKey(Payment, models.PROTECT, verbose_name=_("payment"), related_name="reconciliations")
    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="+"
    )
    is_live = models.BooleanField(_("live"), default=True)
    reasons = models.JSONField(_("why they belong together"), default=list)
    differences = models.JSONField(_("differences"), default=list)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("reconcile_payment", _("Can reconcile a payment with a bank transaction"))]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bank_transaction"],
                condition=models.Q(is_live=True),
                name="one_live_pairing_a_bank_transaction",
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=models.Q(is_live=True), name="one_live_pairing_a_payment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_transaction_id} ↔ {self.payment_id}"
