"""Customers and their verification (contract 3)."""

from datetime import date
from functools import partial
from typing import TypedDict, Unpack

from backoffice.cryptopocket.client.caller import Caller
from backoffice.cryptopocket.endpoints import Catalogue
from backoffice.cryptopocket.objects import Item
from backoffice.cryptopocket.pages import Page
from backoffice.cryptopocket.resources import (
    CustomerResource,
    EnhancedVerificationResource,
    KycStatusResource,
    RegisteredCompany,
    RegisteredCustomer,
    parse_customer,
    parse_enhanced_verification,
    parse_kyc_status,
    parse_registered_company,
    parse_registered_customer,
)


class PersonDetails(TypedDict, total=False):
    """What may be told of a person beyond name and e-mail (contract 3.2). Absent and None are not sent.

    country: English name. country_code: ISO 3166 alpha-3. identification_type: the API's exact value.
    """

    last_name: str | None
    last_name2: str | None
    phone: str | None
    country: str | None
    country_code: str | None
    city: str | None
    address: str | None
    address_state: str | None
    zipcode: str | None
    identification_number: str | None
    identification_type: str | None
    password: str | None
    professional_activity: str | None
    dob: date | None
    iban: str | None
    callback_url: str | None


class CustomerCalls(Caller):
    """The calls about customers."""

    def list_customers(self, *, page: int = 1, per_page: int | None = None) -> Page:
        """Return one page of the integration's customers (contract 3.1)."""
        return self._list("list_customers", page=page, per_page=per_page)

    def create_customer(self, *, name: str, email: str, **details: Unpack[PersonDetails]) -> Item[RegisteredCustomer]:
        """Register a person; the answer has the link to the KYC form (contract 3.2).

        Raises Refused (`user_already_exists`, `email_not_allowed`, `validation_failed`, ...), OutcomeUnknown.
        """
        return self._act("create_customer", parse_registered_customer, name=name, email=email, **details)

    def create_customer_delegated_kyc(
        self,
        *,
        name: str,
        email: str,
        document_front: str,
        face: str,
        liveness: str,
        document_back: str | None = None,
        company_name: str | None = None,
        **details: Unpack[PersonDetails],
    ) -> Item[RegisteredCustomer]:
        """Register a person or company whose KYC was done elsewhere (contract 3.3; field names inferred).

        The images are data URIs (`make_data_uri`) or public addresses. Uses the upload timeout.
        """
        return self._act(
            "create_customer_delegated_kyc",
            partial(parse_registered_customer, endpoint="create_customer_delegated_kyc"),
            name=name,
            email=email,
            document_front=document_front,
            document_back=document_back,
            face=face,
            liveness=liveness,
            company_name=company_name,
            **details,
        )

    def create_company_customer(self, *, email: str, company_name: str) -> Item[RegisteredCompany]:
        """Register a company (contract 3.4).

        The answer's link and password are secrets that are shown this once.
        """
        return self._act("create_company_customer", parse_registered_company, email=email, company_name=company_name)

    def get_kyc_status(self, *, user_id: str) -> Item[KycStatusResource]:
        """Return how far the verification of a customer is (contract 3.5). Raises NotFound."""
        return self._read("get_kyc_status", parse_kyc_status, user_id=user_id)

    def create_enhanced_verification_link(
        self, *, user_id: str, expires_in_days: int | None = None
    ) -> Item[EnhancedVerificationResource]:
        """Return a link to the regulatory declaration, valid 1 to 365 days, 90 by default (contract 3.6)."""
        return self._act(
            "create_enhanced_verification_link",
            parse_enhanced_verification,
            user_id=user_id,
            expires_in_days=expires_in_days,
        )

    def upload_customer_document(self, *, user_id: str, document_type: str, file: str) -> Item[None]:
        """Store a document with a customer (contract 3.7). No id comes back, and nothing lists documents.

        file: a data URI (`make_data_uri`) or a public address. Uses the upload timeout.
        Raises NotFound, Refused (`invalid_file`, `user_not_in_integration`), OutcomeUnknown.
        """
        return self._act("upload_customer_document", read_nothing, user_id=user_id, type=document_type, file=file)

    def find_user(self, *, email: str) -> Item[CustomerResource]:
        """Return the customer with that e-mail (contract 3.8; everything inferred).

        Raises NotFound when the provider says so by its code, UnreadableAnswer when somebody else came back.
        """
        return self._read("find_user", partial(parse_customer, endpoint="find_user"), email=email)


def read_nothing(item: object, *, catalogue: Catalogue) -> None:
    """Return None: the answer says that it was done, and nothing else."""
