"""The page in Chromium: it moves what it shows, shows what moves, and comes back."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest

Serve = Callable[..., None]
#: Milliseconds in which what must happen has happened, on a machine that is busy.
PATIENCE = 60_000
#: Any name that is not empty.
_ANYTHING = re.compile(r"\S")


class Browser:
    """A page in Chromium, driven from a thread beside the server's.

    Attributes:
        page: of playwright.
        problems: errors on its console, among them what its policy forbids.
    """

    def __init__(self, playwright: Any, chromium: str, port: int, width: int) -> None:
        self._browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        viewport = {"width": width, "height": 740}
        context = self._browser.new_context(viewport=viewport, reduced_motion="reduce")
        self.problems: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._hear)
        self.page.goto(f"http://127.0.0.1:{port}/")

    def _hear(self, message: Any) -> None:
        # That the connection was lost, which a test wants, is an error to the browser.
        if message.type == "error" and "WebSocket" not in message.text:
            self.problems.append(message.text)

    def fader(self, deck: str, name: str) -> Any:
        """A fader of a deck by its accessible name."""
        return self.page.locator(f"#deck-{deck}").get_by_role("slider", name=name, exact=True)

    def until(self, holds: str) -> None:
        """Wait for what holds in the page, a JavaScript expression.

        Not with ``wait_for_function``: our policy forbids to make functions of texts.
        """
        patience = time.monotonic() + PATIENCE / 1000
        while not self.page.evaluate(holds):
            assert time.monotonic() < patience, holds
            self.page.wait_for_timeout(20)

    def close(self) -> None:
        """Close it; it must have had no problems."""
        self._browser.close()
        assert self.problems == []


@pytest.fixture
def drive(serve: Serve, stage: Any) -> Callable[..., None]:
    """Runs ``test(browser, later)``; ``later`` calls a function in the server's thread."""
    reason = "playwright, which drives Chromium, is not installed"
    api = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")

    def run(test: Callable[..., None], width: int = 1280) -> None:
        async def with_server(web: Any) -> None:
            loop = asyncio.get_running_loop()

            def in_thread() -> None:
                with api.sync_playwright() as playwright:
                    browser = Browser(playwright, chromium, web.port, width)
                    test(browser, loop.call_soon_threadsafe)
                    browser.close()

            await asyncio.to_thread(in_thread)

        serve(with_server)

    return run


def test_the_page_in_a_browser(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        louder = browser.fader("a", "0 louder")
        louder.wait_for()
        # What is moved, is sent.
        louder.focus()
        louder.press("ArrowRight")
        later_sent = [sent for sent in stage.sent if sent[0] == "/deck/a/latent/0"]
        while not later_sent:
            page.wait_for_timeout(20)
            later_sent = [sent for sent in stage.sent if sent[0] == "/deck/a/latent/0"]
        assert later_sent[0][1][0] == pytest.approx(0.07, abs=0.005)
        # A touch that is to be learnt moves nothing.
        page.get_by_role("button", name="MIDI", exact=True).click()
        browser.fader("a", "1 latent 1").click()
        later_learnt: list[Any] = []
        while not later_learnt:
            page.wait_for_timeout(20)
            later_learnt = [sent for sent in stage.sent if sent[0] == "/midi/learn"]
        assert later_learnt == [("/midi/learn", ("/deck/a/latent/1",))]
        assert not [sent for sent in stage.sent if sent[0] == "/deck/a/latent/1"]
        later(stage.say, "/done", "/midi/learn", "/deck/a/latent/1", "cc 74 channel 1")
        browser.until("!document.body.classList.contains('learning')")
        browser.until("document.body.innerText.includes('cc 74 channel 1 moves')")
        # What others move, is shown, and what sounds too.
        later(stage.say, "/get.reply", "/deck/b/gain", -20.0)
        later(stage.say, "/sounding", "a", 0.5, 0.0, 0.0)
        browser.until("document.querySelector('#deck-b .fader').ariaValueText === '−20.0 dB'")
        browser.until("document.querySelectorAll('#deck-a .live:not([hidden])').length === 3")
        # Another model brings its own faders.
        later(stage.load, "b", "punk", 5)
        browser.until(
            "document.querySelectorAll('#deck-b .latents-part .faders .fader').length === 5"
        )
        assert browser.fader("b", "4 latent 4").count() == 1
        # Every address that a control shows is one, and every control has a name.
        chips: set[str] = set()
        for source in ("tape", "memory", "prior"):
            later(stage.say, "/get.reply", f"/deck/a/{source}/load", "one")
        for source in ("held", "tape", "walk", "prior", "memory"):
            page.locator(f"#deck-a [data-source={source}]").click()
            chips |= set(page.locator(".chip").all_inner_texts())
        assert {"/deck/a/tape/rate", "/deck/a/walk", "/deck/a/variation", "/crossfade"} <= chips
        assert chips - set(stage.hub.space.nodes) == {"/deck/*/panic"}  # a pattern, for both
        for role in ("slider", "button", "combobox", "textbox", "spinbutton"):
            everything = page.get_by_role(role)
            assert everything.count() == page.get_by_role(role, name=_ANYTHING).count() > 0
        # Who is disconnected comes back, and says so meanwhile.
        for client in list(stage.hub.clients):
            later(asyncio.ensure_future, client.socket.close())
        browser.until("!document.getElementById('lost').hidden")
        browser.until("document.getElementById('lost').hidden")
        browser.fader("a", "0 louder").wait_for()

    drive(test)


def test_it_fits_a_phone(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        browser.fader("a", "0 louder").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("button", name="deck b", exact=True).click()
        assert page.locator("#deck-b").is_visible()
        assert not page.locator("#deck-a").is_visible()
        low = "[...document.querySelectorAll('button:not(.chip), select, .fader')]"
        low += ".filter((one) => one.offsetParent && one.offsetHeight < 40).length"
        assert page.evaluate(low) == 0
        panic = page.get_by_role("button", name="panic", exact=True)
        panic.click()
        while ("/deck/*/panic", ()) not in stage.sent:
            page.wait_for_timeout(20)

    drive(test, width=360)
