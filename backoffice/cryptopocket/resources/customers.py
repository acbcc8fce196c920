"""Customers: persons and companies, their verification and links (contract 3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from msgspec import UNSET, UnsetType

from backoffice.cryptopocket.endpoints import Catalogue, Conventions, Endpoint
from backoffice.cryptopocket.resources.base import Reader, Resource, make_plan, read_fields
from backoffice.cryptopocket.resources.moments import MomentReader
from backoffice.cryptopocket.resources.values import (
    read_id,
    read_link,
    read_text,
)
from backoffice.cryptopocket.resources.worded import FlagReader, WordReader

CustomerKind = Literal["person", "company"]


class CustomerResource(Resource, frozen=True, kw_only=True):
    """A person or company (contract 3.1, 3.2).

    kind: UNSET when nothing in the payload tells. kyc_form_url: with its scheme. country: as received.
    """

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id", "kind")

    id: str
    uuid: str | UnsetType | None = UNSET
    kind: CustomerKind | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    last_name: str | UnsetType | None = UNSET
    company_name: str | UnsetType | None = UNSET
    country: str | UnsetType | None = UNSET
    identification_number: str | UnsetType | None = UNSET
    identification_type: str | UnsetType | None = UNSET
    kyc_status: str | UnsetType | None = UNSET
    kyc_valid: bool | UnsetType | None = UNSET
    kyc_form_url: str | UnsetType | None = UNSET
    created_at: datetime | UnsetType | None = UNSET


class RegisteredCustomer(CustomerResource, frozen=True, kw_only=True):
    """The answer to create_customer and create_customer_delegated_kyc (contract 3.2, 3.3)."""


class RegisteredCompany(Resource, frozen=True, kw_only=True):
    """The answer to create_company_customer (contract 3.4).

    kyb_link and password are secrets that the provider shows this once; the link ends after 90 days.
    """

    id: str
    uuid: str | UnsetType | None = UNSET
    kyb_link: str | UnsetType | None = UNSET
    password: str | UnsetType | None = UNSET


class KycStatusResource(Resource, frozen=True, kw_only=True):
    """How far the verification of a customer is (contract 3.5). kyc_status: open text."""

    shown_in_repr: ClassVar[tuple[str, ...]] = ("customer_id", "kyc_status")

    kyc_status: str
    customer_id: str | UnsetType | None = UNSET
    kyc_valid: bool | UnsetType | None = UNSET
    kyc_form_url: str | UnsetType | None = UNSET


class EnhancedVerificationResource(Resource, frozen=True, kw_only=True):
    """A link to a regulatory declaration (contract 3.6). link: usable without a login, so a secret."""

    shown_in_repr: ClassVar[tuple[str, ...]] = ("id", "status")

    form_id: str
    link: str
    id: str | UnsetType | None = UNSET
    customer_id: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    expires_at: datetime | UnsetType | None = UNSET


def _customer_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "uuid": read_id,
        "kind": _KindReader(catalogue.conventions),
        "email": read_text,
        "name": read_text,
        "last_name": read_text,
        "company_name": read_text,
        "country": read_text,
        "identification_number": read_text,
        "identification_type": read_text,
        "kyc_status": WordReader(catalogue.words, "kyc_status"),
        "kyc_valid": FlagReader(catalogue.words),
        "kyc_form_url": read_link,
        "created_at": MomentReader(catalogue.conventions),
    }


class _KindReader:
    """Reads the field that marks persons and companies; a word it does not know tells nothing."""

    def __init__(self, conventions: Conventions) -> None:
        self._kinds: dict[str, CustomerKind] = {
            **dict.fromkeys(conventions.person_words, "person"),
            **dict.fromkeys(conventions.company_words, "company"),
        }

    def __call__(self, value: Any) -> CustomerKind | UnsetType:
        """Return the kind for a word, or for the true or false of a field like `is_company`."""
        if isinstance(value, bool):
            return "company" if value else "person"
        return self._kinds.get(value.strip().casefold(), UNSET) if isinstance(value, str) else UNSET


def _company_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {"id": read_id, "uuid": read_id, "kyb_link": read_link, "password": read_text}


def _kyc_status_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "customer_id": read_id,
        "kyc_status": WordReader(catalogue.words, "kyc_status"),
        "kyc_valid": FlagReader(catalogue.words),
        "kyc_form_url": read_link,
    }


def _enhanced_verification_readers(endpoint: Endpoint, catalogue: Catalogue) -> Mapping[str, Reader]:
    return {
        "id": read_id,
        "form_id": read_id,
        "customer_id": read_id,
        "status": read_text,
        "link": read_link,
        "expires_at": MomentReader(catalogue.conventions),
    }


def parse_customer(item: Any, *, catalogue: Catalogue, endpoint: str = "list_customers") -> CustomerResource:
    """Return one customer of `list_customers` or `find_user` (contract 3.1, 3.8). Raises UnreadableItem."""
    return CustomerResource(**_read_customer(item, catalogue=catalogue, endpoint=endpoint))


def parse_registered_customer(
    item: Any, *, catalogue: Catalogue, endpoint: str = "create_customer"
) -> RegisteredCustomer:
    """Return the answer to create_customer (contract 3.2, 3.3). Raises UnreadableItem."""
    return RegisteredCustomer(**_read_customer(item, catalogue=catalogue, endpoint=endpoint))


def _read_customer(item: Any, *, catalogue: Catalogue, endpoint: str) -> dict[str, Any]:
    values = read_fields(item, plan=make_plan("customer", _customer_readers, catalogue, endpoint))
    kind = values.get("kind") or UNSET
    values["kind"] = kind if kind is not UNSET else _infer_kind(values, catalogue.conventions)
    return values


def _infer_kind(values: Mapping[str, Any], conventions: Conventions) -> CustomerKind | UnsetType:
    """Return what the other fields tell: how companies are marked in the list is unknown (contract 3.1)."""
    if values.get("company_name") or values.get("identification_type") in conventions.company_identification_types:
        return "company"
    if values.get("last_name") or values.get("identification_type"):
        return "person"
    return UNSET


def parse_registered_company(item: Any, *, catalogue: Catalogue) -> RegisteredCompany:
    """Return the answer to create_company_customer (contract 3.4). Raises UnreadableItem."""
    plan = make_plan("registered company", _company_readers, catalogue, "create_company_customer")
    return RegisteredCompany(**read_fields(item, plan=plan))


def parse_kyc_status(item: Any, *, catalogue: Catalogue) -> KycStatusResource:
    """Return the answer to get_kyc_status (contract 3.5). Raises UnreadableItem."""
    plan = make_plan("KYC status", _kyc_status_readers, catalogue, "get_kyc_status")
    return KycStatusResource(**read_fields(item, plan=plan))


def parse_enhanced_verification(item: Any, *, catalogue: Catalogue) -> EnhancedVerificationResource:
    """Return the answer to create_enhanced_verification_link (contract 3.6). Raises UnreadableItem."""
    plan = make_plan(
        "enhanced verification",
        _enhanced_verification_readers,
        catalogue,
        "create_enhanced_verification_link",
    )
    return EnhancedVerificationResource(**read_fields(item, plan=plan))
