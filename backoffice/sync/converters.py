"""Resources in addresses."""

from backoffice.sync.errors import UnknownResourceError
from backoffice.sync.resources import Resource, get_resource


class ResourceConverter:
    """`<resource:resource>`: the name of a registered resource. Any other name is another page's."""

    regex = "[-a-zA-Z0-9_]+"

    def to_python(self, value: str) -> Resource:
        """The resource of that name."""
        try:
            return get_resource(value)
        except UnknownResourceError:
            raise ValueError(value) from None

    def to_url(self, value: Resource | str) -> str:
        """Its name."""
        return value if isinstance(value, str) else value.name
