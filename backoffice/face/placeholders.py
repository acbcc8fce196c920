"""What stands where there is nothing to show."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

DASH = "—"


def empty() -> SafeString:
    """A quiet dash: nothing was given."""
    return format_html('<span class="empty">{}</span>', DASH)
