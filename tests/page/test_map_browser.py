"""The map and the spectrum in Chromium: touched, drawn upon, by keyboard; seen by their pixels."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.page.browser import Browser

Drive = Callable[..., None]
#: How many pixels of a canvas are as bright as what is drawn, of all its points.
_BRIGHT = """([selector, from, to]) => {
  const canvas = document.querySelector(selector);
  const { width, height } = canvas;
  const left = Math.round(from * width);
  const across = Math.max(1, Math.round((to - from) * width));
  const { data } = canvas.getContext("2d").getImageData(left, 0, across, height);
  let bright = 0;
  for (let at = 0; at < data.length; at += 4)
    bright += data[at + 3] > 60 && Math.max(data[at], data[at + 1], data[at + 2]) > 100;
  return bright;
}"""
_MAP = "#deck-a .map canvas"


def bright(browser: Browser, canvas: str, start: float = 0.0, end: float = 1.0) -> int:
    found: int = browser.page.evaluate(_BRIGHT, [canvas, start, end])
    return found


def tell_map(stage: Any, memory: str = "jazz", styles: tuple[str, ...] = ("jazz",)) -> None:
    """What the daemon answers to ``/map/points``: points in the left half."""
    stage.say("/map.reply", "a", memory, 100 * len(styles), "bass", "")
    for style in styles:
        spots = [(0.05 + 0.004 * at, 0.1 + 0.008 * at) for at in range(100)]
        for first in (0, 50):
            numbers = [number for spot in spots[first : first + 50] for number in spot]
            stage.say("/map/points.reply", "a", memory, style, first, *numbers)
    stage.say("/done", "/deck/a/map/points", 100)


def opened(browser: Browser, later: Callable[..., None], stage: Any) -> Any:
    """The map of deck a, with its points."""
    area = browser.page.locator("#deck-a .map")
    area.wait_for()
    assert "choose one as source" in area.inner_text()
    later(stage.say, "/get.reply", "/deck/a/memory/load", "jazz")
    browser.until(lambda: ("/deck/a/map/points", ()) in stage.sent)
    later(tell_map, stage)
    browser.until(lambda: bright(browser, _MAP, 0, 0.5) > 200)
    return area


def sent(stage: Any, address: str) -> list[tuple[Any, ...]]:
    return [values for path, values in stage.sent if path == address]


def test_touched_drawn_upon_and_by_keyboard(drive: Drive, stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        area = opened(browser, later, stage)
        mouse = browser.page.mouse
        assert bright(browser, _MAP, 0.6, 1) == 0
        browser.until(lambda: area.locator(".across").inner_text() == "bass →")
        browser.until(lambda: "100 seconds of music" in area.get_attribute("aria-label"))
        # The dot of what sounds is drawn where it is.
        later(stage.say, "/get.reply", "/deck/a/map", 0.8, 0.5)
        browser.until(lambda: bright(browser, _MAP, 0.7, 0.9) > 100)
        # A touch goes there.
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.25 * box["height"])
        browser.until(lambda: sent(stage, "/deck/a/map"))
        assert sent(stage, "/deck/a/map")[0] == pytest.approx((0.25, 0.75), abs=0.01)
        # A way is drawn, and then walked.
        mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.9 * box["height"])
        mouse.down()
        mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"], steps=100)
        mouse.up()
        browser.until(lambda: sent(stage, "/deck/a/map/way"))
        seconds, *way = sent(stage, "/deck/a/map/way")[0]
        assert seconds == 10
        assert 4 <= len(way) <= 128
        assert (*way[:2], *way[-2:]) == pytest.approx((0.6, 0.1, 0.9, 0.9), abs=0.03)
        browser.until(lambda: bright(browser, _MAP, 0.6, 0.9) > 500)  # it is seen
        # By keyboard: a cross that moves from the dot, Enter, and a way of two places.
        stage.sent.clear()
        area.focus()
        for key in ("ArrowRight", "ArrowUp", "Enter"):
            area.press(key)
        browser.until(lambda: sent(stage, "/deck/a/map"))
        assert sent(stage, "/deck/a/map")[0] == pytest.approx((0.83, 0.53), abs=0.001)
        for key in ("w", "ArrowLeft", "Enter"):
            area.press(key)
        browser.until(lambda: sent(stage, "/deck/a/map/way"))
        assert sent(stage, "/deck/a/map/way")[0][1:] == pytest.approx((0.83, 0.53, 0.8, 0.53))
        # With the finger: it is followed at once.
        browser.page.locator("#deck-a").get_by_label("a drawn way").select_option("")
        stage.sent.clear()
        area.scroll_into_view_if_needed()
        box = area.bounding_box()
        mouse.move(box["x"] + 5, box["y"] + 5)
        mouse.down()
        mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"], steps=5)
        mouse.up()
        browser.until(lambda: len(sent(stage, "/deck/a/map")) == 6)
        assert not sent(stage, "/deck/a/map/way")

    drive(test)


def test_the_map_follows_its_memory(drive: Drive, stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        opened(browser, later, stage)
        legend = page.locator("#deck-a .legend")
        # All genres: the others can be loaded.
        legend.get_by_role("button", name="all genres").click()
        browser.until(lambda: ("/deck/a/map/points", ("all",)) in stage.sent)
        later(tell_map, stage)
        later(tell_map, stage, "metal", ("metal", "punk"))
        legend.get_by_role("button", name="Load the memory metal").first.click()
        browser.until(lambda: ("/deck/a/memory/load", ("metal",)) in stage.sent)
        # Whoever loaded it, the points are asked for again.
        stage.sent.clear()
        later(stage.say, "/get.reply", "/deck/a/memory/load", "metal")
        browser.until(lambda: sent(stage, "/deck/a/map/points"))
        # Another model brings its own, or none.
        later(stage.load, "a", "clip", 2)
        page.get_by_text("The map is drawn of a memory").first.wait_for()
        browser.until(lambda: bright(browser, _MAP) == 0)
        stage.sent.clear()
        later(stage.say, "/get.reply", "/deck/a/memory/load", "one")
        browser.until(lambda: sent(stage, "/deck/a/map/points"))
        # A memory of a moment: a single point, in the middle.
        later(stage.say, "/map.reply", "a", "one", 1, "", "")
        later(stage.say, "/map/points.reply", "a", "one", "short", 0, 0.5, 0.5)
        browser.until(lambda: bright(browser, _MAP, 0.4, 0.6) > 5)

    drive(test)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_spectrum_is_drawn(drive: Drive, stage: Any, motion: str) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        canvas = "#sound canvas"
        browser.fader("a", "0 louder").wait_for()
        assert bright(browser, canvas) == 0
        levels = [-20.0 if 20 <= band < 44 else -120.0 for band in range(64)]
        later(stage.say, "/spectrum.reply", *levels)
        browser.until(lambda: bright(browser, canvas) > 0)
        edges = [bright(browser, canvas, at, at + 0.1) > 0 for at in (0.05, 0.45, 0.89)]
        # A moment at the right edge, which scrolls; or bars that stand, the bass on the left.
        assert edges == ([False, True, False] if motion == "reduce" else [False, False, False])
        last = bright(browser, canvas, 0.98, 1.0)
        assert (last > 0) == (motion != "reduce")
        if motion != "reduce":
            for _ in range(20):
                later(stage.say, "/spectrum.reply", *[-120.0] * 64)
                browser.page.wait_for_timeout(40)
            browser.until(lambda: bright(browser, canvas, 0.99, 1.0) == 0)
            assert bright(browser, canvas, 0.0, 1.0) > 0  # it has moved on

    drive(test, motion=motion)


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_shifts_while_it_is_built(drive: Drive, stage: Any, width: int) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        opened(browser, later, stage)
        shifted = browser.page.evaluate("""() => new Promise((done) => {
          let sum = 0;
          const observer = new PerformanceObserver((list) => {
            for (const { value } of list.getEntries()) sum += value;
          });
          observer.observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 200);
        })""")
        assert shifted < 0.005

    drive(test, width=width)


@pytest.fixture(scope="module")
def axe(root: Path) -> Path:
    """The rules of axe-core; `npm install` in examples/hosts brings them."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    modules = os.environ.get("MUSICVAE_NODE_MODULES") or root / "examples/hosts/node_modules"
    rules = Path(modules) / "axe-core" / "axe.min.js"
    if not rules.exists():
        pytest.skip("axe-core is not installed: npm install in examples/hosts")
    return rules


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_no_fault(drive: Drive, stage: Any, axe: Path, width: int) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        opened(browser, later, stage)
        for source in ("tape", "prior"):
            later(stage.say, "/get.reply", f"/deck/a/{source}/load", "one")
        later(stage.say, "/get.reply", "/deck/a/source", "memory")
        later(stage.say, "/memory/list.reply", "jazz", 60.0, "jazz swing", "CC0-1.0", "")
        later(stage.say, "/done", "/memory/list", 1)
        later(stage.say, "/preset/list.reply", "warm")
        later(stage.say, "/done", "/deck/a/preset/list", 1)
        later(tell_map, stage, "metal", ("metal",))
        page.get_by_role("button", name="warm").wait_for()
        page.add_script_tag(path=str(axe))
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        faults = [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]
        assert faults == []

    drive(test, width=width, policy=False)
