"""The job ``/tape/record``: what a deck hears becomes a tape, which can be looped at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from pathlib import Path

import numpy as np

from musicvae.errors import DeviceError, MusicVAEError, SettingError
from musicvae.latents.tape import ENDINGS, Tape
from musicvae.live.commands.address import Address, Command, Value, Values
from musicvae.live.commands.arguments import Arguments, RefusedError
from musicvae.live.commands.wanted import TEXT, Reader, Wanted
from musicvae.live.engine.controls import LATENT_RANGE
from musicvae.live.hearing.ear import Ear
from musicvae.live.hearing.steps import StepRecorder
from musicvae.live.jobs.worker import Say
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.storage import names
from musicvae.live.storage.folders import Folder

#: Seconds of a tape at most.
MOST_SECONDS = 600.0
_START, _STOP = "start", "stop"
#: A name is counted up to here.
_MOST = 10_000


@dataclass
class _Running:
    """A recording of what one ear hears."""

    ear: Ear
    steps: StepRecorder
    name: str


class TapeJobs:
    """Records the latents of the input.

    Args:
        handle: the engine.
        folder: folder of the tapes.
        say: shows people why a tape could not be written at the end.
    """

    def __init__(
        self, handle: EngineHandle, folder: Path, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self._handle, self._say = handle, say
        self._folder = Folder(folder)
        self._running: dict[str, _Running] = {}

    def record(self, command: Command, say: Say) -> Values:
        """Begin a tape, or end it and write the file; returns its name and length in seconds.

        Raises:
            SettingError: the deck hears no input, or there is nothing to begin or to end.
            DeviceError: the file cannot be written.
        """
        given = str(command.values[1]) if len(command.values) > 1 else ""
        name = names.checked(given, ENDINGS[0]) if given else ""
        if command.values[0] == _START:
            return self._start(command.deck, name)
        return self._stop(command.deck, name)

    def finish(self) -> None:
        """Write the tapes that are being recorded, before everything is closed."""
        for deck, running in list(self._running.items()):
            del self._running[deck]
            running.ear.taker = None
            if len(running.steps.rows):
                try:
                    self._keep(running)
                except MusicVAEError as error:
                    self._say(f"/deck/{deck}/tape/record: {error}")

    def _start(self, deck: str, name: str) -> tuple[Value, ...]:
        if deck in self._running:
            raise SettingError("a tape is being recorded on this deck", hint="/tape/record stop")
        voice = self._handle.deck(deck).voice
        ear = None if voice is None else voice.controls.ear
        if ear is None or voice is None:
            raise SettingError("this deck hears no input", hint="/source input, or /input/load")
        if ear.taker is not None:
            raise SettingError("another deck records the same tape", hint="/tape/record stop")
        info = ear.info
        most = ceil(MOST_SECONDS * info.sample_rate / info.hop)
        steps = StepRecorder(most, info.latent_dim)
        self._handle.look(lambda frame: setattr(ear, "taker", steps.take))
        self._running[deck] = _Running(ear, steps, name)
        return (_START,)

    def _stop(self, deck: str, name: str) -> tuple[Value, ...]:
        running = self._running.get(deck)
        if running is None:
            raise SettingError("no tape is being recorded on this deck", hint="/tape/record start")
        self._handle.look(lambda frame: setattr(running.ear, "taker", None))
        if not len(running.steps.rows):
            del self._running[deck]
            raise SettingError(
                "nothing was heard in so short a time", expected="a step of the encoder"
            )
        # Where it cannot be written, as on a full disk, it is kept: stop can be sent again.
        written, seconds = self._keep(running, name)
        del self._running[deck]
        return (_STOP, written, seconds)

    def _keep(self, running: _Running, name: str = "") -> tuple[str, float]:
        """Write what was heard so far; the name and the seconds."""
        tape = _tape(running)
        name = name or running.name or names.take_name(datetime.now())
        return self._write(tape, name), tape.seconds

    def _write(self, tape: Tape, name: str) -> str:
        """Write the file, under a name that no other has; the name."""
        try:
            with self._folder.opened(create=True) as inside:
                there = {entry.casefold() for entry in inside.names()}
                for number in range(1, _MOST + 1):
                    stem = name if number == 1 else f"{name}-{number}"
                    file = f"{stem}{ENDINGS[0]}"
                    if file.casefold() not in there:
                        inside.replace(file, tape.to_bytes())
                        return stem
        except OSError as error:
            raise DeviceError(
                f"cannot create a tape in {self._folder.path}",
                received=error.strerror or str(error),
            ) from error
        raise SettingError(f"there are {_MOST} tapes of this name already", received=name)


def _tape(running: _Running) -> Tape:
    """The tape of a recording of at least one step."""
    info, rows = running.ear.info, running.steps.rows
    stride = max(1, info.stride)
    return Tape(
        latents=np.clip(rows, *LATENT_RANGE),
        sample_rate=info.sample_rate,
        hop=info.hop // stride,
        stride=stride,
        samples=len(rows) * info.hop,
        latent_space=info.latent_space,
        source="what came in",
    )


def _read(a: Arguments) -> Values:
    if not 1 <= len(a.values) <= 2:
        raise RefusedError("wants start or stop, and perhaps a name")
    texts = a.words(len(a.values))
    if texts[0] not in (_START, _STOP):
        raise RefusedError(f"wants one of {_START}, {_STOP}")
    return texts


TAPE_RECORD = Address(
    "/tape/record",
    "s: start or stop, perhaps s",
    "Record what the deck hears of the input as a tape of this name, at most 10 minutes, and write "
    "it; `/tape/load` loops it then.",
    Reader(_read, (Wanted("s", words=(_START, _STOP)), TEXT)),
    deck=True,
    by_pattern=False,
    owner=TapeJobs,
    job=TapeJobs.record,
)
