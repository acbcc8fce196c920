"""Customers as the provider has them, and what we did for them: verification links and documents."""

from pathlib import PurePosixPath
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.security.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from backoffice.security.masking import Kind as MaskKind
from backoffice.security.masking import mask
from backoffice.security.scanning import ScanResult
from backoffice.sync.models import MirroredModel

from .identification import normal_form


class Customer(MirroredModel):
    """A person or a company registered with the provider (contract 3.1, 3.2, 3.4).

    What identifies a person to others is encrypted; `identification_digest` finds an exact number in any spelling.
    """

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
    payload = EncryptedTextField(_("as received"), default="{}", editable=False)
    identification_number = EncryptedTextField(
        _("identification number"), max_length=100, blank=True, default="", kind=MaskKind.IDENTIFICATION
    )
    identification_digest = BlindIndexField(of="identification_number", normal_form=normal_form)
    kyc_status = models.CharField(_("KYC status"), max_length=50, blank=True, default="", db_index=True)
    kyc_form_url = EncryptedTextField(_("KYC link"), blank=True, default="")
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True, db_index=True)
    # Ours, not the provider's: since when nobody sees the personal data, and since when none is here (nor comes back).
    restricted_at = models.DateTimeField(_("restricted"), null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes: ClassVar = [
            models.Index(Upper("email"), name="customer_email_any_case"),
            # The order of the list, read from its end.
            models.Index(fields=["restricted_at", "registered_at", "id"], name="customer_in_order_of_list"),
        ]
        permissions: ClassVar = [
            ("create_customer_at_provider", _("Can register a customer with the provider")),
            ("register_company", _("Can register a company with the provider")),
            ("find_at_provider", _("Can look a customer up at the provider")),
            ("refresh_kyc_status", _("Can read customers' KYC status from the provider")),
            ("issue_enhanced_verification", _("Can issue an enhanced verification link")),
            ("upload_customer_document", _("Can upload a customer's document to the provider")),
            ("see_contact_data", _("Can see customers' e-mail addresses")),
            ("reveal_personal_data", _("Can reveal customers' personal data and verification links")),
            ("request_erasure", _("Can restrict a customer who asked for erasure")),
            ("lift_restriction", _("Can lift the restriction of a customer")),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name people know the customer by; where there is none the e-mail, masked for everybody, or the id."""
        if self.restricted_at is not None:
            return str(_("Restricted customer %(id)s") % {"id": self.remote_id})
        name = self.company_name or f"{self.name} {self.last_name}".strip()
        return name or mask(self.email, MaskKind.EMAIL) or self.remote_id


class KycRefresh(models.Model):
    """The KYC status of chosen customers, read from the provider at once because a person asked.

    `chosen` lists the customers' primary keys, in the order in which they are read; `outcomes` says for each that was
    read what came of it (`Outcome`, by the key as text). `problem` is why the rest was not read.
    """

    class Outcome(models.TextChoices):
        """What a read showed."""

        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        MISSING = "missing", _("missing at the provider")
        NOT_READ = "not_read", _("could not be read")
        LEFT_OUT = "left_out", _("asked for erasure, not read")

    chosen = models.JSONField(_("customers"), default=list)
    outcomes = models.JSONField(_("outcomes"), default=dict)
    problem = models.TextField(_("problem"), blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+"
    )
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("KYC refresh")
        verbose_name_plural = _("KYC refreshes")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return str(_("KYC refresh #%(number)s") % {"number": self.pk})


class EnhancedVerification(models.Model):
    """An enhanced verification link that was issued (contract 3.6). The provider shows the link only once.

    `form_id` is as secret as the link: in the contract's example the link is made of it.
    """

    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), related_name="enhanced_verifications"
    )
    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="+"
    )
    form_id = EncryptedTextField(_("form id"))
    form_digest = BlindIndexField(of="form_id")
    status = models.CharField(_("status"), max_length=50)
    link = EncryptedTextField(_("link"))
    expires_at = models.DateTimeField(_("ends"), null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(_("issued"), auto_now_add=True)

    class Meta:
        verbose_name = _("enhanced verification")
        verbose_name_plural = _("enhanced verifications")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return str(_("Verification link #%(number)s") % {"number": self.pk})

    @property
    def is_live(self) -> bool:
        """Whether the link has not ended; one without an end never does."""
        return self.expires_at is None or self.expires_at > timezone.now()


class CompanyVerification(models.Model):
    """The verification form (KYB) of a company that was registered from here (contract 3.4).

    `link` and `password` open the form together. The provider shows both once, in the answer to registering: they are
    empty where that answer was lost, and after they ended.
    """

    customer = models.ForeignKey(
        Customer, models.PROTECT, verbose_name=_("customer"), related_name="company_verifications"
    )
    operation = models.OneToOneField(
        "operations.Operation", models.PROTECT, verbose_name=_("operation"), related_name="+"
    )
    uuid = models.CharField(_("public id"), max_length=100, blank=True, default="")
    link = EncryptedTextField(_("link"), blank=True, default="")
    password = EncryptedTextField(_("password"), blank=True, default="")
    ends_at = models.DateTimeField(_("ends"), db_index=True)
    created_at = models.DateTimeField(_("registered"), auto_now_add=True)

    class Meta:
        verbose_name = _("company verification")
        verbose_name_plural = _("company verifications")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("reveal_company_secrets", _("Can reveal the link and password of a company's form"))]

    def __str__(self) -> str:
        return str(_("Company verification #%(number)s") % {"number": self.pk})

    @property
    def is_live(self) -> bool:
        """Whether the form can still be opened."""
        return self.ends_at > timezone.now()

    @property
    def is_complete(self) -> bool:
        """Whether both secrets are here."""
        return bool(self.link and self.password)


class DelegatedVerification(models.Model):
    """A customer whose identity we have checked ourselves (contract 3.3): data and captures, collected step by step.

    A draft belongs to whoever makes it, until it is asked for: then `operation` is the newest operation that sends it.
    `typed` is what was filled in, `details` what is sent of it; both are personal data. `submission` is the mark of the
    form that began it. `customer` is known once the provider has taken it.
    """

    submission = models.CharField(max_length=64, editable=False)
    typed = EncryptedJSONField(default=dict, editable=False)
    details = EncryptedJSONField(_("data"), default=dict, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("made by"), related_name="+"
    )
    operation = models.ForeignKey(
        "operations.Operation", models.PROTECT, null=True, blank=True, verbose_name=_("operation"), related_name="+"
    )
    customer = models.ForeignKey(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("customer"),
        related_name="delegated_verifications",
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    touched_at = models.DateTimeField(_("last changed"), auto_now=True, db_index=True)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegated verification")
        verbose_name_plural = _("delegated verifications")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("start_delegated_kyc", _("Can register a customer whose identity we have checked"))]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["created_by", "submission"], name="one_draft_a_submission")
        ]

    def __str__(self) -> str:
        return str(_("Delegated verification #%(number)s") % {"number": self.pk})

    @property
    def display_name(self) -> str:
        """The name people know the customer by."""
        names = (self.details.get(key, "") for key in ("name", "last_name"))
        return self.details.get("company_name") or " ".join(filter(None, names))


class IdentityCapture(models.Model):
    """One picture of a delegated verification, kept in private storage."""

    class Kind(models.TextChoices):
        """What it shows, by the names of the contract."""

        DOCUMENT_FRONT = "document_front", _("document, front")
        DOCUMENT_BACK = "document_back", _("document, back")
        FACE = "face", _("face")
        LIVENESS = "liveness", _("liveness")

    verification = models.ForeignKey(DelegatedVerification, models.CASCADE, related_name="captures")
    kind = models.CharField(_("what it shows"), max_length=20, choices=Kind.choices)
    file = models.FileField(_("file"), max_length=255)
    media_type = models.CharField(_("format"), max_length=50)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    scan_result = models.CharField(
        _("malware scan"), max_length=20, choices=ScanResult.choices, default=ScanResult.NOT_SCANNED
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["verification", "kind"], name="one_capture_of_a_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()


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
    scan_result = models.CharField(
        _("malware scan"), max_length=20, choices=ScanResult.choices, default=ScanResult.NOT_SCANNED
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("uploaded by"), related_name="+"
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    sent_at = models.DateTimeField(_("taken by the provider"), null=True, blank=True)
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering: ClassVar = ["-pk"]
        permissions: ClassVar = [("view_document_content", _("Can look at and download customers' documents"))]

    def __str__(self) -> str:
        return f"{capfirst(self.get_type_display())} #{self.pk}"

    @property
    def download_name(self) -> str:
        """What the file is called when it is saved: nothing of the name it came with."""
        return f"{self.type}-{self.pk}{PurePosixPath(str(self.file.name)).suffix}"


class ErasureRequest(models.Model):
    """A customer's wish to be forgotten: restricted at once, purged when the period has ended.

    `purge_on` is the day that was told then; what the customer does later, or another period, moves it.
    """

    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"), related_name="erasure_requests")
    reason = EncryptedTextField(_("reason"), blank=True, default="")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("entered by"), related_name="+"
    )
    asked_at = models.DateTimeField(_("entered"), auto_now_add=True)
    purge_on = models.DateField(_("to be purged on"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("lifted by"), related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lift_reason = EncryptedTextField(_("why it was lifted"), blank=True, default="")
    purged_at = models.DateTimeField(_("purged"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure request")
        verbose_name_plural = _("erasure requests")
        ordering: ClassVar = ["-pk"]
        default_permissions: ClassVar = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(lifted_at=None, purged_at=None),
                name="one_open_erasure_request_a_customer",
            )
        ]

    def __str__(self) -> str:
        return str(_("Erasure request #%(number)s") % {"number": self.pk})
