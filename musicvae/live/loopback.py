"""Measures how long sound takes to go out of a device and come back in, over a cable or over JACK.

A click goes out every half second, and is looked for in what comes in with a matched filter: a
sweep of 5 ms has one sharp maximum, also where the way colours it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from musicvae.audio import Samples
from musicvae.errors import DeviceError, SettingError
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.limits import BLOCK_RANGE
from musicvae.live.options import Options
from musicvae.live.outputs.output import choose
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.transforming import Transformer
from musicvae.paths import AnyPath
from musicvae.text import printable

#: Seconds from click to click, and the longest way that is measured.
EVERY, LONGEST = 0.5, 0.45
#: Clicks that are measured.
CLICKS = 20
#: Seconds at the beginning that are not measured: what waits in the devices is still settling.
_SETTLING = 6.0
#: Seconds to make a connection in.
_PATIENCE = 20.0
#: Seconds of a click, its lowest and highest frequency in Hz, and its peak.
_LENGTH, _LOW, _HIGH, _PEAK = 0.005, 500.0, 6000.0, 0.25
#: How like the click must be what comes back, as a correlation, and how loud at least.
_ALIKE, _FAINT = 0.5, 1e-4


def click(rate: int) -> Samples:
    """A sweep upwards under a Hann window, float32 (samples,), at ``rate`` Hz."""
    seconds = np.arange(round(_LENGTH * rate)) / rate
    turns = _LOW * seconds + (min(_HIGH, 0.4 * rate) - _LOW) * seconds**2 / (2 * _LENGTH)
    sound = _PEAK * np.hanning(len(seconds)) * np.sin(2 * np.pi * turns)
    return sound.astype(np.float32)


def delay_of(sound: Samples, played: Samples) -> int | None:
    """Where a click is in what came back, in samples; ``None`` where it is not.

    Args:
        sound: float32 (samples,), from the moment on at which the click was played.
        played: the click, float32 (fewer samples,).
    """
    heard = np.nan_to_num(sound.astype(np.float64))
    match = np.abs(np.correlate(heard, played, "valid"))
    at = int(np.argmax(match))
    part = heard[at : at + len(played)]
    size = float(np.linalg.norm(part) * np.linalg.norm(played))
    if np.abs(part).max() < _FAINT or match[at] < _ALIKE * size:
        return None
    return at


class Clicks:
    """Plays clicks and keeps what comes back.

    Args:
        rate: in Hz.
        hear: writes what comes in, float32 (sample frames, 2), as ``Input.read`` does.
        seconds: that are kept.

    Attributes:
        frame: sample frames that were played.
    """

    def __init__(self, rate: int, hear: Callable[[Samples], None], seconds: float) -> None:
        self.frame = 0
        self.click = click(rate)
        self.every = round(EVERY * rate)
        self._hear = hear
        self._block = np.zeros((BLOCK_RANGE[1], CHANNELS), np.float32)
        self._kept = np.zeros(round(seconds * rate), np.float32)
        self._cycle = np.zeros(self.every, np.float32)
        self._cycle[: len(self.click)] = self.click
        self._places = np.arange(BLOCK_RANGE[1])
        self._longest = round(LONGEST * rate)

    def render(self, out: Samples) -> None:
        """Play the next sample frames, float32 (sample frames, channels); keep what comes in."""
        frames = len(out)
        heard = self._block[:frames]
        self._hear(heard)
        room = min(frames, len(self._kept) - self.frame)
        if room > 0:
            self._kept[self.frame : self.frame + room] = heard[:room, 0]
        out[:] = self._cycle[(self.frame + self._places[:frames]) % self.every, None]
        self.frame += frames

    @property
    def complete(self) -> int:
        """Clicks that were played, and whose return would have been heard by now."""
        return min(self.frame, len(self._kept)) // self.every

    def delay(self, number: int) -> int | None:
        """Sample frames after which a click that is complete came back; ``None``: it did not."""
        at = number * self.every
        return delay_of(self._kept[at : at + self._longest], self.click)


@dataclass(frozen=True)
class Loop:
    """What was measured.

    Attributes:
        delays: seconds from sound out to sound in, float64 (clicks that came back,).
        played: how many clicks were to come back.
        reported: milliseconds that the devices and what waits for them take, as ``/status`` adds
            them up.
        shared: whether one device stream plays and records.
        output: name of the device that played.
        input: name of the one that heard.
        rate: in Hz.
        block: sample frames.
    """

    delays: NDArray[np.float64]
    played: int
    reported: float
    shared: bool
    output: str
    input: str
    rate: int
    block: int

    @property
    def ms(self) -> tuple[float, float]:
        """The 50th and the 99th percentile in milliseconds."""
        p50, p99 = np.percentile(self.delays, (50, 99)) * 1000
        return float(p50), float(p99)


def measure(options: Options, say: Callable[[str], None], clicks: int = CLICKS) -> Loop:
    """Play clicks through a device and hear them come back.

    Args:
        options: which devices, at what rate and in what blocks.
        say: told what to do meanwhile.
        clicks: how many are measured.

    Raises:
        SettingError: the options name a file.
        DeviceError: a device does not open or goes away, or nothing comes back.
    """
    wanted = options if options.input is not None else replace(options, input="")
    if wanted.output is not None or wanted.microphone is None:
        raise SettingError(
            "latency is measured between devices",
            expected="a sound card, and a microphone or interface",
            received="a file",
            hint="leave out --out, and give --input a device of --list-devices, or none",
        )
    try:
        output = choose(None, 0, **wanted.sound())
    except DeviceError as error:
        error.hint = "it needs a device that plays and one that hears; --list-devices lists them"
        raise
    assert isinstance(output, Reconnecting)  # noqa: S101 - of no path it makes a card
    try:
        microphone = wanted.microphone or None
        heard = ReconnectingInput(microphone, output.sample_rate, output.block, output)
        seconds = _SETTLING + _PATIENCE + (clicks + 1) * EVERY
        playing = Clicks(output.sample_rate, heard.read, seconds)
        try:
            heard.start()
            output.start(playing.render)
            say(f"clicks from {output.name!r} to {heard.name!r}: connect them, speakers off")
            return _measured(playing, output, heard, clicks)
        finally:
            heard.stop()
    finally:
        output.stop()


def _measured(playing: Clicks, output: Reconnecting, heard: ReconnectingInput, clicks: int) -> Loop:
    """Wait for the clicks, and measure them."""
    rate = output.sample_rate
    latest = time.monotonic() + 2 * (_SETTLING + _PATIENCE + clicks * EVERY)
    first, settled = None, round(_SETTLING / EVERY)
    reported: list[float] = []
    found: list[int | None] = []
    while first is None or len(found) < first + clicks:
        time.sleep(0.02)
        reported.append(output.latency_ms + heard.latency_ms)
        if "lost" in (output.state[:4], heard.state[:4]):
            raise DeviceError("a device went away", received=f"{output.state}; {heard.state}")
        while len(found) < playing.complete:
            found.append(playing.delay(len(found)))
            if first is None and found[-1] is not None:
                first = max(len(found) - 1, settled)
        if first is None and playing.frame > (_SETTLING + _PATIENCE) * rate:
            raise _nothing(output, heard)
        if time.monotonic() > latest:
            raise DeviceError("a device stands still", received=f"{output.state}; {heard.state}")
    delays = [delay / rate for delay in found[first : first + clicks] if delay is not None]
    if not delays:  # the cable was pulled after the first ones
        raise _nothing(output, heard)
    return Loop(
        np.array(delays),
        clicks,
        float(np.mean(reported[len(reported) // 2 :])),
        heard.shared,
        output.name,
        heard.name,
        rate,
        output.block,
    )


def _nothing(output: Reconnecting, heard: ReconnectingInput) -> DeviceError:
    return DeviceError(
        "nothing comes back",
        expected=f"the clicks of {output.name!r} in the first channel of {heard.name!r}",
        hint="a cable from an output to the input, its gain up; over JACK, meanwhile: "
        "jack_connect PortAudio:out_0 PortAudio:in_0",
    )


def report(loop: Loop, model: AnyPath | None) -> Sequence[str]:
    """What was measured and, with a model, what comes on top of it; for people.

    Raises:
        MusicVAEError: the model cannot be used; see :class:`Transformer`.
    """
    p50, p99 = loop.ms
    stream = "one device stream" if loop.shared else "two device streams"
    facts = [
        (
            "devices",
            f"{printable(loop.output)} to {printable(loop.input)}, {stream}, {loop.rate} Hz, "
            f"blocks of {loop.block} sample frames",
        ),
        ("clicks", f"{len(loop.delays)} of {loop.played} came back"),
        ("out and in", f"{p50:.1f} ms (p50), {p99:.1f} ms (p99); /status: {loop.reported:.1f} ms"),
    ]
    if model is not None:
        playing = Transformer(model, sample_rate=loop.rate)
        ear, voice = 1000 * playing.heard_after, 1000 * playing.played_after
        both = ear + voice
        facts += [
            ("model", f"{both:.1f} ms: {ear:.1f} until a sound is latents, {voice:.1f} from there"),
            ("round trip", f"{p50 + both:.1f} ms (p50), {p99 + both:.1f} ms (p99)"),
        ]
    return [f"{name:>10}  {fact}" for name, fact in facts]
