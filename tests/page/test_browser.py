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


def test_presets_are_loaded_and_morphed_by_dragging(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page, deck = browser.page, browser.page.locator("#deck-a")
        browser.fader("a", "0 louder").wait_for()
        for name in ("calm", "loud"):
            later(stage.say, "/preset/list.reply", name)
        later(stage.say, "/done", "/deck/a/preset/list", 2)
        calm, loud = (deck.locator(".tile", has_text=name) for name in ("calm", "loud"))
        calm.click()
        browser.until(lambda: sent(stage, "/deck/a/preset/load") == [("calm",)])
        boxes = [tile.bounding_box() for tile in (calm, loud)]
        (x, y), (to_x, to_y) = ((b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=5)
        page.mouse.up()
        browser.until(lambda: sent(stage, "/deck/a/morph"))
        assert sent(stage, "/deck/a/morph")[-1] == ("calm", "loud", pytest.approx(0.5, abs=0.01))
        assert sent(stage, "/deck/a/preset/load") == [("calm",)]  # a drag is no touch
        field = deck.get_by_label("Name of a preset of deck a")
        field.fill("new one")
        field.press("Enter")
        browser.until(lambda: sent(stage, "/deck/a/preset/save") == [("new one",)])

    drive(test)


def test_addresses_are_copied_and_figures_shown(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        browser.fader("a", "0 louder").wait_for()
        page.get_by_role("button", name="Copy the OSC address /crossfade", exact=True).click()
        page.get_by_text("Copied /crossfade").wait_for()
        field = page.get_by_label("Name of a preset of deck a")
        field.press("Control+v")
        assert field.input_value() == "/crossfade"
        status = {"latency_ms": 31.6, "load": 0.25, "underruns": 2, "recording": "", "rate": 44_100}
        later(stage.say, "/status.reply", *(one for pair in status.items() for one in pair))
        figures = "[...document.querySelectorAll('#figures dd')].map((one) => one.textContent)"
        browser.until(f"{figures}.join() === '32 ms,25 %,2'")
        page.get_by_role("button", name="Record", exact=True).click()
        browser.until(lambda: sent(stage, "/record/start") == [()])
        # A phone that slept has a connection on which nothing comes: it is opened anew.
        page.evaluate(NOTE_LOST)
        (before,) = stage.hub.clients
        stage.silent = True
        browser.until("said.some((text) => text.includes('has lost musicvae live'))")
        browser.until(lambda: stage.hub.clients and before not in stage.hub.clients)
        stage.silent = False
        browser.until("document.getElementById('lost').hidden")

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
        status = ("latency_ms", 30.0, "load", 0.1, "underruns", 0, "recording", "take", "rate", 1)
        later(stage.say, "/status.reply", *status)
        page.get_by_role("button", name="Stop recording take").wait_for()
        wide = "[...document.querySelectorAll('button:not(.chip)')]"
        wide += ".filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)"
        assert page.evaluate(wide) == []
        panic = page.get_by_role("button", name="panic", exact=True)
        panic.click()
        browser.until(lambda: sent(stage, "/deck/*/panic") == [()])

    drive(test, width=360)
