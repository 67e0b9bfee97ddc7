"""Lets a random performer play an engine for hours of its own time, and checks the sound."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from soak_bounds import DeckBound
from soak_figures import ROUNDING, Figures, resident
from soak_models import Array, Chord, Heard, Waves, clip_info, stream_info, tape
from soak_score import Performer

from musicvae.live.commands.address import DECKS, Command
from musicvae.live.commands.messages import StoredMessage as Line
from musicvae.live.commands.table import Refusal
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.describing import describe
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.loops import LoopMaker
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.osc.packets import Message
from musicvae.live.table import ADDRESSES

RATE = 16_000

#: Makes a decoder that nobody else uses.
Make = Callable[[], Any]


def built_in(rate: int) -> dict[str, Make]:
    """Models of numpy: one latent space at two rates, another one, one that fails, and a clip."""
    space, other = "0123456789abcdef", "fedcba9876543210"
    hop = round(rate * 0.064)
    small, wide = stream_info(4, rate, hop, space), stream_info(12, rate, hop, other, stride=4)
    slow = stream_info(4, rate * 3 // 4, hop, space, channels=2)
    short = clip_info(3, rate, 0.5)
    return {
        "small": lambda: Waves(small),
        "slow": lambda: Waves(slow),
        "wide": lambda: Waves(wide),
        "failing": lambda: Waves(small, fails=29),
        "clip": lambda: Chord(short),
    }


def opened(paths: Sequence[Path]) -> dict[str, Make]:
    """Artifacts, by the names of their files."""
    from musicvae.artifact.reading import read_info
    from musicvae.runtime.decoder import Decoder
    from musicvae.runtime.stream_decoder import StreamDecoder

    def maker(path: Path) -> Make:
        kind = StreamDecoder if read_info(path).kind == "stream" else Decoder
        return lambda: kind(path, threads=1)

    return {path.stem: maker(path) for path in paths}


class Soak:
    """An engine, a performer that sends commands, and the checks of the sound.

    Args:
        makers: of the models, by name.
        seed: of the performance.
        rate: of the engine, in Hz.
    """

    def __init__(self, makers: dict[str, Make], seed: int, rate: int = RATE) -> None:
        self.figures = Figures()
        self.engine = Engine(rate, 2)
        self.engine.tap = self._watch
        self._makers = makers
        self._performer = Performer(seed)
        self._clips = InlineClips()
        self._bounds = {name: DeckBound(rate, float(name == DECKS[0])) for name in DECKS}
        self._last: Array = np.zeros(2, np.float32)
        self._out = np.zeros((4096, 2), np.float32)
        self._presets: list[tuple[str, str]] = []
        self._tapes: dict[str, Any] = {}
        for name in DECKS:
            self._load(name)
            self._do(ADDRESSES.command("/play", name, "", (1,)))

    def run(self, hours: float) -> Figures:
        """Run for this long."""
        started = time.perf_counter()
        stop = self.engine.frame + round(hours * 3600 * self.engine.sample_rate)
        tenth, early = stop // 10, resident()
        while self.engine.frame < stop:
            gap = self._performer.gap(self.engine.sample_rate)
            self._render(min(gap, stop - self.engine.frame))
            self._perform()
            if self.engine.frame < tenth:
                early = resident()
        for name in DECKS:
            self._count_failed(name)
        self.figures.hours += hours
        self.figures.seconds += time.perf_counter() - started
        self.figures.memory = early, resident()
        return self.figures

    def _render(self, frames: int) -> None:
        while frames > 0:
            count = min(frames, self._performer.block())
            self.engine.render(self._out[:count])
            frames -= count

    def _perform(self) -> None:
        draw, deck = self._performer.random.random(), self._performer.random.choice(DECKS)
        if draw < 0.03:
            self._load(deck)
        elif draw < 0.05:
            self._load_tape(deck)
        elif draw < 0.07:
            kept = describe(self.engine.decks[deck], ADDRESSES)
            self._presets = [*self._presets[-9:], (self._model(deck), json.dumps(kept))]
        elif draw < 0.09 and self._presets:
            self._recall(deck, *self._performer.random.choice(self._presets))
        else:
            sent = self._performer.message(self._shapes())
            commands = ADDRESSES.parse(Message(sent.address, sent.arguments), self._shapes())
            if isinstance(commands, Refusal):
                self.figures.refused += 1
            else:
                self._do(*commands)

    def _do(self, *commands: Command, payloads: Sequence[Any] = ()) -> None:
        """Apply commands now, and pass them to the bounds of the decks."""
        frame = self.engine.frame
        for command in commands:
            if command.path == "/crossfade":
                position = float(command.values[0]) * math.pi / 2
                self._bounds["a"].fade_to(math.cos(position), frame)
                self._bounds["b"].fade_to(math.sin(position), frame)
            else:
                self._bounds[command.deck].note(command, frame)
        self.engine.post(*commands, payloads=payloads)
        self.engine.settle()
        self.figures.commands += len(commands)

    def _load(self, deck: str) -> None:
        name = self._performer.random.choice(list(self._makers))
        decoder = Heard(self._makers[name]())
        voice = self._voice(name, deck, decoder)
        self._count_failed(deck)
        self._bounds[deck].load(voice, decoder.signal, self.engine.frame)
        self._do(ADDRESSES.command("/model/load", deck, "", (name,)), payloads=[voice])
        self.figures.swaps += 1

    def _voice(self, name: str, deck: str, decoder: Heard) -> Any:
        """A voice of a model for a deck."""
        engine = self.engine
        if decoder.info.kind == "stream":
            return StreamVoice(name, decoder, engine.sample_rate, engine.channels)
        maker = LoopMaker(decoder, engine.sample_rate, engine.channels)
        return ClipVoice(name, deck, maker, self._clips)

    def _count_failed(self, deck: str) -> None:
        voice = self.engine.decks[deck].voice
        self.figures.failed += 0 if voice is None else voice.work.failed

    def _load_tape(self, deck: str) -> None:
        voice = self.engine.decks[deck].voice
        if voice is None or voice.controls.info.kind != "stream":
            return
        info = voice.controls.info
        name = f"{info.latent_space} {self._performer.random.randint(1, 4)}"
        if name not in self._tapes:
            self._tapes[name] = tape(info, 10 * int(name[-1]) + 1, seed=int(name[-1]))
        self._do(ADDRESSES.command("/tape/load", deck, "", (name,)), payloads=[self._tapes[name]])
        self.figures.tapes += 1

    def _recall(self, deck: str, model: str, text: str) -> None:
        """Set a deck to a saved state, if it plays that model; it must then have that state."""
        lines: list[Line] = json.loads(text)
        if model != self._model(deck):
            return
        commands = [ADDRESSES.restore(line, deck, self._shapes()) for line in lines]
        tapes = [self._tapes[str(c.values[0])] if "load" in c.path else None for c in commands]
        self._do(*commands, payloads=tapes)
        self.figures.presets += 1
        now = describe(self.engine.decks[deck], ADDRESSES)
        if not any("/tape/" in str(address) for address, *_ in lines):
            now = [line for line in now if "/tape/" not in str(line[0])]  # the deck's own stays
        self.figures.changed += json.dumps(now) != text

    def _model(self, deck: str) -> str:
        voice = self.engine.decks[deck].voice
        return "" if voice is None else voice.name

    def _shapes(self) -> dict[str, Any]:
        return {name: deck.shape for name, deck in self.engine.decks.items()}

    def _watch(self, mix: Array) -> None:
        """Each stretch that was rendered, of one state of all fades' rules."""
        figures = self.figures
        figures.not_finite += mix.size - int(np.count_nonzero(np.isfinite(mix)))
        figures.peak = max(figures.peak, float(np.abs(mix).max()))
        jump = float(np.abs(mix[0] - self._last).max())
        if len(mix) > 1:
            jump = max(jump, float(np.abs(mix[1:] - mix[:-1]).max()))
        self._last = mix[-1].copy()
        legal = sum(bound.at(self.engine.frame) for bound in self._bounds.values()) + ROUNDING
        figures.jump = max(figures.jump, jump)
        figures.nearest = max(figures.nearest, jump / legal)
