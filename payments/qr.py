"""QR codes as SVG without style and script, so that a strict Content-Security-Policy lets them through."""

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET_ZONE = 4


def draw_qr_code(text: str) -> str:
    """The text as a QR code: an SVG document, black on white also where the page is dark."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    modules = code.get_matrix()
    size = len(modules)
    squares = "".join(
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(modules) for column, is_dark in enumerate(line) if is_dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path fill="#000" d="{squares}"/></svg>'
    )
