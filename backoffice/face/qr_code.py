"""A text as a QR code, drawn by the server: no picture is fetched, nothing is asked of anybody."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from qrcode.main import QRCode


def qr_code(text: str) -> SafeString:
    """The QR code of `text` as SVG, dark on white whatever the page's colours; scanners need the white border."""
    code: QRCode = QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr-code" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<rect width="{size}" height="{size}" fill="#fff"></rect><path d="{squares}" fill="#000"></path></svg>',
        size=len(rows),
        label=_("QR code"),
        squares=squares,
    )
