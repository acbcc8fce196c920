"""A person's browser and authenticator app."""

import base64
import hmac
import re
import struct
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

PASSWORD = "correct horse battery"
CODE_SECONDS = 30


class Clock:
    """Moves the time on: of an authenticator app no code is taken twice, and a sign-in is recent for five minutes."""

    def __init__(self, travelling: Any) -> None:
        self._travelling = travelling

    def pass_by(self, time: timedelta) -> None:
        """Let that much time go by, for everything but the browser."""
        self._travelling.shift(time)


class Desk:
    """A person who signs in with name, password and a code."""

    def __init__(self, *, browser: Browser, address: str, person: User, clock: Clock) -> None:
        self.person = person
        self.address = address
        self.complaints: list[str] = []
        self._clock = clock
        self._secret = ""
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def begin_the_day(self) -> None:
        """Sign in for the first time: only the page that sets up a second factor is reached."""
        self.page.goto(f"{self.address}/admin/")
        self.field("Username").fill(self.person.username)
        self.field("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="second factor")).to_be_visible()
        self.page.goto(f"{self.address}/admin/customers/customer/")
        expect(self.page.get_by_role("heading", name="second factor")).to_be_visible()
        self.page.goto(f"{self.address}/account/second-factor/app/")
        self._secret = self.page.locator("form [data-copy]").first.get_attribute("data-copy") or ""
        self.field("Authenticator code").fill(self.code())
        self.page.get_by_role("button", name="Set up").click()
        expect(self.page.get_by_text("ecovery codes").first).to_be_visible()
        self.page.goto(f"{self.address}/admin/")
        expect(self.page.get_by_role("heading", name="What needs a person now")).to_be_visible()

    def confirm_that_it_is_me(self) -> None:
        """Enter the password where the page asks for it again."""
        expect(self.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        self.field("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Confirm").click()

    def code(self) -> str:
        """What the authenticator app shows now (RFC 6238)."""
        counter = struct.pack(">Q", int(timezone.now().timestamp()) // CODE_SECONDS)
        digest = hmac.new(base64.b32decode(self._secret), counter, "sha1").digest()
        start = digest[-1] & 0x0F
        number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"

    def open(self, *names: str) -> None:
        """Click the links of these names, one after the other."""
        for name in names:
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def leave(self) -> None:
        """Close the browser, so that no page of it goes on asking."""
        self.page.context.close()

    def expect_success(self) -> None:
        """Wait until the page, renewing itself, says that the operation succeeded."""
        expect(self.page.get_by_text("succeeded").first).to_be_visible()

    def field(self, name: str) -> Locator:
        """The field with that label."""
        return self.page.get_by_label(re.compile(rf"^{name}( optional)?:?$"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)
