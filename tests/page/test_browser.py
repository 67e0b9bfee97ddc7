"""The page in Chromium: it moves what it shows, shows what moves, and comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.page.browser import Browser

#: Any name that is not empty.
_ANYTHING = re.compile(r"\S")
#: Sources, and an address that is shown among the settings of each.
SETTINGS = {
    "held": "/deck/a/source",
    "tape": "/deck/a/tape/rate",
    "walk": "/deck/a/walk",
    "prior": "/deck/a/variation",
    "memory": "/deck/a/continuity",
}
#: Keeps in ``said`` what the page says of its connection, however short it is seen.
NOTE_LOST = """() => {
  const lost = document.getElementById("lost");
  globalThis.said = [];
  const note = () => said.push(lost.hidden ? "" : lost.textContent);
  new MutationObserver(note).observe(lost, { attributes: true, childList: true });
}"""


def sent(stage: Any, address: str) -> list[tuple[Any, ...]]:
    """What was sent to an address."""
    return [values for path, values in stage.sent if path == address]


def all_named(page: Any, role: str) -> bool:
    """Whether there are elements of a role, and all have a name."""
    named: int = page.get_by_role(role, name=_ANYTHING).count()
    everything: int = page.get_by_role(role).count()
    return named == everything > 0


def test_the_page_in_a_browser(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        louder = browser.fader("a", "0 louder")
        louder.wait_for()
        # What is moved, is sent.
        louder.focus()
        louder.press("ArrowRight")
        browser.until(lambda: sent(stage, "/deck/a/latent/0"))
        assert sent(stage, "/deck/a/latent/0")[0][0] == pytest.approx(0.07, abs=0.005)
        # A touch that is to be learnt moves nothing.
        page.get_by_role("button", name="MIDI", exact=True).click()
        browser.fader("a", "1 latent 1").click()
        browser.until(lambda: sent(stage, "/midi/learn"))
        assert sent(stage, "/midi/learn") == [("/deck/a/latent/1",)]
        assert not sent(stage, "/deck/a/latent/1")
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
        for source, own in SETTINGS.items():
            page.locator(f"#deck-a [data-source={source}]").click()
            copy = f"Copy the OSC address {own}"
            page.get_by_role("button", name=copy, exact=True).first.wait_for()
            chips |= set(page.locator(".chip").all_inner_texts())
        assert chips - set(stage.hub.space.nodes) == {"/deck/*/panic"}  # a pattern, for both
        for role in ("slider", "button", "combobox", "textbox", "spinbutton"):
            browser.until(partial(all_named, page, role))
        # Who is disconnected comes back, and says so meanwhile.
        page.evaluate(NOTE_LOST)
        for client in list(stage.hub.clients):
            later(asyncio.ensure_future, client.socket.close())
        browser.until("said.some((text) => text.includes('has lost musicvae live'))")
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
        browser.until(lambda: sent(stage, "/deck/*/panic") == [()])

    drive(test, width=360)
