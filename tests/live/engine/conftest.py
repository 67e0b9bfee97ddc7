"""An engine with small models of its own, driven by messages, and a log of applied commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands.address import Command
from musicvae.live.commands.table import Refusal
from musicvae.live.engine.clip_voice import ClipVoice
from musicvae.live.engine.clips import Clips, InlineClips, RecordedClips
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.loops import LoopMaker
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.osc.packets import Message
from musicvae.live.table import ADDRESSES

RATE = 8000


class Steady:
    """A stream decoder of constant output, so that any change of the sound is a fade or a fault."""

    def __init__(self, info: Any, level: float = 0.5) -> None:
        self.info = info
        self.level = level

    def push(self, latents: Any, out: Any) -> Any:
        out[:] = self.level
        return out

    def reset(self) -> None:
        pass


class Rig:
    """An engine, models by name, and a log.

    Args:
        makers: a new decoder for each name.
        tape: makes a tape from an artifact's description, a number of steps and a seed.
        clips: decodes clips.
        rate: of the engine.
        channels: of the engine.
        decks: of the engine.
    """

    def __init__(
        self,
        makers: dict[str, Callable[[], Any]],
        tape: Callable[..., Any],
        clips: Clips | None = None,
        rate: int = RATE,
        channels: int = 2,
        decks: int = 2,
    ) -> None:
        self.engine = Engine(rate, channels, decks)
        self.engine.journal = lambda frame, commands: self.log.append(
            json.dumps({"frame": frame, "do": [command.message() for command in commands]})
        )
        self.log: list[str] = []
        self.clips = InlineClips() if clips is None else clips
        self._makers = makers
        self._tape = tape

    @property
    def shapes(self) -> dict[str, Any]:
        return {name: deck.shape for name, deck in self.engine.decks.items()}

    def send(self, address: str, *arguments: Any) -> None:
        """Apply a message as if it came from the network, immediately."""
        commands = ADDRESSES.parse(Message(address, arguments), self.shapes)
        assert not isinstance(commands, Refusal), commands
        self.do(*commands)

    def do(self, *commands: Command) -> None:
        payloads = [self.payload(command) for command in commands]
        self.engine.post(*commands, payloads=payloads)
        self.engine.settle()

    def payload(self, command: Command) -> Any:
        if command.path == "/model/load":
            return self.voice(str(command.values[0]), command.deck)
        if command.path == "/tape/load":
            steps, seed = str(command.values[0]).split()
            voice = self.engine.decks[command.deck].voice
            assert voice is not None
            return self._tape(voice.controls.info, int(steps), int(seed))
        if command.path == "/loop":
            assert isinstance(self.clips, RecordedClips)
            return self.clips.loop(int(command.values[0]))
        return None

    def voice(self, name: str, deck: str) -> Any:
        decoder, engine = self._makers[name](), self.engine
        if decoder.info.kind == "stream":
            return StreamVoice(name, decoder, engine.sample_rate, engine.channels)
        maker = LoopMaker(decoder, engine.sample_rate, engine.channels)
        return ClipVoice(name, deck, maker, self.clips)

    def render(self, frames: int, block: int | None = None) -> Any:
        """Render sample frames, float32 (sample frames, channels), in one block or in several."""
        out = np.full((frames, self.engine.channels), np.nan, np.float32)
        for start in range(0, frames, block or max(1, frames)):
            self.engine.render(out[start : start + (block or frames)])
        return out

    def replay(self, log: list[str], frames: int, block: int) -> Any:
        """Render a log up to a sample frame, float32 (sample frames, channels)."""
        pieces = []
        for line in log:
            entry = json.loads(line)
            pieces.append(self.render(entry["frame"] - self.engine.frame, block))
            self.do(*self._commands(entry["do"]))
        pieces.append(self.render(frames - self.engine.frame, block))
        return np.concatenate(pieces)

    def _commands(self, messages: list[list[Any]]) -> Iterator[Command]:
        for message in messages:
            yield ADDRESSES.restore(message, "a", self.shapes)


@pytest.fixture(scope="session")
def soak(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    """The module benchmarks/soak_engine.py."""
    return benchmark("soak_engine")


@pytest.fixture(scope="session")
def models(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    """The module benchmarks/soak_models.py."""
    return benchmark("soak_models")


@pytest.fixture(scope="session")
def performer(soak: ModuleType) -> Any:
    """The class that draws random messages."""
    return soak.Performer


@pytest.fixture(scope="session")
def make_rig(soak: ModuleType, models: ModuleType) -> Callable[..., Rig]:
    """``make_rig(rate=…, channels=…, clips=…, decks=…, name=decoder class or function…)``.

    There are the soak's models of numpy, and ``steady`` and ``minus``, of constant output ±0.5.
    """

    def make(
        rate: int = RATE,
        channels: int = 2,
        clips: Clips | None = None,
        decks: int = 2,
        **makers: Any,
    ) -> Rig:
        steady = models.stream_info(4, rate, 256, "00000000000000aa")
        known = soak.built_in(rate) | {
            "steady": lambda: Steady(steady),
            "minus": lambda: Steady(steady, -0.5),
        }
        return Rig(known | makers, models.tape, clips, rate, channels, decks)

    return make


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()
