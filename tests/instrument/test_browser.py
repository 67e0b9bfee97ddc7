"""The instrument in Chromium: it sounds as in Python, plays by itself, and says what fails."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.instrument.writing import write_instrument
from musicvae.limiter import Limiter
from musicvae.live.resampling import Resampler
from musicvae.runtime.stream_decoder import StreamDecoder
from tests.instrument.browsing import Visit
from tests.instrument.serving import serving

#: Of full scale: WebAssembly adds up in another order.
TOLERANCE = 1e-4
#: Decodes latents in blocks of some frames, with the page's own decoder.
DECODE = """async ([number, rows, frames]) => {
  const { Decoder, openRuntime, read } = await import("./instrument/engine/decoder.js");
  const { models, runtime } = await (await fetch("instrument.json")).json();
  const address = (path) => new URL(path, location.href).href;
  const files = { script: address(runtime.script), wasm: address(runtime.wasm) };
  const { file, info } = models[number];
  const decoder = await Decoder.open(await openRuntime(files), await read(address(file)), info);
  const sound = [];
  for (let at = 0; at < rows.length; at += frames) {
    sound.push(...await decoder.push(Float32Array.from(rows.slice(at, at + frames).flat())));
  }
  return sound;
}"""
#: Lets a voice play into a port of ours, as the audio thread would; tells of trouble first.
VOICE = """async ([number, values, wanted, rate]) => {
  const { models, runtime } = await (await fetch("instrument.json")).json();
  const address = (path) => new URL(path, location.href).href;
  const files = { script: address(runtime.script), wasm: address(runtime.wasm) };
  const worker = new Worker("instrument/engine/worker.js", { type: "module" });
  const { port1, port2 } = new MessageChannel();
  const { file, info } = models[number];
  const sound = [];
  const said = [];
  const model = address(file);
  const open = { runtime: files, model, memory: null, info, rate, port: port1, values };
  await new Promise((whole, failed) => {
    worker.postMessage({ open }, [port1]);
    worker.onmessage = ({ data }) => said.push(data) && data.failed && failed(data.failed);
    port2.onmessage = ({ data }) => {
      if (data === "ready") return;
      sound.push(...data);
      const played = sound.length / info.channels;
      port2.postMessage({ pulled: played, played, interruptions: 0 });
      if (sound.length >= wanted * info.channels) whole();
    };
  });
  worker.terminate();
  return { sound, trouble: said.filter((one) => one.trouble).length, said };
}"""
#: Counts how often the page begins with the audio device.
COUNT_CONTEXTS = """
  globalThis.contexts = 0;
  globalThis.AudioContext = class extends AudioContext {
    constructor(options) {
      super(options);
      contexts += 1;
    }
  };
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    reason = "playwright, which drives Chromium, is not installed"
    api = pytest.importorskip("playwright.sync_api", reason=reason)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, instrument: Path) -> Iterator[Callable[..., Visit]]:
    """Visits the instrument, or another folder; what was opened must have had no problems."""
    visits = []
    with serving(instrument) as address:

        def make(**options: Any) -> Visit:
            visits.append(Visit(chromium, address, **options))
            return visits[-1]

        yield make
        for each in visits:
            each.end()


@pytest.mark.parametrize("frames", [1, 3])
def test_the_same_latents_sound_as_in_python(
    visit: Callable[..., Visit], instrument: Path, frames: int
) -> None:
    page = visit().page
    for number, name in enumerate(("jazz", "metal")):
        decoder = StreamDecoder(instrument / "models" / f"{name}.onnx")
        rows = decoder.walk(60, seed=2)
        sound = np.array(page.evaluate(DECODE, [number, rows.tolist(), frames]))
        expected = decoder.decode(rows).ravel()
        assert np.abs(expected).max() > 0.1
        np.testing.assert_allclose(sound, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(("number", "name"), [(0, "jazz"), (1, "metal")])
def test_a_voice_sounds_as_in_python(
    visit: Callable[..., Visit], instrument: Path, number: int, name: str
) -> None:
    values = [["/gain", [-3.0]], ["/latent/0", [1.5]], ["/latent/2", [-2.0]]]
    found = visit().page.evaluate(VOICE, [number, values, 8000, 44_100])
    decoder = StreamDecoder(instrument / "models" / f"{name}.onnx")
    rate, channels = decoder.info.sample_rate, decoder.info.channels
    sound = np.array(found["sound"], np.float32).reshape(-1, channels)
    rows = np.zeros((len(sound) // 256 + 2, 4), np.float32)
    rows[:, 0], rows[:, 2] = 1.5, -2.0
    expected = decoder.decode(rows)
    if rate != 44_100:  # the same for all models, so that each can take over from any other
        higher = Resampler(rate, 44_100, channels, len(expected))
        out = np.zeros((higher.most, channels), np.float32)
        expected = out[: higher.push(expected, out)]
    expected *= np.float32(10 ** (-3 / 20))
    Limiter(len(expected), channels).apply(expected)
    assert np.abs(sound).max() > 0.1
    np.testing.assert_allclose(sound, expected[: len(sound)], rtol=0, atol=TOLERANCE)
    assert found["trouble"] == 0


def test_it_plays_by_itself_and_obeys(visit: Callable[..., Visit]) -> None:
    there = visit(script=COUNT_CONTEXTS)
    page = there.page
    there.play()
    level = "document.getElementById('meters').ariaLabel"
    there.until(f"Number(/-?\\d+/.exec({level})) > -40")
    # The audio clock runs, and the memory plays on.
    place = "document.querySelector('.map').ariaValueText"
    there.until(f"{place}?.startsWith('track ')")
    before = page.evaluate(place)
    there.until(f"{place} !== {json.dumps(before)}")
    # A hand on the plane, while the memory plays: the fader of its latent shows it, and keeps it.
    plane = page.get_by_role("slider", name="Plane of deck a")
    plane.focus()
    plane.press("ArrowRight")
    fader = "document.querySelector('.latents-part .fader')"
    there.until(f"Number({fader}.ariaValueNow) > 0")
    moved = page.evaluate(f"{fader}.ariaValueNow")
    now = page.evaluate(place)
    there.until(f"{place} !== {json.dumps(now)}")
    assert page.evaluate(f"{fader}.ariaValueNow") == moved
    # With nothing else that moves it, the live mark is where the hand is.
    page.get_by_role("button", name="held", exact=True).click()
    page.locator(".latents-part .fader").first.scroll_into_view_if_needed()
    live, mark = (
        f"document.querySelector('.latents-part .{part}').style.left" for part in ("live", "mark")
    )
    there.until(f"Math.abs(parseFloat({live}) - parseFloat({mark})) < 0.01")
    page.get_by_role("button", name="all to 0").click()
    there.until(f"{live} === '50%'")
    # Touching the map goes there.
    page.get_by_role("button", name="memory", exact=True).click()
    page.get_by_role("slider", name="Map of the memory").press("End")
    there.until(f"{place}.startsWith('track 3')")
    # Another model, of another rate, takes over; it has no memory, and so it walks.
    page.get_by_label("Model").select_option("metal")
    there.until("!document.querySelector('.map')")
    there.until("document.getElementById('lost').hidden")
    page.get_by_role("button", name="walk", exact=True, pressed=True).wait_for()
    now = page.evaluate(live)
    there.until(f"{live} !== {json.dumps(now)}")
    assert page.evaluate("contexts") == 1
    page.get_by_role("button", name="stop").click()
    page.get_by_role("button", name="play").wait_for()


def test_it_comes_again_without_a_network(visit: Callable[..., Visit], instrument: Path) -> None:
    there = visit()
    there.until("navigator.serviceWorker.controller !== null")
    for path in instrument.rglob("*.*"):
        path.unlink()  # the host has nothing any more
    there.page.reload()
    there.play()


def test_it_fits_a_phone(visit: Callable[..., Visit]) -> None:
    there = visit(width=360)
    page = there.page
    there.play()
    page.get_by_role("slider", name="Map of the memory").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    crowded = "[...document.querySelectorAll('#figures dd')]"
    crowded += ".filter((one) => one.scrollWidth > one.parentElement.clientWidth).length"
    assert page.evaluate(crowded) == 0
    low = "[...document.querySelectorAll('button, select, .fader')]"
    low += ".filter((one) => one.offsetParent && one.offsetHeight < 40).length"
    assert page.evaluate(low) == 0


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(visit: Callable[..., Visit], root: Path, width: int) -> None:
    modules = os.environ.get("MUSICVAE_NODE_MODULES") or root / "examples/hosts/node_modules"
    axe = Path(modules) / "axe-core" / "axe.min.js"
    if not axe.is_file():
        pytest.skip("axe-core is not installed: run `npm install` in examples/hosts")
    there = visit(width=width)
    there.play()
    there.page.evaluate(axe.read_text("utf-8"))
    found = there.page.evaluate("axe.run()")
    assert len(found["passes"]) > 15
    assert {each["id"]: each["nodes"][0]["html"] for each in found["violations"]} == {}


@pytest.mark.parametrize("name", ["AudioWorkletNode", "WebAssembly", "DecompressionStream"])
def test_a_browser_that_cannot_play_says_so(visit: Callable[..., Visit], name: str) -> None:
    page = visit(script=f"delete globalThis.{name}").page
    said = page.locator("#lost")
    said.get_by_text("cannot play").wait_for()
    assert name.removesuffix("Node") in said.inner_text()


def test_a_file_that_is_missing_is_named(visit: Callable[..., Visit], instrument: Path) -> None:
    (instrument / "models" / "jazz.onnx").unlink()
    there = visit(expected="404")
    there.page.get_by_role("button", name="play", exact=True).click()
    there.page.get_by_text("jazz.onnx is missing (404)").wait_for()
    # What was there before can be played.
    there.page.get_by_label("Model").select_option("metal")
    there.play()


def test_latents_beyond_a_decoder_are_told_and_it_goes_on(
    chromium: Any, make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    model = make_stream(sounding="Sqrt", sample_rate=44_100, hop=256)
    folder = write_instrument([model], tmp_path / "page").folder
    with serving(folder) as address:
        there = Visit(chromium, address)
        found = there.page.evaluate(VOICE, [0, [["/latent/0", [3.0]]], 4000, 44_100])
        there.end()
    assert found["trouble"] > 0
    assert np.isfinite(found["sound"]).all()
    assert any("beyond what the decoder" in said.get("trouble", "") for said in found["said"])
