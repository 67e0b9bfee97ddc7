"""The whole way: two pages in Chromium, the process of the page, a daemon, and OSC beside them."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from musicvae.live.daemon import Daemon
from musicvae.live.osc.replies import message
from musicvae.live.outputs.output import Null
from musicvae.page.starting import Page
from tests.page.browser import Browser

#: Sends so many messages as fast as it can, from a page of ours.
FLOOD = """async (count) => {
  const { encode } = await import("/assets/osc.js");
  const socket = new WebSocket(`ws://${location.host}/`);
  await new Promise((open) => (socket.onopen = open));
  for (let number = 0; number < count; number += 1) socket.send(encode("/deck/a/gain", -7));
}"""
FADER = "document.querySelectorAll('#deck-a .latents-part .faders .fader')"


@pytest.fixture
def daemon(stream_artifacts: ModuleType, tmp_path: Path) -> Iterator[Daemon]:
    first = stream_artifacts.write_stream_artifact(tmp_path / "jazz.onnx")
    other = {"latent_dim": 6, "latent_space": "f" * 16}
    stream_artifacts.write_stream_artifact(tmp_path / "metal.onnx", **other)
    with Daemon([first, tmp_path], output=Null(16_000), port=0, source="held") as running:
        yield running


@pytest.fixture
def opened(daemon: Daemon) -> Iterator[Callable[[], Browser]]:
    """Opens pages of the daemon."""
    pytest.importorskip("aiohttp", reason="aiohttp, which serves the page, is not installed")
    reason = "playwright, which drives Chromium, is not installed"
    api = pytest.importorskip("playwright.sync_api", reason=reason)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    browsers: list[Browser] = []
    with Page(daemon.parts, 0, lambda line: None) as page, api.sync_playwright() as playwright:
        while not page.wait():
            time.sleep(0.02)
        port = int(page.url.rpartition(":")[2])

        def another() -> Browser:
            browsers.append(Browser(playwright, chromium, port, 1280, "reduce", True))
            browsers[-1].until(f"{FADER}.length === 4")
            return browsers[-1]

        yield another
        for browser in browsers:
            browser.close()


def test_two_pages_and_osc_stay_in_step(daemon: Daemon, opened: Callable[[], Browser]) -> None:
    one, two = opened(), opened()
    deck = daemon.parts.engine.decks["a"]
    # What one page moves, moves the sound and the other page.
    name = one.page.locator("#deck-a .latents-part .faders .label").first.inner_text()
    fader = one.fader("a", name)
    fader.focus()
    fader.press("End")
    two.until(f"{FADER}[0].ariaValueNow === {FADER}[0].ariaValueMax")
    # What comes over OSC, is shown by both.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as osc:
        osc.sendto(message("/gain", -9.0), ("127.0.0.1", daemon.port))
        gain = "document.querySelector('#deck-a .switches .fader').ariaValueText === '−9.0 dB'"
        for browser in (one, two):
            browser.until(gain)
        # A model that is swapped under the pages brings its own faders.
        osc.sendto(message("/model/load", "metal"), ("127.0.0.1", daemon.port))
        for browser in (one, two):
            browser.until(f"{FADER}.length === 6")
            browser.until("document.querySelector('#deck-a .model').value === 'metal'")
    # What one page floods, the other one plays on.
    one.page.evaluate(FLOOD, 3000)
    one.until(lambda: deck.gain_db == -7)
    mute = two.page.locator("#deck-a").get_by_role("button", name="mute", exact=True)
    mute.click()
    two.until(lambda: deck.muted)
    assert daemon.status()["faults"] == 0
