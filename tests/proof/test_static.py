"""What our code must never do to be safe from scripts in texts, read from the code itself."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [path for room in ("backoffice", "customers", "payments", "banking") for path in (ROOT / room).rglob("*.py")]
TEMPLATES = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "backoffice").rglob("templates/**/*.html")]
SCRIPTS = [path for path in ROOT.rglob("static/**/*.js") if not {".venv", "var"} & set(path.relative_to(ROOT).parts)]

VOUCHED = {
    "backoffice/templatetags/face.py": "Django's own finished cell, cut in two to put a label between",
}
"""Where finished HTML is vouched for, and why."""


def _found(paths: list[Path], pattern: str) -> list[str]:
    expression = re.compile(pattern)
    return sorted({str(path.relative_to(ROOT)) for path in paths if expression.search(path.read_text())})


def test_there_is_something_to_read() -> None:
    assert len(PYTHON) > 100
    assert len(TEMPLATES) > 20
    assert len(SCRIPTS) >= 5


def test_nobody_vouches_for_html_that_was_not_escaped() -> None:
    assert _found(PYTHON, r"mark_safe|\|safe\b|html_safe|autoescape\s*=\s*False") == []
    assert _found(PYTHON, r"SafeString\((?!\))|SafeText\(") == sorted(VOUCHED)


def test_no_format_string_is_made_of_values() -> None:
    assert _found(PYTHON, r"format_html(_join)?\(\s*f[\"']") == []


@pytest.mark.parametrize("pattern", [r"\|\s*safe\b", r"safeseq", r"autoescape\s+off", r"\|\s*(?:un)?escapejs"])
def test_no_template_turns_escaping_off(pattern: str) -> None:
    assert _found(TEMPLATES, pattern) == []


def test_no_template_holds_code_or_an_address_that_came_from_elsewhere() -> None:
    assert (
        _found(
            TEMPLATES, r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=|javascript:"
        )
        == []
    )
    # An address of an object of the provider is text to copy, never a link.
    assert _found(TEMPLATES, r"(?:href|src|action)=\"\{\{[^}]*\.(?:link|kyc_form_url|url_payment|wallet)\b") == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\binnerHTML\s*=",
        r"outerHTML\s*=[^=]",
        r"insertAdjacentHTML",
        r"document\.write",
        r"\beval\(",
        r"new Function",
    ],
)
def test_no_script_makes_html_or_code_of_texts(pattern: str) -> None:
    assert _found(SCRIPTS, pattern) == []
