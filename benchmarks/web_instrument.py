"""Measures an instrument in Chromium: how fast it decodes, how soon a hand is heard, how true.

    python benchmarks/web_instrument.py [jazz] [--seconds 20] | tee figures.txt

`musicvae page` writes the models into a folder, which is served on this machine. The page plays for
so long, and tells what it tells people; then its own modules are used to decode without a pause, to
compare samples with those of Python, and to time a hand: from a change of the gain to samples that
are not silent, behind the audio thread. A machine that does something else makes it slower.
"""

from __future__ import annotations

import argparse
import functools
import re
import shutil
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.instrument.writing import write_instrument
from musicvae.runtime.stream_decoder import StreamDecoder

_OPEN = """
  const { Decoder, openRuntime, read } = await import("./instrument/engine/decoder.js");
  const { models: [model], runtime } = await (await fetch("instrument.json")).json();
  const address = (path) => new URL(path, location.href).href;
  const files = { script: address(runtime.script), wasm: address(runtime.wasm) };
  const ort = await openRuntime(files);
  const decoder = await Decoder.open(ort, await read(address(model.file)), model.info);
"""
#: The sound of latents, and the seconds that each block of some frames took.
_DECODE = f"""async ([rows, frames]) => {{{_OPEN}
  const [sound, took] = [[], []];
  for (let at = 0; at < rows.length; at += frames) {{
    const block = Float32Array.from(rows.slice(at, at + frames).flat());
    const begun = performance.now();
    const audio = await decoder.push(block);
    took.push((performance.now() - begun) / 1000);
    sound.push(...audio);
  }}
  return [sound, took];
}}"""
#: Says when silence ends, behind the audio thread.
_EAR = """
class Ear extends AudioWorkletProcessor {
  process([[samples]]) {
    const loud = samples?.some((one) => Math.abs(one) > 1e-6) ?? false;
    if (loud && !this.loud) this.port.postMessage("heard");
    this.loud = loud;
    return true;
  }
}
registerProcessor("ear", Ear);
"""
#: Milliseconds from a hand to samples, often; what the browser says of its device; interruptions.
_HANDS = """async (count) => {
  const { Sound } = await import("./instrument/sound.js");
  const index = await (await fetch("instrument.json")).json();
  let late = 0;
  const sound = new Sound(index, (told) => (late = told.late ?? late));
  const { output } = sound;
  await sound.load({ ...index.models[0], memory: null }, [["/gain", [-96]], ["/latent/0", [1]]]);
  await output.resume();
  await output.context.audioWorklet.addModule("ear.js");
  const ear = new AudioWorkletNode(output.context, "ear");
  output.node.connect(ear);
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const took = [];
  await pause(5000); // it finds out how little needs to wait
  for (let number = 0; number < count; number += 1) {
    sound.set("/gain", [-96]);
    await pause(400 + 20 * Math.random());
    const begun = performance.now();
    sound.set("/gain", [0]);
    await new Promise((heard, fail) => {
      ear.port.onmessage = heard;
      setTimeout(() => fail(new Error("nothing was heard")), 5000);
    });
    took.push(performance.now() - begun);
  }
  const device = 1000 * output.delay;
  await output.context.close();
  return [took, device, late];
}"""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            pass

    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/"
        http.shutdown()


def play(page: Any, seconds: float, picture: Path | None = None) -> None:
    """Let the page play, print what it says, and take a picture."""
    page.evaluate("window.touched = performance.now()")
    page.get_by_role("button", name="play", exact=True).click()
    speed, late = page.locator("#speed"), page.locator("#late")
    while not speed.inner_text().endswith("×"):
        page.wait_for_timeout(10)
    begun = page.evaluate("performance.now() - touched") / 1000
    speeds = []
    for _ in range(max(1, round(seconds))):
        page.wait_for_timeout(1000)
        speeds.append(float(re.sub(r"[^\d.]", "", speed.inner_text())))
    if picture is not None:
        page.screenshot(path=picture)
    print(f"| from the first touch to the sound | {begun:.1f} s |")
    print(f"| speed while it plays, median | {statistics.median(speeds):.1f} × real time |")
    print(f"| latency that it states | {page.locator('#latency').inner_text()} |")
    print(f"| interruptions in {len(speeds)} s | {late.inner_text()} |", flush=True)


def decode(page: Any, artifact: Path) -> None:
    """Decode without a pause, and compare."""
    decoder = StreamDecoder(artifact)
    info = decoder.info
    frames = round(2 * info.sample_rate / info.hop)
    rows = decoder.walk(frames, seed=1)
    expected = decoder.decode(rows).ravel()
    for together in (1, 2, 4, 8):
        sound, took = page.evaluate(_DECODE, [rows.tolist(), together])
        each = together * info.hop / info.sample_rate
        # A browser's clock has steps of 0.1 ms or more: a mean evens them out, a median does not.
        speed = each / max(statistics.fmean(took), 1e-6)
        print(f"| speed without a pause, {together} frames at once | {speed:.1f} × real time |")
    difference = np.abs(np.array(sound, np.float32) - expected).max()
    print(f"| largest difference to Python | {difference:.1e} of full scale |", flush=True)


def hands(page: Any, artifact: Path, count: int) -> None:
    """Time a hand."""
    info = StreamDecoder(artifact).info
    took, device, late = page.evaluate(_HANDS, count)
    p50, p90 = np.percentile(took, (50, 90))
    own = 1000 * info.latency / info.sample_rate
    print(f"| from a hand to samples, p50 | {p50:.0f} ms |\n| p90 | {p90:.0f} ms |")
    print(f"| the decoder's own latency, for latents | {own:.0f} ms |")
    print(f"| the browser's and the device's, as it states | {device:.0f} ms |")
    print(f"| from a hand on a latent to the sound, p50 | {p50 + own + device:.0f} ms |")
    print(f"| interruptions meanwhile | {late} |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="*", default=["jazz"])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--hands", type=int, default=30)
    parser.add_argument("--picture", type=Path, metavar="PNG", help="of the page while it plays")
    options = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        written = write_instrument(options.models, Path(place) / "page")
        print("| | |\n|---|---|")
        for name, size in written.sizes.items():
            print(f"| {name} | {size / 1e6:.2f} MB |")
        allowed = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=chromium, args=allowed)
        (artifact, *_) = sorted((written.folder / "models").glob("*.onnx"))
        (written.folder / "ear.js").write_text(_EAR, "utf-8")
        with served(written.folder) as address:
            works: list[Callable[[Any], None]] = [
                lambda page: play(page, options.seconds, options.picture),
                lambda page: decode(page, artifact),
                lambda page: hands(page, artifact, options.hands),
            ]
            for work in works:
                page = browser.new_page(
                    viewport={"width": 1200, "height": 800}
                )  # each in a tab of its own
                page.goto(address)
                page.get_by_role("button", name="play", exact=True).wait_for()
                work(page)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
