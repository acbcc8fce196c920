"""Text for cells of a spreadsheet: whatever somebody else wrote must never be taken for a formula."""

import re
import unicodedata

FORMULA_SIGNS = "=+-@\N{MINUS SIGN}"
GUARD = "'"
_QUOTES = "'\"`\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}"
_LINE_BREAKS = re.compile(r"\r\n|[\t\n\v\f\r\x85\u2028\u2029]")
_NOT_FOR_XML = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Where the semicolon separates cells, as in Spain, a comma-separated file is cut at semicolons inside of texts as well.
_AFTER_SEMICOLON = re.compile(r"(;[\s'\"`]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\u2212])")


def make_harmless(text: str) -> str:
    """The text on one line, without control characters, and with a `'` before what could be read as a formula.

    A formula is what begins with = + - or @, or one of their full-width forms, after any blanks and quotation marks:
    at the beginning, or after a semicolon.
    """
    if text.isascii() and text.isprintable() and ";" not in text:
        return GUARD + text if text.lstrip(" '\"`")[:1] in {*FORMULA_SIGNS} else text
    clean = _NOT_FOR_XML.sub("", _LINE_BREAKS.sub(" ", text))
    guarded = GUARD + clean if _begins_a_formula(clean) else clean
    return _AFTER_SEMICOLON.sub(rf"\1{GUARD}", guarded)


def _begins_a_formula(text: str) -> bool:
    first = next((sign for sign in text if not _is_passed_over(sign)), "")
    return bool(first) and unicodedata.normalize("NFKC", first)[:1] in FORMULA_SIGNS


def _is_passed_over(sign: str) -> bool:
    """Blanks, invisible characters and quotation marks: some programs skip them before they look for a formula."""
    return sign in _QUOTES or unicodedata.category(sign)[0] in "ZC"
