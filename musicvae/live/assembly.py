"""Builds the parts of a daemon and connects them, before it sounds and listens."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from musicvae.errors import DeviceError, SettingError
from musicvae.live.dispatcher import Clients, Dispatcher
from musicvae.live.engine.clips import ThreadClips
from musicvae.live.engine.engine import Engine
from musicvae.live.frame_clock import frame_clock
from musicvae.live.hearing.hearing import CHANNELS
from musicvae.live.housekeeping import Housekeeper
from musicvae.live.inputs.choosing import choose as choose_input
from musicvae.live.inputs.choosing import is_file
from musicvae.live.inputs.input import Input
from musicvae.live.inputs.reconnecting import ReconnectingInput
from musicvae.live.jobs.audio import AudioJobs
from musicvae.live.jobs.maps import MapJobs
from musicvae.live.jobs.models import ModelJobs
from musicvae.live.jobs.presets import PresetJobs
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.jobs.rendering import RenderingJobs
from musicvae.live.jobs.tapes import TapeJobs
from musicvae.live.jobs.worker import Worker, handlers_of
from musicvae.live.listening import listen, open_sockets
from musicvae.live.network.clients import Addressees, Subscribers
from musicvae.live.network.outbox import Outbox
from musicvae.live.network.peers import AllowList, Peer
from musicvae.live.notices import Announcer, Notices
from musicvae.live.options import Options
from musicvae.live.osc.replies import Value
from musicvae.live.outputs.output import Output, choose
from musicvae.live.outputs.reconnecting import Reconnecting
from musicvae.live.parts import Parts
from musicvae.live.requests import Requests
from musicvae.live.services import Services
from musicvae.live.spectrum import Spectra
from musicvae.live.stage.beginning import load_first, set_input
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.opening import Opening
from musicvae.live.stage.pace import Pace
from musicvae.live.stage.repertoire import Artifacts, Repertoire
from musicvae.live.status import flat, problems, status
from musicvae.live.storage.input_log import InputLog
from musicvae.live.storage.journal import Journal
from musicvae.live.storage.presets import Presets
from musicvae.live.table import ADDRESSES
from musicvae.live.watching import MAX_WATCHERS, Watching
from musicvae.paths import expand, output_file


def assemble(
    artifacts: Artifacts,
    options: Options,
    quit: Callable[[], None],
    stack: ExitStack,
    insists: bool = True,
) -> Parts:
    """Open what a daemon needs, and load its first models.

    When this returns the worker waits for jobs; the receiver, the housekeeper and the output are
    yet to be started.

    Args:
        artifacts: see :class:`musicvae.live.daemon.Daemon`.
        options: options of the daemon.
        quit: called for ``/quit``, on the receiver's thread.
        stack: closes everything that was opened, in reverse order.
        insists: whether an input that no model can hear is an error.

    Raises:
        MusicVAEError: see :meth:`musicvae.live.daemon.Daemon.start`.
    """
    _check_files(artifacts, options)
    repertoire = Repertoire(artifacts, options)
    AllowList(options.allow)  # before a port is taken
    sockets = open_sockets(options, stack)
    hosts = sockets.hosts
    allowed = AllowList([*options.allow, *hosts])  # what is bound is this machine
    announcer = Announcer(Outbox(), Addressees(), Subscribers(), Notices())
    output = _open_output(options, repertoire.model_rate, announcer, stack)
    tapes = [os.fspath(repertoire.tapes)]
    journal = Journal(output.sample_rate, output.channels, tapes, decks=options.decks)
    stack.callback(journal.close)
    hurried = not (options.fast or options.allow_slow)
    engine = Engine(output.sample_rate, output.channels, options.decks)
    engine.journal = journal.append
    stage = _build_stage(engine, output, journal, repertoire, hurried, stack)
    heard = _open_input(options, output, announcer, stack)
    log = _log_input(stage.engine, stack) if heard is not None else None
    recording = RecordingJobs(stage, journal, Path(options.takes), log)
    opening = Opening(options.source, heard is not None, insists)
    if heard is not None:
        set_input(stage, heard, announcer.notices)
    jobs = _Jobs(stage, recording, opening)
    worker = _start_worker(jobs, output, repertoire, options, announcer, stack)

    def status_values() -> list[Value]:
        return flat(status(parts))  # not called before everything runs

    requests = Requests(
        announcer.addressees,
        announcer.subscribers,
        status_values,
        quit if options.allow_quit else None,
        ADDRESSES.beginnings,
        watchers := Subscribers(MAX_WATCHERS),
        onlookers := Subscribers(MAX_WATCHERS),
        services := Services(announcer.reply),
    )
    dispatcher = Dispatcher(
        stage,
        requests,
        Clients(allowed, announcer.addressees, announcer.subscribers),
        worker.put,
        announcer.outbox.put,
        frame_clock(stage.engine) if options.honour_timetags else None,
        announcer.refusals.note,
    )

    def gone(peer: Peer) -> None:
        announcer.subscribers.remove(peer)
        watchers.remove(peer)
        onlookers.remove(peer)
        services.gone(peer)

    receiver, connections = listen(
        sockets, options.front, allowed, dispatcher, announcer, gone, stack
    )
    parts = Parts(
        options=options,
        port=sockets.port,
        hosts=hosts,
        repertoire=repertoire,
        first_voice=load_first(stage, repertoire, options, opening),
        notices=announcer.notices,
        stage=stage,
        engine=stage.engine,
        output=output,
        input=heard,
        receiver=receiver,
        connections=connections,
        dispatcher=dispatcher,
        worker=worker,
        recording=recording,
        services=services,
        housekeeper=Housekeeper(
            stage.engine,
            recording,
            announcer.tell,
            status_values,
            lambda: problems(parts),
            Watching(stage.engine, ADDRESSES, watchers, announcer.reply).look,
            Spectra(stage.engine, onlookers, announcer.reply).look,
            announcer.refusals.show,
        ),
    )
    return parts


def _check_files(artifacts: Artifacts, options: Options) -> None:
    """Refuse, before anything is opened, a file that cannot be written, or that is read."""
    out, heard = options.output, options.input
    from_file = isinstance(heard, str | os.PathLike) and is_file(heard)
    if options.loop and not from_file:
        raise SettingError(
            "only a file that is heard can begin again",
            expected="--loop with --input FILE",
            received="--loop alone" if heard is None else "--loop with another input",
        )
    if isinstance(out, str | os.PathLike) and os.fspath(out) != "null":
        given = artifacts if isinstance(artifacts, list | tuple) else (artifacts,)
        candidates = (*given, heard) if from_file else given
        read = [path for path in candidates if isinstance(path, str | os.PathLike)]
        output_file(out, (".wav",), read, DeviceError)


def _open_output(
    options: Options, model_rate: int, announcer: Announcer, stack: ExitStack
) -> Output:
    wanted = options.output
    if wanted is None or isinstance(wanted, str | os.PathLike):
        given = wanted if wanted is None or os.fspath(wanted) == "null" else expand(wanted)
        output = choose(given, model_rate, **options.sound())
    else:
        output = wanted
    if isinstance(output, Reconnecting):
        output.on_change = announcer.output_changed
    stack.callback(output.stop)
    return output


def _open_input(
    options: Options, output: Output, announcer: Announcer, stack: ExitStack
) -> Input | None:
    """What the decks hear; ``None`` for nothing."""
    wanted = options.input
    if wanted is None or not isinstance(wanted, str | os.PathLike):
        heard = wanted
    else:
        heard = choose_input(
            wanted,
            output.sample_rate,
            output.block,
            output if isinstance(output, Reconnecting) else None,
            loop=options.loop,
            patient=not isinstance(output, Reconnecting),  # only a sound card cannot wait
        )
    if isinstance(heard, ReconnectingInput):
        heard.on_change = announcer.input_changed
    if heard is not None:
        stack.callback(heard.stop)
    return heard


def _build_stage(
    engine: Engine,
    output: Output,
    journal: Journal,
    repertoire: Repertoire,
    hurried: bool,
    stack: ExitStack,
) -> EngineHandle:
    """The engine and a loader for its decks; ``hurried`` refuses models that are too slow."""
    decks = len(engine.decks)
    clips = ThreadClips(lambda command, loop: engine.post(command, payloads=(loop,)), decks)
    stack.callback(clips.stop)
    loader = Loader(
        repertoire.library,
        output.sample_rate,
        output.channels,
        clips,
        journal,
        repertoire.decoders,
        Pace(output.sample_rate, output.channels) if hurried else None,
    )
    loader.note = engine.faults.note
    return EngineHandle(engine, loader, ADDRESSES, lambda: not output.finished)


def _log_input(engine: Engine, stack: ExitStack) -> InputLog:
    """The log of all that the engine hears."""
    log = InputLog(engine.sample_rate, CHANNELS)
    engine.input_tap = log.append
    stack.callback(log.close)
    return log


class _Jobs(NamedTuple):
    """What jobs are done with."""

    stage: EngineHandle
    recording: RecordingJobs
    opening: Opening


def _start_worker(
    given: _Jobs,
    output: Output,
    repertoire: Repertoire,
    options: Options,
    announcer: Announcer,
    stack: ExitStack,
) -> Worker:
    """The thread that does jobs, with everything it can do."""
    stage, recording, opening = given
    rendering = RenderingJobs(stage, Path(options.takes), repertoire.places)
    models = ModelJobs(stage, opening)
    tapes = TapeJobs(stage, repertoire.tapes, announcer.notices.insist)
    stack.callback(tapes.finish)
    jobs = (
        models,
        MapJobs(stage),
        PresetJobs(stage, Presets(repertoire.presets)),
        recording,
        rendering,
        AudioJobs(output, options),
        tapes,
    )
    worker = Worker(handlers_of(ADDRESSES, jobs, models.load), announcer.answer)
    worker.start()
    stack.callback(worker.stop)
    stack.callback(rendering.give_up)  # first, or the worker would wait for its end
    return worker
