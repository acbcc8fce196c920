"""IBANs that are shown in full: in groups of four, as people read them."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_GROUP = 4


def in_groups(iban: Any) -> SafeString:
    """An IBAN whose groups stand apart, and between which a line may end; what is selected and copied has no blanks."""
    plain = "".join(str(iban or "").split())
    groups = ((plain[start : start + _GROUP],) for start in range(0, len(plain), _GROUP))
    return format_html('<span class="iban">{}</span>', format_html_join("", "<span>{}</span><wbr>", groups))
