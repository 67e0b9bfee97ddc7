"""An engine without a device, and jobs that are done on the caller's thread."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.describing import describe
from musicvae.live.engine.engine import Engine
from musicvae.live.jobs.audio import AudioJobs
from musicvae.live.jobs.maps import MapJobs
from musicvae.live.jobs.models import ModelJobs
from musicvae.live.jobs.presets import PresetJobs
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.jobs.rendering import RenderingJobs
from musicvae.live.jobs.tapes import TapeJobs
from musicvae.live.jobs.worker import Task, Worker, handlers_of
from musicvae.live.network.peers import Peer
from musicvae.live.outputs.clocked import Null
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.library import Library
from musicvae.live.storage.presets import Presets
from musicvae.live.table import ADDRESSES

RATE = 16_000
ME = Peer("127.0.0.1", 50_000)


class Rig:
    """Decks a and b, playing; ``jazz`` is loaded on deck a."""

    def __init__(self, models: Path, folder: Path) -> None:
        self.engine = Engine(RATE)
        self.journal = Journal(RATE, 2)
        self.engine.journal = self.journal.append
        self.library = Library([models], models)
        loader = Loader(self.library, RATE, 2, InlineClips(), self.journal)
        self.handle = EngineHandle(self.engine, loader, ADDRESSES)
        self.presets = folder / "presets"
        self.takes = folder / "takes"
        self.recording = RecordingJobs(self.handle, self.journal, self.takes)
        self.rendering = RenderingJobs(self.handle, self.takes, lambda: [str(models)])
        presets = PresetJobs(self.handle, Presets(self.presets))
        models_and_tapes = ModelJobs(self.handle)
        tapes = TapeJobs(self.handle, models)
        jobs = [
            models_and_tapes,
            MapJobs(self.handle),
            presets,
            self.recording,
            self.rendering,
            tapes,
        ]
        rows = [row for row in ADDRESSES if row.owner is not AudioJobs]
        self.said: list[tuple[Peer, str, list[Any]]] = []
        self.worker = Worker(
            handlers_of(rows, jobs, models_and_tapes.load),
            lambda peer, address, *values: self.said.append((peer, address, list(values))),
        )
        self.output = Null(RATE, block=128)
        self.output.start(self.engine.render)
        for deck in ("a", "b"):
            self.handle.apply(ADDRESSES.command("/play", deck, "", (1,)))
        self.done("/model/load", "jazz")

    def do(self, *message: Any) -> tuple[str, list[Any]]:
        """Do a job; returns its last reply without the address of the job."""
        command = ADDRESSES.restore(list(message), "a", self.handle.shapes)
        self.said.clear()
        self.worker.do(Task(command, ME, message[0]))
        self.worker.settle()
        peer, address, values = self.said.pop()
        assert (peer, values[0]) == (ME, message[0])
        return address, values[1:]

    def done(self, *message: Any) -> list[Any]:
        """Do a job that must succeed; returns the values of its reply."""
        address, values = self.do(*message)
        assert address == "/done", values
        return values

    def failed(self, *message: Any) -> str:
        """Do a job that must fail; returns the reason."""
        address, values = self.do(*message)
        assert address == "/fail", values
        assert self.worker.faults.problem == ""
        return str(values[0])

    def apply(self, *message: Any) -> None:
        """Apply a message that is not a job."""
        self.handle.apply(ADDRESSES.restore(list(message), "a", self.handle.shapes))

    def state(self, deck: str = "a") -> list[Any]:
        """The state of a deck."""
        return self.handle.look(lambda frame: describe(self.handle.deck(deck), ADDRESSES))


@pytest.fixture
def rig(models: Path, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(models, tmp_path)
    yield rig
    if rig.recording.recorder is not None:
        rig.recording.finish()
    rig.output.stop()
    rig.journal.close()
