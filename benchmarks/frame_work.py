"""Measures what hostile packets, presets and models cost the rendering thread, block by block.

    python benchmarks/frame_work.py

Each row is one attack on an engine of two decks at 48 kHz, rendered in blocks of 512 sample frames
(10.7 ms), whose models decode to silence for free: what is left is our own work. The columns are
processor time of a block in ms: the median before the attack, the longest one from the attack on,
the mean of the 40 blocks from it on, and how many blocks took longer than they last.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from pythonosc.osc_message_builder import OscMessageBuilder

from musicvae.artifact import ArtifactInfo, AttributeInfo, DynamicsInfo, LatentInfo
from musicvae.live.dispatcher import Clients, Dispatcher
from musicvae.live.engine.clips import RecordedClips
from musicvae.live.engine.engine import Engine
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.osc.timetags import due, ntp
from musicvae.live.requests import Requests
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES

RATE, BLOCK = 48_000, 512
#: Blocks rendered before an attack, and from it on.
BEFORE, AFTER = 100, 40
_ME = Peer("127.0.0.1", 50_000)
_NOW = 1.7e9


class Silence:
    """A decoder of either kind that costs nothing."""

    def __init__(self, info: ArtifactInfo) -> None:
        self.info = info

    def push(self, latents: Any, out: Any) -> Any:
        """No sound."""
        out[:] = 0
        return out

    def reset(self) -> None:
        """There is no state."""

    def decode(self, latents: Any, /) -> Any:
        """No sound."""
        return np.zeros((len(latents), self.info.samples, self.info.channels), np.float32)


def stream(width: int, hop: int = 256, rate: int = RATE) -> Silence:
    """A stream with dynamics and as many attributes as there may be."""
    latents = tuple(LatentInfo(f"latent {i}", 0, 1, -2, 2, 1 / width) for i in range(width))
    eye = np.eye(width)
    attributes = tuple(
        AttributeInfo(f"attribute{i}", "", tuple(eye[i % width]), 0, 1, 1) for i in range(64)
    )
    dynamics = DynamicsInfo(
        tuple(map(tuple, 0.9 * eye)), tuple(map(tuple, 0.19 * eye)), 0.5, rate / hop
    )
    return Silence(
        ArtifactInfo(
            "stream", "test", "stream", rate, 2, width, 0, latents=latents, hop=hop, stride=1,
            state_size=1, attributes=attributes, dynamics=dynamics, latent_space="0" * 16,
        )
    )  # fmt: skip


def clip(width: int, samples: int, rate: int = RATE) -> Silence:
    """A clip."""
    latents = tuple(LatentInfo(f"latent {i}", 0, 1, -2, 2, 1 / width) for i in range(width))
    return Silence(ArtifactInfo("clip", "test", "clip", rate, 2, width, samples, latents=latents))


class Stage:
    """A dispatcher and an engine, both decks of which play one model."""

    def __init__(self, decoder: Any) -> None:
        self.engine = Engine(RATE)
        self.engine.journal = lambda frame, commands: None
        loader = Loader(Library([]), RATE, 2, RecordedClips(), decoders={"test": decoder})
        self.handle = EngineHandle(self.engine, loader, ADDRESSES)
        for deck in ("a", "b"):
            load = ADDRESSES.command("/model/load", deck, "", ("test",))
            self.engine.post(load, payloads=(self.handle.payload(load),))
            self.engine.post(ADDRESSES.command("/play", deck, "", (1,)))
        subscribers, addressees = Subscribers(), Addressees()
        self.dispatcher = Dispatcher(
            self.handle,
            Requests(addressees, subscribers, list),
            Clients(AllowList([]), addressees, subscribers),
            work=lambda task: None,
            later=lambda data, peer: None,
            due=self._frame_of,
        )
        self.block = np.zeros((BLOCK, 2), np.float32)
        self.engine.render(self.block)
        self.send(osc("/crossfade", 0.5), osc("/deck/*/walk", 1.0), bundled=False)

    def _frame_of(self, time_tag: int) -> int | None:
        seconds = due(time_tag, ntp(_NOW))
        return self.engine.frame + round(seconds * RATE) if seconds else None

    def send(self, *messages: bytes, bundled: bool = True) -> None:
        """Send messages in one packet, or each in its own."""
        packets = [bundle(*messages)] if bundled else messages
        for packet in packets:
            self.dispatcher.handle(packet, _ME, time.monotonic())

    def render(self, blocks: int) -> list[float]:
        """Render blocks; the processor time of each, in ms."""
        taken = []
        for _ in range(blocks):
            started = time.thread_time()
            self.engine.render(self.block)
            taken.append((time.thread_time() - started) * 1e3)
        return taken


def osc(address: str, *values: float | str) -> bytes:
    """A message."""
    builder = OscMessageBuilder(address=address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


def bundle(*elements: bytes, when: int = 1) -> bytes:
    """A bundle."""
    parts = (len(element).to_bytes(4, "big") + element for element in elements)
    return b"#bundle\0" + when.to_bytes(8, "big") + b"".join(parts)


def _recall(stage: Stage, messages: list[list[Any]]) -> None:
    commands = [stage.handle.restore(message, "a") for message in messages]
    stage.engine.post(*commands)


def _distinct(width: int) -> list[bytes]:
    return [
        osc(f"/deck/{deck}/latent{kind}/{i}", 0.5)
        for i in range(width)
        for deck in "ab"
        for kind in ("", "/norm")
    ][:1000]


def _all_latents() -> bytes:
    return bundle(*(osc("/deck/*/latent/norm/*", n / 16) for n in range(16)))


def _one_frame_apart(stage: Stage) -> None:
    for first in (0, 500):
        whens = [ntp(_NOW + 0.02 + (first + n) / RATE) for n in range(500)]
        stage.send(*(bundle(osc("/deck/b/gain", -n / 100), when=w) for n, w in enumerate(whens)))


def _due_together(stage: Stage) -> None:
    for _ in range(2):
        deltas = [osc("/latent/delta", 0.001)] * 500
        stage.send(*(bundle(d, when=ntp(_NOW + 0.02)) for d in deltas))


ATTACKS: dict[str, tuple[Callable[[], Silence], Callable[[Stage], object]]] = {
    "1000 x /seed in a packet": (
        lambda: stream(256),
        lambda s: s.send(*(osc("/seed", n) for n in range(1000))),
    ),
    "1000 x /seed, /glide in a packet": (
        lambda: stream(256),
        lambda s: s.send(*(osc(a, n) for n in range(500) for a in ("/seed", "/glide"))),
    ),
    "16 x /latent/norm/*, D = 256": (
        lambda: stream(256),
        lambda s: s.send(_all_latents(), bundled=False),
    ),
    "64 packets of 16 x /latent/norm/*": (
        lambda: stream(256),
        lambda s: s.send(*[_all_latents()] * 64, bundled=False),
    ),
    "bundles one frame apart": (lambda: stream(32), _one_frame_apart),
    "1000 bundles that are due together": (lambda: stream(256), _due_together),
    "1000 x /latent/delta": (
        lambda: stream(256),
        lambda s: s.send(*[osc("/latent/delta", 0.001)] * 1000),
    ),
    "1000 latents, each once": (lambda: stream(256), lambda s: s.send(*_distinct(256))),
    "16 x /attr/*": (
        lambda: stream(256),
        lambda s: s.send(*(osc("/deck/*/attr/*", n / 16) for n in range(16))),
    ),
    "100 trajectories of 4000 rows, D = 1": (
        lambda: stream(1),
        lambda s: s.send(*[osc("/latent/traj", 1.0, *[0.5] * 4000)] * 100, bundled=False),
    ),
    "200 x /get": (
        lambda: stream(256),
        lambda s: s.send(*[osc("/get", "/latent/255")] * 200),
    ),
    "1000 x /panic": (lambda: stream(256), lambda s: s.send(*[osc("/panic")] * 1000)),
    "1000 x /crossfade": (
        lambda: stream(32),
        lambda s: s.send(*(osc("/crossfade", n / 1000) for n in range(1000))),
    ),
    "5000 packets of /latent, /gain": (
        lambda: stream(256),
        lambda s: s.send(
            *(osc(a, -n / 5000) for n in range(2500) for a in ("/latent", "/gain")), bundled=False
        ),
    ),
    "preset of 4096 messages": (
        lambda: stream(256),
        lambda s: _recall(s, [["/latent/bias", *[n / 4096] * 20] for n in range(4096)]),
    ),
    "preset of 4096 deltas": (
        lambda: stream(256),
        lambda s: _recall(s, [["/latent/delta", n / 4096] for n in range(4096)]),
    ),
    "/walk 100, clip of six samples": (
        lambda: clip(256, 6),
        lambda s: s.send(osc("/deck/*/walk", 100.0)),
    ),
    "/walk 100, stream, D = 256": (
        lambda: stream(256),
        lambda s: s.send(osc("/deck/*/walk", 100.0)),
    ),
    "clip of one sample": (lambda: clip(2, 1), lambda s: s.send(osc("/latent", 1.0))),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of attacks")
    arguments = parser.parse_args()
    print("| attack | before | longest | mean | too late |\n| --- | --- | --- | --- | --- |")
    for name, (model, attack) in ATTACKS.items():
        if arguments.names and not any(part in name for part in arguments.names):
            continue
        try:
            stage = Stage(model())
            before = statistics.median(stage.render(BEFORE))
            attack(stage)
            taken = stage.render(AFTER)
        except Exception as error:  # noqa: BLE001 - the table goes on
            print(f"| {name} | {type(error).__name__}: {error} | | | |", flush=True)
            continue
        late = sum(ms > BLOCK / RATE * 1e3 for ms in taken)
        row = (before, max(taken), statistics.mean(taken))
        print(f"| {name} | {' | '.join(f'{ms:.2f}' for ms in row)} | {late} |", flush=True)


if __name__ == "__main__":
    main()
