"""Customers as the provider has them, and what we did for them: verification links and documents."""

from pathlib import PurePosixPath
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import EncryptedTextField
from backoffice.sync.models import MirroredModel


class Customer(MirroredModel):
    """A person or a company registered with the provider (contract 3.1, 3.2, 3.4)."""

    class Kind(models.TextChoices):
        """What the customer is."""

        PERSON = "person", _("person")
        COMPANY = "company", _("company")

    class KycStatus(models.TextChoices):
        """The known words (contract 3.5); others are kept and shown as they come."""

        UNUSED = "unused", _("not started")
        PROCESSING = "processing", _("under check")
        VALID = "valid", _("verified")
        FAIL = "fail", _("rejected")

    kind = models.CharField(_("kind"), max_length=20, default=Kind.PERSON)
    email = models.CharField(_("e-mail"), max_length=320, blank=True, default="", db_index=True)
    name = models.CharField(_("name"), max_length=1000, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=1000, blank=True, default="")
    company_name = models.CharField(_("company name"), max_length=1000, blank=True, default="")
    country = models.CharField(_("country"), max_length=100, blank=True, default="")
    identification_number = models.CharField(
        _("identification number"), max_length=100, blank=True, default="", db_index=True
    )
    kyc_status = models.CharField(_("KYC status"), max_length=50, blank=True, default="", db_index=True)
    kyc_form_url = models.TextField(_("KYC link"), blank=True, default="")
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [models.Index(Upper("email"), name="customer_email_any_case")]
        permissions: ClassVar = [
            ("create_customer_at_provider", _("Can register a customer with the provider")),
            ("issue_enhanced_verification", _("Can issue an enhanced verification link")),
            ("upload_customer_document", _("Can upload a customer's document to the provider")),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name people know the customer by; the id where there is none."""
        return self.company_name or f"{self.name} {self.last_name}".strip() or self.email or self.remote_id


class EnhancedVerification(models.Model):
    """An enhanced verification link that was issued (contract 3.6). The provider shows the link only once."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), related_name="enhanced_verifications"
    )
    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="+"
    )
    form_id = models.CharField(_("form id"), max_length=100, db_index=True)
    status = models.CharField(_("status"), max_length=50)
    link = EncryptedTextField(_("link"))
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(_("issued"), auto_now_add=True)

    class Meta:
        verbose_name = _("enhanced verification")
        verbose_name_plural = _("enhanced verifications")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return str(_("verification link #%(number)s") % {"number": self.pk})

    @property
    def is_live(self) -> bool:
        """Whether the link has not ended; one without an end never does."""
        return self.expires_at is None or self.expires_at > timezone.now()


class Document(models.Model):
    """A document sent to the provider for a customer (contract 3.7): our record is the only one there is."""

    class Type(models.TextChoices):
        """The 23 types that the provider takes."""

        ONBOARDING_FORM = "onboarding_form", _("onboarding form")
        BANK_STATEMENT = "bank_statement", _("bank statement")
        PAYSLIP = "payslip", _("payslip")
        EMPLOYMENT_CONTRACT = "employment_contract", _("employment contract")
        TAX_RETURN = "tax_return", _("tax return")
        TAX_CERTIFICATE = "tax_certificate", _("tax certificate")
        COMPANY_ACCOUNTS = "company_accounts", _("company accounts")
        DIVIDEND_STATEMENT = "dividend_statement", _("dividend statement")
        INVESTMENT_STATEMENT = "investment_statement", _("investment statement")
        CRYPTO_WALLET_STATEMENT = "crypto_wallet_statement", _("crypto wallet statement")
        SALE_OF_PROPERTY = "sale_of_property", _("sale of property")
        SALE_OF_VEHICLE = "sale_of_vehicle", _("sale of a vehicle")
        SALE_OF_COMPANY_SHARES = "sale_of_company_shares", _("sale of company shares")
        INHERITANCE_DOCUMENT = "inheritance_document", _("inheritance document")
        GIFT_DECLARATION = "gift_declaration", _("gift declaration")
        LOAN_AGREEMENT = "loan_agreement", _("loan agreement")
        SAVINGS_EVIDENCE = "savings_evidence", _("evidence of savings")
        INVOICE = "invoice", _("invoice")
        FREELANCE_INCOME_EVIDENCE = "freelance_income_evidence", _("evidence of freelance income")
        PENSION_STATEMENT = "pension_statement", _("pension statement")
        UNEMPLOYMENT_BENEFIT_STATEMENT = "unemployment_benefit_statement", _("unemployment benefit statement")
        SOURCE_OF_FUNDS_DECLARATION = "source_of_funds_declaration", _("source of funds declaration")
        OTHER = "other", _("other")

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), related_name="documents")
    operation = models.OneToOneField(
        "operations.Operation",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("operation"),
        related_name="+",
    )
    type = models.CharField(_("type"), max_length=50, choices=Type.choices)
    file = models.FileField(_("file"), max_length=255)
    media_type = models.CharField(_("format"), max_length=50)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    sent_at = models.DateTimeField(_("taken by the provider"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("download_document", _("Can download customers' documents"))]

    def __str__(self) -> str:
        return f"{self.get_type_display()} #{self.pk}"

    @property
    def download_name(self) -> str:
        """What the file is called when it is saved: nothing of the name it came with."""
        return f"{self.type}-{self.pk}{PurePosixPath(str(self.file.name)).suffix}"
