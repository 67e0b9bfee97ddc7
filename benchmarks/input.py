"""Prints how fast a sound is encoded and decoded, and how long it takes from JACK port to port.

    python benchmarks/input.py                    # one thread, no device
    python benchmarks/input.py --jack             # also sound in -> sound out, over JACK
    python benchmarks/input.py --jack --rates 44100 --blocks 256

The first table is the processor time of one thread. *The models alone* is a program of its own that
calls ``push`` of the encoder and of the decoder, a step (1 024 samples) at a time. The others are
one engine that plays the ready model with a sound, in blocks of 512 sample frames, beside the same
without encoding, and with encoders that hear in turns (``/input/overlap 1``), as they do live.
All are in milliseconds for 512 sample frames. The second table is measured with clicks
that JACK's ``jack_metro`` plays: from the click to what comes out, beside ``jack_thru``, which
copies, in the same run. The limit at the median is what copying takes, the model's own latency (its
windows and one step of its encoder, resampled where the rates differ) and 3 ms; at the 99th
percentile two steps more. ``jack_thru`` copies inside JACK's callback; whoever computes beside the
callback, so that it never waits, gives a block back with the next one.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import jack_room
import numpy as np
import soundfile

import musicvae as mv
from musicvae.live.transforming import Transformation, Transformer

BLOCK = 512
#: Clicks a minute, and how long they are listened to, in seconds.
_BPM, _SECONDS = 120, 12.0
#: Milliseconds that may come on top.
_SPARE_MS = 3.0
HEAD = (
    "| JACK | copies, p50 | p99 | model | live, p50 | limit | live, p99 | limit | within |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="jazz", help="a ready model (default: jazz)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of sound (default: 10)")
    parser.add_argument("--jack", action="store_true", help="measure over JACK, too")
    parser.add_argument("--rates", type=int, nargs="+", default=[44_100, 48_000], help="of JACK")
    parser.add_argument("--blocks", type=int, nargs="+", default=[512, 256], help="of JACK")
    options = parser.parse_args()
    print("| | ms a block | × real time | × decoding alone |")
    print("| --- | ---: | ---: | ---: |")
    taken, times = models_alone(options.model, options.seconds)
    print(f"| encode + decode, the models alone | {taken:.2f} | {times:.0f} | |")
    alone = None
    for name, source, decks, overlap in (
        ("decode", "held", "a", False),
        ("encode + decode", "input", "a", False),
        ("encode + decode on both decks", "input", "ab", False),
        ("encode in turns + decode", "input", "a", True),
    ):
        taken, times = speed(options.model, source, options.seconds, decks, overlap=overlap)
        alone = alone or taken
        print(f"| {name} | {taken:.2f} | {times:.0f} | {taken / alone:.2f} |")
    if options.jack:
        jack_room.needs("jackd", "jack_metro", "jack_thru", "jack_connect", "jack_capture")
        print(f"\n{HEAD}")
        for rate in options.rates:
            for block in options.blocks:
                print(row(options.model, rate, block), flush=True)


def row(model: str, rate: int, block: int) -> str:
    """How long sound takes through the model, beside copying, in milliseconds."""
    copies, ours = (
        np.percentile(through_jack(program, rate, block), (50, 99)) * 1000
        for program in (None, model)
    )
    playing = Transformer(model, sample_rate=rate)
    own = 1000 * (playing.heard_after + playing.played_after)
    limit = copies[0] + own + _SPARE_MS
    limits = np.array((limit, limit + 2 * 1000 * playing.step))
    kept = "yes" if all(ours <= limits) else "no"
    cells = [f"{value:.1f}" for value in (*copies, own, ours[0], limits[0], ours[1], limits[1])]
    return f"| {rate} Hz, {block} | {' | '.join([*cells, kept])} |"


def models_alone(model: str, seconds: float) -> tuple[float, float]:
    """As :func:`speed`, of the encoder and the decoder without an engine around them."""
    encoder, decoder = mv.Encoder(model), mv.StreamDecoder(model)
    hop, rate = encoder.info.hop, encoder.info.sample_rate
    random = np.random.default_rng(0)
    sound = (0.1 * random.standard_normal((hop, encoder.info.channels))).astype(np.float32)
    taken = []
    for _ in range(round(seconds * rate / hop)):
        started = time.thread_time()
        latents = encoder.push(sound)
        decoder.push(np.repeat(latents, decoder.info.stride, axis=0))
        taken.append(time.thread_time() - started)
    median = float(np.median(taken))
    return 1000 * median * BLOCK / hop, hop / rate / median


def speed(
    model: str, source: str, seconds: float, decks: str = "a", *, overlap: bool = False
) -> tuple[float, float]:
    """Milliseconds of a block, the median, and how many times as fast as real time that is.

    Both decks play the same model, and hear through one encoder, or through several in turns.
    """
    transformer = Transformer(model, Transformation(gate=-120.0, overlap=overlap))
    engine, handle = transformer.engine, transformer._handle
    voice = engine.decks["a"].voice
    name = "" if voice is None else voice.name
    if len(decks) > 1:
        first: list[list[Any]] = [["/model/load", name], ["/input/load", name], ["/play", 1]]
        for message in first:
            command = handle.restore(message, "b")
            engine.post(command, payloads=(handle.payload(command),))
            engine.settle()
        transformer._do(["/crossfade", 0.5])
    transformer._do(["/source", source])
    random = np.random.default_rng(0)
    sound = (0.1 * random.standard_normal((BLOCK, 2))).astype(np.float32)
    out = np.zeros((BLOCK, engine.channels), np.float32)
    taken = []
    for _ in range(round(seconds * engine.sample_rate / BLOCK)):
        # A step of the encoder lasts two blocks: they are timed together.
        started = time.thread_time()
        engine.render(out, sound)
        engine.render(out, sound)
        taken.append((time.thread_time() - started) / 2)
    median = float(np.median(taken))
    return 1000 * median, BLOCK / engine.sample_rate / median


def through_jack(model: str | None, rate: int, block: int = BLOCK) -> np.ndarray:
    """Seconds from each click to what comes out, as captured side by side."""
    with jack_room.jack_server(rate, block), tempfile.TemporaryDirectory() as folder:
        command = ["jack_thru"]
        if model is not None:
            command = jack_room.live(Path(model), block=block)
            command += ["--device", "system", "--input", "system"]
        path = Path(folder) / "heard.wav"
        program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        metro = subprocess.Popen(
            ["jack_metro", "-b", str(_BPM), "-A", "0.9", "-D", "20", "-f", "1000", "-n", "metro"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            heard, made = ("in_", "out_0") if model else ("thru:input_1", "thru:output_1")
            jack_room.until(lambda: all(map(_ports, ("metro:", heard, made))), 60)
            inputs, outputs = _ports(heard), _ports(made)
            for port in inputs:
                subprocess.run(["jack_connect", _ports("metro:")[0], port], capture_output=True)
            time.sleep(4.0)  # the clocks settle
            subprocess.run(
                [
                    *("jack_capture", "--no-stdin", "-c", "2", "-b", "FLOAT"),
                    *("-d", f"{_SECONDS:g}", "-p", _ports("metro:")[0], "-p", outputs[0]),
                    str(path),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ,
            )
        finally:
            for process in (program, metro):
                process.terminate()
                process.wait()
        sound, _ = soundfile.read(path, dtype="float32")
    return delays(sound, rate)


def _ports(*parts: str) -> list[str]:
    """The JACK ports whose names contain all of these."""
    listed = subprocess.run(["jack_lsp"], capture_output=True, text=True).stdout.splitlines()
    return [port for port in listed if all(part in port for part in parts)]


def delays(sound: np.ndarray, rate: int) -> np.ndarray:
    """Seconds from each click of the first channel to where the second rises, float64 (clicks,).

    It rises where its level over 2 ms first exceeds a quarter of its peak until the next click.
    """
    level = np.abs(sound)
    window = round(0.002 * rate)
    mean = np.ones(window) / window
    smooth = np.stack([np.convolve(row, mean)[: len(row)] for row in level.T])
    loud = smooth[0] > 0.25 * smooth[0].max()
    starts = np.flatnonzero(loud & ~np.concatenate([[False], loud[:-1]]))
    starts = starts[np.concatenate([[True], np.diff(starts) > 0.3 * rate])]
    found = []
    for start in starts:
        part = smooth[1, start : start + round(0.4 * rate)]
        if len(part) == round(0.4 * rate) and part.max() > 1e-3:
            found.append(float(np.argmax(part > 0.25 * part.max())) / rate)
    return np.array(found)


if __name__ == "__main__":
    main()
