"""What people read can be translated: no template shows a word that is not marked, nor a code in place of one."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.utils.functional import Promise

import banking.operations
import customers.operations.shared
import payments.operations.shared
from backoffice.sync import drift, viewing
from backoffice.sync.engine import session
from backoffice.sync.shown import label_of_source
from backoffice.webhooks import reading_back
from customers.services import kyc

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.*") if path.suffix in {".html", ".txt"})

NAMES = ("SHA-256",)
"""What is called the same in every language."""

READ_OUT_OR_SHOWN = {"alt", "aria-description", "aria-label", "data-label", "data-say", "label", "placeholder", "title"}
NO_WORDS = {"code", "script", "style"}
SKIPPED = {"blocktranslate": "endblocktranslate", "comment": "endcomment"}
CLASSES = {"bodyclass", "coltype"}
"""The blocks that hold names of the style sheet."""
SHOWN_LITERAL = re.compile(r"""\|(?:add|default|default_if_none|yesno):["']([^"']*)["']|(?:^|\s)["']([^"']*)["']""")


class Words(HTMLParser):
    """Gathers the texts and the shown attributes of a page that hold a letter; commands and scripts are none."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in NO_WORDS:
            self._within.append(tag)
        is_button = tag == "input" and ("type", "submit") in attrs
        for name, value in attrs:
            if name in READ_OUT_OR_SHOWN or name.startswith("data-words") or (name == "value" and is_button):
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag in self._within:
            self._within.remove(tag)

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        if not self._within:
            self._note(data)

    def _note(self, text: str) -> None:
        for name in NAMES:
            text = text.replace(name, "")
        if re.search(r"[^\W\d_]", text):
            self.found.append(" ".join(text.split()))


def unmarked_words(source: str) -> list[str]:
    """What a template says by itself: outside of its tags, and in the literals of its variables."""
    words = Words()
    words.feed("".join(_parts(Lexer(source).tokenize())))
    words.close()
    return words.found


def _parts(tokens: list[Token]) -> Iterator[str]:
    end = ""
    for token in tokens:
        name, argument = _name_of(token)
        if end:
            end = "" if name == end else end
        elif name == "block" and argument in CLASSES:
            end = "endblock"
        elif name in SKIPPED:
            end = SKIPPED[name]
        elif token.token_type == TokenType.TEXT:
            yield token.contents
        elif token.token_type == TokenType.VAR or name == "firstof":
            yield " ".join(map("".join, SHOWN_LITERAL.findall(token.contents)))


def _name_of(token: Token) -> tuple[str, str]:
    """What a tag is called, and what comes after that."""
    if token.token_type != TokenType.BLOCK:
        return "", ""
    name, _space, argument = token.contents.partition(" ")
    return name, argument


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_every_word_of_a_template_is_marked_for_translation(template: Path) -> None:
    assert unmarked_words((FOLDER / template).read_text()) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Nothing was sent.</p>", ["Nothing was sent."]),
        ('<p>{% translate "Sent" %} at {{ moment }}</p>', ["at"]),
        ('<input type="submit" value="Send"><img alt="A passport" src="x">', ["Send", "A passport"]),
        ('<b>{{ name|default:"nobody" }}</b>{% firstof a b "none" %}', ["nobody", "none"]),
        ('<body data-words-lost="No answer">', ["No answer"]),
        ('<p class="quiet">{% translate "Sent" %} · {{ name|default:_("nobody") }} &rsaquo; #1</p>', []),
        ("{% blocktranslate %}Sent <b>today</b>{% endblocktranslate %}<code>manage.py</code>", []),
        ('{% comment %}Not shown{% endcomment %}{% block coltype %}wide{% endblock %}<a rel="next">{{ text }}</a>', []),
    ],
)
def test_an_unmarked_word_is_found_wherever_it_stands(source: str, words: list[str]) -> None:
    assert unmarked_words(source) == words


@pytest.mark.parametrize(
    "room",
    [
        banking.operations,
        customers.operations.shared,
        drift,
        kyc,
        payments.operations.shared,
        reading_back,
        session,
        viewing,
    ],
    ids=lambda room: room.__name__,
)
def test_what_brought_a_change_is_said_in_a_marked_word(room: Any) -> None:
    assert isinstance(label_of_source(room.SOURCE), Promise)
