"""The daemon: start-up, loop, shutdown.

>>> with Daemon("jazz.onnx", output="take.wav", port=0) as daemon:  # doctest: +SKIP
...     print(daemon.port, daemon.status()["level"])
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from musicvae.live.commands.address import DECKS
from musicvae.live.console import greeting
from musicvae.live.console.notices import Notices
from musicvae.live.dispatcher import Clients, Dispatcher
from musicvae.live.engine.clips import ThreadClips
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.voice import Voice
from musicvae.live.housekeeping import Housekeeper
from musicvae.live.jobs.audio import AudioJobs
from musicvae.live.jobs.models import ModelJobs
from musicvae.live.jobs.presets import PresetJobs
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.jobs.rendering import RenderingJobs
from musicvae.live.jobs.worker import Worker, handlers_of
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.sockets import open_sockets
from musicvae.live.network.tcp import Connections
from musicvae.live.options import Options
from musicvae.live.osc.replies import Value, message
from musicvae.live.osc.timetags import due, ntp
from musicvae.live.outputs.output import Output, choose
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.process import on_signals, steadied
from musicvae.live.requests import DEFAULT_REPLY_PORT, Requests
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.repertoire import Repertoire
from musicvae.live.status import flat, status
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.presets import Presets
from musicvae.live.table import ADDRESSES
from musicvae.version import __version__

#: Longer than any fade; an output that has stopped asking for blocks must not hold up the end.
_FADE_PATIENCE = 1.0


class Daemon:
    """Plays artifacts and listens to OSC, between ``with`` and its end.

    Args:
        artifacts: path of an ``.onnx`` file, or a decoder that is loaded already, or several: the
            first plays on deck a, the second on deck b, all can be loaded by name. A folder stands
            for the files in it.
        **options: see :class:`musicvae.live.options.Options`.

    Attributes:
        port: that it listens on.
        first_voice: what deck a plays at first.
        notices: what people should be told.
        engine, output, dispatcher, receiver, worker, recording, housekeeper, repertoire: its parts.

    Raises:
        SettingError: an option is out of range, or there is no model.
    """

    port: int
    first_voice: Voice
    repertoire: Repertoire
    engine: Engine
    output: Output
    dispatcher: Dispatcher
    receiver: Receiver
    worker: Worker
    recording: RecordingJobs
    housekeeper: Housekeeper

    def __init__(self, artifacts: Any, **options: Any) -> None:
        self.options = Options(**options)
        self.notices = Notices()
        self._addressees, self._subscribers = Addressees(), Subscribers()
        self._artifacts = artifacts
        self._ending = False
        self._stack: ExitStack | None = None

    def start(self) -> None:
        """Load the first models, open everything, and begin to sound and to listen.

        Raises:
            ArtifactError: the artifact cannot be played.
            PortInUseError: somebody listens on the port already.
            DeviceError: the output does not open.
            MissingExtraError: a clip at another rate than the output's, and soxr is not installed.
        """
        with ExitStack() as stack:
            self.repertoire = Repertoire(self._artifacts, self.options)
            allowed = AllowList(self.options.allow)
            guarded = bool(self.options.allow)
            datagrams, streams = open_sockets(self.options.bind, self.options.port, guarded=guarded)
            stack.callback(datagrams.close)
            stack.callback(streams.close)
            self.port = int(datagrams.getsockname()[1])
            self._open_output(stack)
            self._raise_stage(stack)
            self._staff(stack)
            self._make_dispatcher(allowed)
            self.receiver = Receiver(
                datagrams,
                self.dispatcher.handle,
                Connections(streams, allowed, self._subscribers.remove),
            )
            stack.enter_context(steadied())
            self._begin(stack)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Fade out, finish what is written, and close everything; safe to call twice.

        Raises:
            DeviceError: the output had failed, or fails now.
        """
        if self._stack is None:
            return
        stack, self._stack = self._stack, None
        self.engine.stop()
        patience = time.monotonic() + _FADE_PATIENCE
        while not (self.engine.silent or self.output.finished) and time.monotonic() < patience:
            time.sleep(0.005)
        stack.close()
        if self.output.failure is not None:
            raise self.output.failure

    def wait(self) -> None:
        """Return when something ends the daemon: ``/quit``, :meth:`end`, its time, the output."""
        while not (self._ending or self.output.finished):
            if self._last_frame is not None and self.engine.frame >= self._last_frame:
                return
            time.sleep(0.02)

    def end(self) -> None:
        """Let :meth:`wait` return; does nothing else, so a signal handler may call it."""
        self._ending = True

    def greeting(self) -> list[str]:
        """What is playing, where, and what to send, as lines for people."""
        return greeting.lines(self)

    def status(self) -> dict[str, Value]:
        """What ``/status.reply`` says; see ``musicvae.live.status.FIELDS``."""
        return status(self)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _open_output(self, stack: ExitStack) -> None:
        wanted = self.options.output
        if wanted is None or isinstance(wanted, str | os.PathLike):
            self.output = choose(wanted, self.repertoire.model_rate, **self.options.sound())
        else:
            self.output = wanted
        if isinstance(self.output, Reconnecting):
            self.output.on_change = self._output_changed
        stack.callback(self.output.stop)

    def _raise_stage(self, stack: ExitStack) -> None:
        """Engine and decks."""
        rate, channels = self.output.sample_rate, self.output.channels
        self.engine = Engine(rate, channels)
        self._journal = Journal(rate, channels)
        stack.callback(self._journal.close)
        self.engine.journal = self._journal.append
        clips = ThreadClips(lambda command, loop: self.engine.post(command, payloads=(loop,)))
        stack.callback(clips.stop)
        self._stage = EngineHandle(
            self.engine,
            Loader(
                self.repertoire.library,
                rate,
                channels,
                clips,
                self._journal.know_model,
                self.repertoire.decoders,
            ),
            ADDRESSES,
            lambda: not self.output.finished,
        )

    def _staff(self, stack: ExitStack) -> None:
        """The threads for what takes longer."""
        takes = Path(self.options.takes)
        self.recording = RecordingJobs(self._stage, self._journal, takes)
        rendering = RenderingJobs(self._stage, takes, self.repertoire.places)
        models = ModelJobs(self._stage)
        jobs = (
            models,
            PresetJobs(self._stage, Presets(self.repertoire.presets)),
            self.recording,
            rendering,
            AudioJobs(self.output, self.options),
        )
        self.worker = Worker(handlers_of(ADDRESSES, jobs, models.load), self._reply)
        self.housekeeper = Housekeeper(
            self.engine,
            self.recording,
            self._tell,
            self._status_values,
            lambda: self.receiver.problem or self.worker.problem,
        )
        self.worker.start()
        stack.callback(self.worker.stop)
        stack.callback(rendering.give_up)

    def _make_dispatcher(self, allowed: AllowList) -> None:
        requests = Requests(
            self._addressees,
            self._subscribers,
            status=self._status_values,
            quit=self.end if self.options.allow_quit else None,
        )
        self.dispatcher = Dispatcher(
            self._stage,
            requests,
            Clients(allowed, self._addressees, self._subscribers),
            work=self.worker.put,
            later=lambda data, peer: self.receiver.outbox.put(data, peer),
            due=self._due if self.options.honour_timetags else None,
        )

    def _begin(self, stack: ExitStack) -> None:
        for deck, name in zip(DECKS, self.repertoire.at_first, strict=False):
            voice = self._stage.loader.voice(name, deck)
            if deck == DECKS[0]:
                self.first_voice = voice
            self.engine.post(ADDRESSES.command("/model/load", deck, "", (name,)), payloads=(voice,))
        for deck in DECKS:
            gain = ADDRESSES.command("/gain", deck, "", (self.options.gain_db,))
            self.engine.post(gain, ADDRESSES.command("/play", deck, "", (1,)))
        self.engine.settle()  # so that no message comes before there is a model
        if self.options.record is not None:
            self.recording.begin(self.options.record)
        self._last_frame = None
        if self.options.seconds is not None:
            self._last_frame = round(self.options.seconds * self.output.sample_rate)
            self.engine.stop(by=self._last_frame)
        self.receiver.start()
        stack.callback(self.receiver.stop)
        self.housekeeper.start()
        stack.callback(self.housekeeper.stop)
        self.output.start(self.engine.render, self._last_frame)
        if self.options.port:  # one that took any port is not what an open patch waits for
            greeted = message("/startup", __version__, self.port)
            self.receiver.outbox.put(greeted, Peer("127.0.0.1", DEFAULT_REPLY_PORT))

    def _due(self, when: int) -> int | None:
        """The frame that a time tag means, as well as it can be known between two blocks."""
        seconds = due(when, ntp(time.time()))
        return self.engine.frame + round(seconds * self.engine.sample_rate) if seconds else None

    def _reply(self, peer: Peer, address: str, *values: Value) -> None:
        self.receiver.outbox.put(message(address, *values), self._addressees.of(peer))

    def _output_changed(self, state: str) -> None:
        self.notices.say(f"sound: {state}")
        self._tell("/output", state)

    def _tell(self, address: str, *values: Value) -> None:
        if address == "/fail":
            self.notices.say(": ".join(map(str, values)))
        for peer in self._subscribers.current(time.monotonic()):
            self._reply(peer, address, *values)

    def _status_values(self) -> list[Value]:
        return flat(self.status())


def run(artifacts: Any, say: Callable[[Daemon], Any] | None = None, **options: Any) -> None:
    """Play until a signal, ``/quit`` or the end of its time; main thread only.

    Args:
        artifacts: see :class:`Daemon`.
        say: given the daemon once it plays, it may say so, and returns a context manager that is
            left when it ends; ``None`` says nothing.
        **options: of :class:`Daemon`, which also raises the errors.
    """
    daemon = Daemon(artifacts, **options)
    with on_signals(daemon.end), daemon, ExitStack() as stack:
        if say is not None:
            stack.enter_context(say(daemon))
        daemon.wait()
