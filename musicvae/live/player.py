"""Commands -> engine events and latents to decode. Holds what a performer has set."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from musicvae.live.engine.decoding import Decoding
from musicvae.live.engine.engine import Engine, Event, SetGain, SetPlaying, Silence
from musicvae.live.osc.commands import Command, Gain, Latent, LatentAt, Panic, Play


class Player:
    """Applies commands to an engine; belongs to one thread.

    Args:
        engine: receives gain, play and panic.
        decoding: receives latents; it must deliver its loops to the engine.
        latent_dim: D of the model.

    Attributes:
        latents: float32, shape (D,), as they were last set.
        gain_db: likewise.
        playing: likewise.
    """

    def __init__(self, engine: Engine, decoding: Decoding, latent_dim: int) -> None:
        self.latents = np.zeros(latent_dim, np.float32)
        self.gain_db = 0.0
        self.playing = False
        self._engine = engine
        self._decoding = decoding

    def start(self, gain_db: float = 0.0) -> None:
        """Play whatever the engine has been offered, at this gain."""
        self.gain_db, self.playing = gain_db, True
        self._engine.post(SetGain(gain_db), SetPlaying(True))

    def apply(self, commands: Iterable[Command]) -> None:
        """Apply the commands of one datagram as one: one decode, and all events at one frame.

        Commands that do not concern the sound are left to the caller.
        """
        events: list[Event] = []
        moved = False
        for command in commands:
            match command:
                case Latent(values=values):
                    self.latents[: len(values)] = values
                    moved = True
                case LatentAt(index=index, value=value):
                    self.latents[index] = value
                    moved = True
                case Gain(deck=deck, db=db):
                    self.gain_db = db
                    events.append(SetGain(db, deck=deck))
                case Play(deck=deck, on=on):
                    self.playing = on
                    events.append(SetPlaying(on, deck=deck))
                case Panic(deck=deck):
                    self.latents[:] = 0
                    self.playing, moved = False, True
                    events.append(Silence(deck=deck))
        # Events first: a loop decoded for what follows a panic must not arrive before it.
        if events:
            self._engine.post(*events)
        if moved:
            self._decoding.request(self.latents.copy())
