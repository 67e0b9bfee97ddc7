"""Renders a score offline, without clock, device or sockets; the samples are always the same.

>>> renderer = ScoreRenderer(read_score("take.score.jsonl"), library, ADDRESSES)  # doctest: +SKIP
>>> renderer.write("again.wav")  # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from musicvae.audio import Samples
from musicvae.errors import MusicVAEError, ScoreError
from musicvae.files import replacing
from musicvae.live.commands.address import DECK_NAMES, DECKS, Command
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.commands.table import AddressTable, split_deck, unknown_deck
from musicvae.live.engine.clips import Clips, InlineClips, RecordedClips
from musicvae.live.engine.deck_addresses import LOOP
from musicvae.live.engine.engine import Engine
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.inputs.replayed import Replayed
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Decoder, Loader
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import Score

#: Length of a block, in sample frames.
BLOCK = 4096


class ScoreRenderer:
    """Renders a score.

    A recorded score says when each clip arrived. In a score that was written by hand, each clip
    arrives when it is requested.

    Args:
        score: as :func:`musicvae.live.storage.scores.read_score` returns it.
        library: finds its models and tapes.
        table: the address table.
        decoders: that are loaded already, by name.
        heard: what came in; ``None`` for nothing.

    Attributes:
        score: as given.
        engine: that renders it.
    """

    def __init__(
        self,
        score: Score,
        library: Library,
        table: AddressTable,
        decoders: Mapping[str, Decoder] | None = None,
        heard: Replayed | None = None,
    ) -> None:
        self._heard = heard
        self.score = score
        self._table = table
        self.engine = Engine(score.rate, score.channels, score.decks)
        recorded = any(
            table.row_of(message[0]) is LOOP for _, batch in score.events for message in batch
        )
        clips = RecordedClips if recorded else InlineClips
        self._clips: Clips = clips(score.decks)
        loader = Loader(library, score.rate, score.channels, self._clips, decoders=decoders)
        self._handle = EngineHandle(self.engine, loader, table)
        self._begin()

    @property
    def frames(self) -> int:
        """Length of the result in sample frames; a score without an end stops at its last event."""
        last = self.score.events[-1][0] if self.score.events else 0
        stop = last if self.score.stop_frame is None else self.score.stop_frame
        return max(0, stop - self.score.start_frame)

    def blocks(self, block: int = BLOCK) -> Iterator[Samples]:
        """Render the sound from the score's start to its end.

        Args:
            block: longest block in sample frames; it changes the speed but no sample.

        Yields:
            float32, shape (sample frames, channels), overwritten by the next one.

        Raises:
            ScoreError: an event cannot be applied, or a model or a tape cannot be loaded.
        """
        _check_addresses(self.score, self._table)  # also of those behind its end
        out = np.zeros((block, self.engine.channels), np.float32)
        heard = np.zeros((block, CHANNELS), np.float32)
        start, stop = self.score.start_frame, self.score.start_frame + self.frames
        for number, (frame, batch) in enumerate([*self.score.events, (stop, [])]):
            while self.engine.frame < min(frame, stop):
                limit = start if self.engine.frame < start else stop
                count = min(block, min(frame, limit) - self.engine.frame)
                part = out[:count]
                if self._heard is not None:
                    self._heard.read(heard[:count])
                self.engine.render(part, None if self._heard is None else heard[:count])
                if self.engine.frame > start:
                    yield part
            if self.engine.frame >= stop:
                return
            for message in batch:
                self._do(message, _origin(self.score, number))

    def write(
        self, path: str | os.PathLike[str], show: Callable[[int, int], None] | None = None
    ) -> None:
        """Render into a WAV file of 24 bits, the format of recordings.

        Args:
            path: path of the file; an existing one is replaced when the new one is complete.
            show: called with the number of sample frames that are done, and of all.

        Raises:
            MusicVAEError: as :meth:`blocks`; or the file cannot be written; or, once it is written,
                a model or something else failed meanwhile, so that a part of the sound is missing.
        """
        _check_addresses(self.score, self._table)
        if not self.frames and self.score.stop_frame is None:
            raise ScoreError(
                "the score lasts 0 seconds",
                expected='"seconds", or an event at a later time',
                received=f"{len(self.score.events)} events at the beginning",
            )
        with replacing(path) as temporary:
            rate, channels = self.score.rate, self.score.channels
            self.write_to(GrowingWav(temporary, rate, channels, name=path), show)
        self.check_faults(Path(path).name)

    def write_to(self, wav: GrowingWav, show: Callable[[int, int], None] | None = None) -> None:
        """The same into a file that was created already, and is closed at the end.

        Whoever created it removes it where this fails.
        """
        wav.kept = False
        try:
            for block in self.blocks():
                wav.write(block)
                if show is not None:
                    show(wav.frames, self.frames)
        finally:
            wav.close()

    def check_faults(self, name: str) -> None:
        """Refuse to call a file complete in which something was not rendered.

        Args:
            name: of the file, for the message.

        Raises:
            ScoreError: a model or something else failed meanwhile.
        """
        faults = self.engine.faults
        if faults.count:
            raise ScoreError(
                f"a part of the sound of {name!r} is missing",
                received=f"{faults.count} error(s), the newest of {faults.problem}",
            )

    def _begin(self) -> None:
        """Let the decks play that a daemon lets play at first; without a model they are silent."""
        for name in self.engine.decks:
            if name in DECKS:
                self._do([f"/deck/{name}/play", 1])

    def _do(self, message: StoredMessage, origin: str = "") -> None:
        """Apply one message of the score now."""
        try:
            command = self._handle.restore(message, DECK_NAMES[0])
            if command.row.source == "input" and command.row.load and self._heard is None:
                raise RefusedError("the score has no sound that came in")
            if command.row is LOOP and isinstance(self._clips, RecordedClips):
                payload: object = self._clips.loop(int(command.number))
            else:
                payload = self._handle.payload(command, self._digest(command))
        except (RefusedError, MusicVAEError) as error:
            raise ScoreError(
                "an event of the score cannot be applied",
                received=f"{origin}{message!r:.80} at frame {self.engine.frame}: {error}",
            ) from error
        self.engine.post(command, payloads=(payload,))
        self.engine.settle()

    def _digest(self, command: Command) -> str:
        """That of the file that the score says a command loaded; empty where it says none."""
        kind = command.row.source or "model"
        return self.score.digest(kind, str(command.values[0]) if command.values else "")


def _origin(score: Score, number: int) -> str:
    """Where an event is in its file, with what separates it from what follows; perhaps empty."""
    return f"{score.origins[number]}: " if number < len(score.origins) else ""


def _check_addresses(score: Score, table: AddressTable) -> None:
    """Refuse a score with a message whose address sets nothing."""
    for number, (frame, batch) in enumerate(score.events):
        for message in batch:
            address = str(message[0]) if message else ""
            row = table.row_of(address)
            if row is None or (address.startswith("/deck/") and not row.deck):
                reason = "unknown address"
            elif split_deck(address)[0] not in (decks := DECK_NAMES[: score.decks]):
                reason = unknown_deck(decks)
            elif row.apply is None:
                reason = "sets nothing that a score can hold"
            else:
                continue
            raise ScoreError(
                "an event of the score cannot be applied",
                expected="an address of a deck, or /crossfade; docs/osc.md lists them",
                received=f"{_origin(score, number)}{message!r:.80} at frame {frame}: {reason}",
            )
