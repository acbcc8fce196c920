"""A text that wants to be a script, in every field that can hold one, on every page: nothing of it ever runs.

The browser is told to ignore our policy against inline scripts: what is tried here is that every text is escaped.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode
from playwright.sync_api import BrowserContext, Dialog, Page
from pytest_django.live_server_helper import LiveServer

from backoffice.face.badges import page_of
from backoffice.face.sensitive import sensitive_of
from tests.people import sign_in

from .addresses import every_address
from .filling import Filler, is_mirrored, operations_of_every_kind, tables, text_fields

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARK = "ran(1)"
FAMILIES: tuple[tuple[str, ...], ...] = (
    # Elements, each with a way out of whatever it may stand in.
    (
        f"<script>{MARK}</script>",
        f"<img src=q onerror={MARK}>",
        f"<svg onload={MARK}>",
        f"</title></textarea></script><script>{MARK}</script>",
        f"--><svg/onload={MARK}>",
        f"<iframe srcdoc='<script>parent.{MARK}</script>'>",
        "<x-x>",
    ),
    # Out of an attribute.
    (
        f'" autofocus onfocus={MARK} x="',
        f"' autofocus onfocus={MARK} x='",
        f'"><img src=q onerror={MARK}>',
        f"'><svg onload={MARK}>",
        f"` onfocus={MARK} autofocus ",
        '"><x-x>',
    ),
    # Addresses that run.
    (
        f"javascript:{MARK}",
        f"JaVaScRiPt:{MARK}//https://x.example",
        f"data:text/html,<script>opener.{MARK}</script>",
        f"java\tscript:{MARK}",
        f"//x.example/\"onfocus={MARK}",
    ),
    # Templates, and letters that look or turn.
    (
        "{{constructor.constructor('" + MARK + "')()}}",
        "${" + MARK + "}",
        "{% debug %}{{ 7|add:7 }}",
        f"\N{FULLWIDTH LESS-THAN SIGN}script\N{FULLWIDTH GREATER-THAN SIGN}{MARK}",
        f"\u202e<svg onload={MARK}>\u2028<img src=q onerror={MARK}>",
        "%3Cscript%3E" + MARK + "%3C/script%3E",
    ),
)  # fmt: skip
NOWHERE = (f"/admin/<script>{MARK}</script>/", f"/admin/customers/customer/%3Csvg onload={MARK}%3E/change/")
LISTENER = """
window.runs = 0;
window.ran = () => { window.runs += 1; };
"""
WHAT_GOT_THROUGH = """() => {
  const found = [];
  if (window.runs) found.push(`${window.runs} ran`);
  for (const element of document.querySelectorAll("*")) {
    if (element.localName === "x-x" || (element.localName === "svg" && element.hasAttribute("onload")))
      found.push(element.outerHTML.slice(0, 80));
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith("on")) found.push(`${element.localName} ${attribute.name}`);
      if (["href", "src", "action", "formaction", "srcdoc", "data"].includes(attribute.name)
          && /^[\\s\\u0000-\\u001f]*(j\\s*a\\s*v\\s*a\\s*script|data|vbscript):/i.test(attribute.value))
        found.push(`${element.localName} ${attribute.name}=${attribute.value.slice(0, 60)}`);
    }
  }
  return found;
}"""


def hostile(family: tuple[str, ...], number: int) -> Callable[[str, int | None], str]:
    """As many of a family's texts as a field holds; each field begins with another one, and each row differs."""

    def make(name: str, longest: int | None) -> str:
        first = sum(map(ord, name)) % len(family)
        turned = [*family[first:], *family[:first]]
        room = (longest or 2000) - 2
        text = ""
        for part in sorted(turned, key=len) if room < 40 else turned:
            text += part if len(text) + len(part) <= room else ""
        return f"{text or '<x-x>'}{number}"[: longest or None]

    return make


@pytest.fixture
def outside_the_policy(browser: Any) -> Iterator[BrowserContext]:
    """A browser that runs whatever scripts it finds."""
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(LISTENER)
    yield context
    context.close()


@pytest.fixture
def page_of_ada(
    outside_the_policy: BrowserContext, live_server: LiveServer, client: Client, ada: User
) -> tuple[Page, Client]:
    """Ada's page, signed in a moment ago, and her client."""
    sign_in(client, ada)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    outside_the_policy.add_cookies([cookie])  # type: ignore[list-item]  # a dict is what the library documents
    return outside_the_policy.new_page(), client


def _fill(ada: User) -> tuple[dict[type[models.Model], list[models.Model]], set[str]]:
    rows: dict[type[models.Model], list[models.Model]] = {}
    filled: set[str] = set()
    for number, family in enumerate(FAMILIES):
        filler = Filler(hostile(family, number), ada)
        for model, row in filler.fill().items():
            rows.setdefault(model, []).append(row)
        for row in filler.fill_loosely():
            rows.setdefault(type(row), []).append(row)
        filled |= filler.filled
        for operation in operations_of_every_kind(hostile(family, number), ada):
            rows.setdefault(type(operation), []).append(operation)
    return rows, filled


def _note(dialogs: list[str], dialog: Dialog) -> None:
    dialogs.append(dialog.message)
    dialog.dismiss()


def _reveal(client: Client, row: models.Model) -> int:
    """Open the sensitive fields of a row, so that its page shows the values themselves."""
    options = row._meta
    addresses = [
        reverse(f"admin:{options.app_label}_{options.model_name}_reveal", args=[row.pk, name])
        for name in sensitive_of(row)
    ]
    return sum(client.post(address).status_code == 302 for address in addresses)


def _searched(rows: dict[type[models.Model], list[models.Model]]) -> list[str]:
    """Lists that are searched for, filtered by and ordered by what wants to run."""
    lists = [address.path for address in every_address(rows) if address.name.endswith("_changelist")]
    texts = [family[0] for family in FAMILIES]
    return [
        f"{path}?{urlencode({name: text})}" for path in lists for text in texts[:2] for name in ("q", "status", text)
    ]


def test_nothing_that_is_stored_or_typed_ever_runs(
    page_of_ada: tuple[Page, Client], live_server: LiveServer, ada: User
) -> None:
    page, client = page_of_ada
    client.raise_request_exception = False
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: _note(dialogs, dialog))
    rows, filled = _fill(ada)
    addresses = every_address(rows)
    wanted = [address.path for address in addresses if "logout" not in address.name]
    wanted += [
        *_searched(rows),
        "/admin/<script>ran(1)</script>/",
        "/admin/customers/customer/%3Csvg onload=ran(1)%3E/",
    ]
    to_reveal = {page_of(row): row for some in rows.values() for row in some if sensitive_of(row)}
    # First what takes a recent sign-in, which ends while the pages are walked.
    wanted.sort(key=lambda path: path not in to_reveal)

    tried, revealed, broken, through = 0, 0, [], {}
    for path in wanted:
        revealed += _reveal(client, to_reveal[path]) if path in to_reveal else 0
        answer = client.get(path)
        broken += [path] if answer.status_code >= 500 and path != reverse("health") else []
        if "html" in answer.headers.get("Content-Type", "") and answer.content and not answer.has_header("Location"):
            page.goto(f"{live_server.url}{path}", wait_until="domcontentloaded")
            tried += 1
            if found := page.evaluate(WHAT_GOT_THROUGH):
                through[path] = found

    fields = {f"{field.model._meta.label}.{field.name}" for model in tables() for field in text_fields(model)}
    print(f"XSS: {len(filled)} fields x {tried} pages, {revealed} revealed, {len(through)} got through")  # noqa: T201
    assert through == {}
    assert broken == []
    assert dialogs == []
    assert fields == filled
    assert {model for model in tables() if is_mirrored(model)} <= set(rows)
    assert len(filled) >= 100
    assert tried >= 300
    assert revealed >= 100


def test_the_listener_would_notice(outside_the_policy: BrowserContext) -> None:
    page = outside_the_policy.new_page()
    noticed = []
    for family in FAMILIES[:2]:
        for text in family[:3]:
            page.goto("about:blank")
            page.set_content(f'<body><input value="{text}" >{text}</body>')
            page.evaluate(LISTENER.replace("window.runs = 0;", "window.runs = window.runs || 0;"))
            noticed.append(bool(page.evaluate(WHAT_GOT_THROUGH)))
    page.set_content('<a href="javascript:ran(1)">x</a>')
    noticed.append(bool(page.evaluate(WHAT_GOT_THROUGH)))
    assert all(noticed)


def test_a_form_that_comes_back_shows_what_was_typed_and_runs_nothing(
    page_of_ada: tuple[Page, Client], live_server: LiveServer
) -> None:
    page, _client = page_of_ada
    page.goto(f"{live_server.url}{reverse('admin:customers_customer_register')}")
    names = page.eval_on_selector_all(
        "main input:not([type=hidden]):not([type=checkbox]), main textarea", "all => all.map(one => one.name)"
    )
    through = {}
    for family in FAMILIES:
        page.goto(f"{live_server.url}{reverse('admin:customers_customer_register')}")
        for number, name in enumerate(filter(None, names)):
            field = page.locator(f"main [name='{name}']").first
            if field.is_visible() and field.get_attribute("type") not in {"date", "file", "radio"}:
                field.fill(family[number % len(family)])
        with page.expect_navigation(wait_until="domcontentloaded"):
            page.locator("main form.form-card button[type=submit]").first.click()
        if found := page.evaluate(WHAT_GOT_THROUGH):
            through[family[0]] = found
    assert len(names) > 5
    assert through == {}
