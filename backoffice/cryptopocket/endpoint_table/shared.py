"""What several calls share: page layouts, page parameters, request fields."""

from backoffice.cryptopocket.endpoints import PageLayout, Pagination

LAYOUTS = (
    PageLayout(
        items="data",
        current_page="pagination.current_page",
        last_page="pagination.last_page",
        total="pagination.total",
    ),
    PageLayout(
        items="data.data",
        current_page="data.current_page",
        last_page="data.last_page",
        total="data.total",
        next_url="data.next_page_url",
    ),
    PageLayout(
        items="data",
        current_page="current_page",
        last_page="last_page",
        total="total",
        next_url="next_page_url",
    ),
    PageLayout(
        items="data",
        current_page="meta.current_page",
        last_page="meta.last_page",
        total="meta.total",
        next_url="links.next",
    ),
)
"""The three layouts of contract 1.5, and Laravel's resource collections (`meta`, `links`)."""

PAGED = Pagination(layouts=LAYOUTS)

PERSON_FIELDS = (
    "name",
    "last_name",
    "last_name2",
    "email",
    "phone",
    "country",
    "country_code",
    "city",
    "address",
    "address_state",
    "zipcode",
    "identification_number",
    "identification_type",
    "password",
    "professional_activity",
    "dob",
    "iban",
    "callback_url",
)


def name_alike(*names: str) -> dict[str, str]:
    """Request fields whose logical name is the name on the wire."""
    return {name: name for name in names}
