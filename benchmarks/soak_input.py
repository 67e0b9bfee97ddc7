"""Lets a bad device play a model for hours of the engine's own time, and checks the sound.

The device is simulated, with its own clock: it brings a tone, noise, silence, square waves at full
scale, and the NaN, infinities and denormal numbers of a broken driver; it is late, stands still,
is lost and comes back, and half of the times brings its sound in pieces of any length. All but
PortAudio is what `musicvae live --input` runs.
"""

from __future__ import annotations

import gc
import math
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from soak_figures import Measured, resident

from musicvae.live.inputs.following import Following
from musicvae.live.inputs.lockstep import Lockstep
from musicvae.live.outputs.input_ring import PythonInputRing
from musicvae.live.transforming import Transformation, Transformer

Array = np.ndarray
BLOCK, CHANNELS = 256, 2
#: The latents stay within this, as ``/latent/clamp`` says.
CLAMP = 2.5
#: The tone in Hz, its peak, and the seconds of a fade of a gap and of a gain.
_HZ, _PEAK, _FADE = 60.0, 0.5, 0.01
#: Seconds of a new state of the device after which a step between samples is judged.
_SETTLED = 0.15
#: What the device brings, and what a performer may send meanwhile.
KINDS = ("tone", "noise", "silence", "square", "broken", "late", "lost")
SETTINGS: dict[str, Any] = {
    "/input/gain": lambda r: r.uniform(-40, 36),
    "/input/gate": lambda r: r.uniform(-120, 0),
    "/input/hold": lambda r: r.uniform(0, 1000),
    "/input/auto": lambda r: r.randint(0, 1),
    "/input/mix": lambda r: r.choice((0.0, 1.0, r.random())),
    "/input/mute": lambda r: int(r.random() < 0.1),
    "/input/guard": lambda r: r.randint(0, 1),
    "/input/listen": lambda r: r.randint(0, 1),
    "/input/overlap": lambda r: r.randint(0, 1),
    "/input/gravity": lambda r: r.random(),
    "/adapt": lambda r: r.random(),
    "/latent/scale": lambda r: r.uniform(-20, 20),
    "/latent/bias": lambda r: r.uniform(-5, 5),
}


@dataclass
class InputFigures(Measured):
    """The figures of a soak of the input; steps are those of the tone.

    Attributes:
        states: of the device, how often each.
        late: how often sound was missing.
        judged: sample frames of the tone.
        latent: largest latent; NaN where one was not finite.
        faults: errors that were caught.
    """

    states: dict[str, int] = field(default_factory=dict)
    late: int = 0
    judged: int = 0
    latent: float = 0.0
    faults: int = 0

    what: ClassVar[str] = "soak of the input"

    def promises(self) -> dict[str, bool]:
        """See :class:`Measured`."""
        return super().promises() | {
            "latents stay within their clamps": self.latent <= CLAMP,
            "nothing raises": self.faults == 0,
        }

    def rows(self) -> dict[str, str]:
        """See :class:`Measured`."""
        return super().rows() | {
            "the device": ", ".join(f"{n} × {kind}" for kind, n in sorted(self.states.items())),
            "sound missing": f"{self.late}",
            "sample frames of the tone": f"{self.judged}",
            "largest latent, clamp": f"{self.latent:.3f}, {CLAMP:g}",
            "faults": f"{self.faults}",
        }


class Device:
    """Brings blocks at a clock of its own, which may be that of the engine.

    Args:
        rate: of the engine, in Hz.
        draws: decides what it does.
    """

    def __init__(self, rate: int, draws: random.Random) -> None:
        self.kind, self.since = "silence", 0.0
        self.late = 0
        self._rate, self._draws = rate, draws
        self._noise = np.random.default_rng(draws.randrange(2**32))
        self._until = self._now = self._brought = 0.0
        self._at, self._piece = 0, BLOCK
        self._ragged = False
        self._open()

    def turn(self) -> str:
        """Enter another state where it is time for one; which."""
        if self._now < self._until:
            return ""
        was, draws = self.kind, self._draws
        self.kind, self.since = draws.choice(KINDS), self._now
        self._until = self._now + draws.uniform(0.2, 4.0)
        if was == "lost":
            self._open()
        return self.kind

    def read(self, out: Array) -> None:
        """As ``Input.read``, and let time pass."""
        self._now += len(out) / self._rate
        while self._brought + self._piece / self._clock <= self._now:
            self._brought += self._piece / self._clock
            sound = self._sound(self._piece)
            self._piece = self._draws.randint(1, BLOCK) if self._ragged else BLOCK
            if self.kind not in ("late", "lost"):
                self._ring.put(sound)
        if self.kind == "lost":
            out[:] = np.nan
        else:
            before = self._reader.late
            self._reader.read(out)
            self.late += self._reader.late - before

    def _open(self) -> None:
        """One device stream for both, or one of another clock."""
        draws = self._draws
        self._ragged, self._piece = draws.random() < 0.5, BLOCK
        self._ring = PythonInputRing(self._rate, CHANNELS)
        self._brought = self._now
        if draws.random() < 0.5:
            self._clock = float(self._rate)
            self._reader: Any = Lockstep(self._ring, self._rate, BLOCK)
        else:
            source = draws.choice((self._rate, 48_000))
            self._clock = source * (1 + draws.uniform(-3e-4, 3e-4))
            self._reader = Following(self._ring, source, self._rate, BLOCK, BLOCK)

    def _sound(self, frames: int) -> Array:
        times = (self._at + np.arange(frames)) / self._clock
        self._at += frames
        wave = _PEAK * np.sin(2 * np.pi * _HZ * times)
        if self.kind == "noise":
            wave = 0.2 * self._noise.standard_normal(frames)
        elif self.kind == "silence":
            wave = np.zeros(frames)
        elif self.kind == "square":
            wave = np.where(wave >= 0, 1.0, -1.0)
        elif self.kind == "broken" and self._draws.random() < 0.3:
            wave[:: self._draws.randint(1, 50)] = self._draws.choice(
                (math.nan, math.inf, -math.inf, 1e30, 1e-40)
            )
        return np.repeat(wave[:, None], CHANNELS, axis=1).astype(np.float32)


def settled() -> float:
    """Resident memory in MB, without what waits to be freed: each device that was lost."""
    gc.collect()
    return resident()


class InputSoak:
    """An engine that hears a bad device, and a performer.

    Args:
        model: name of a ready model, or path of one with an encoder and a memory.
        seed: of the device and of the performance.
    """

    def __init__(self, model: str | Path, seed: int) -> None:
        self.figures = InputFigures()
        transformer = Transformer(model, Transformation(gravity=0.5))
        self._do, self._engine = transformer._do, transformer.engine
        self._draws = random.Random(seed)
        self._rate = transformer.sample_rate
        self._device = Device(self._rate, self._draws)
        self._heard = np.zeros((BLOCK, CHANNELS), np.float32)
        self._out = np.zeros((BLOCK, transformer.channels), np.float32)
        self._last, self._calm = np.zeros(transformer.channels, np.float32), 0
        self._do(["/latent/clamp", -CLAMP, CLAMP])

    def run(self, hours: float) -> InputFigures:
        """Run for this long."""
        figures, engine, started = self.figures, self._engine, time.perf_counter()
        first = engine.frame
        stop = first + round(hours * 3600 * self._rate)
        early = 0.0
        while engine.frame < stop:
            kind = self._device.turn()
            if kind:
                figures.states[kind] = figures.states.get(kind, 0) + 1
                self._perform()
            self._device.read(self._heard)
            engine.render(self._out, self._heard)
            self._judge()
            if not early and engine.frame - first >= (stop - first) // 10:
                early = settled()
        figures.hours += hours
        figures.seconds += time.perf_counter() - started
        figures.late, figures.faults = self._device.late, engine.faults.count
        figures.memory = early, settled()
        return figures

    def _perform(self) -> None:
        """Send some settings; where the tone comes, such that the output is the tone."""
        draws = self._draws
        for address, draw in draws.sample(sorted(SETTINGS.items()), 3):
            self._do([address, draw(draws)])
        if self._device.kind in ("tone", "late", "lost"):
            for setting in ("mix", "gain", "mute", "guard"):
                self._do([f"/input/{setting}", 0])

    def _judge(self) -> None:
        figures, out, device = self.figures, self._out, self._device
        figures.not_finite += out.size - int(np.count_nonzero(np.isfinite(out)))
        figures.peak = max(figures.peak, float(np.abs(out).max()))
        voice = self._engine.decks["a"].voice
        if voice is not None:
            figures.latent = max(figures.latent, float(np.abs(voice.controls.sounding()).max()))
        jumps = np.abs(np.diff(np.concatenate([self._last[None], out]), axis=0)).max()
        self._last = out[-1].copy()
        # Of the tone alone: its own slope, and that of the fades of a gap and of the guard.
        tone = device.kind in ("tone", "late", "lost")
        self._calm = self._calm + len(out) if tone else 0
        if self._calm > _SETTLED * self._rate:
            slope = 2 * math.pi * _HZ + 2 * (math.pi / 2) / _FADE
            figures.nearest = max(figures.nearest, float(jumps) / (_PEAK * slope / self._rate))
            figures.judged += len(out)
