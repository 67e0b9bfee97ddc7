"""The parts of a running daemon, as its status and the console read them."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.live.dispatcher import Dispatcher
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.voice import Voice
from musicvae.live.housekeeping import Housekeeper
from musicvae.live.inputs.input import Input
from musicvae.live.jobs.recording import RecordingJobs
from musicvae.live.jobs.worker import Worker
from musicvae.live.network.front.gateway import Gateway
from musicvae.live.network.receiver import Receiver
from musicvae.live.network.tcp import Connections
from musicvae.live.notices import Notices
from musicvae.live.options import Options
from musicvae.live.outputs.output import Output
from musicvae.live.services import Services
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.repertoire import Repertoire


@dataclass(frozen=True)
class Parts:
    """Everything that a daemon consists of, built and connected; see ``assembly.py``.

    Attributes:
        options: with which the daemon was started.
        port: on which it listens, UDP and TCP.
        hosts: the numeric addresses on which it listens.
        repertoire: the models, tapes and presets that can be loaded.
        first_voice: the voice that deck a plays at first.
        notices: texts for people.
        stage: the engine, as other threads see it.
        engine: the decks and their mix.
        output: where the sound goes; its thread renders the engine.
        input: what the decks hear; ``None`` for nothing.
        receiver: the thread that hears packets, and the outbox.
        connections: the TCP connections.
        dispatcher: reads packets and passes their commands on.
        worker: the thread that does jobs.
        recording: the recording in progress, if any.
        services: what processes beside the daemon do for its clients.
        housekeeper: the thread that writes recordings and informs subscribers.
    """

    options: Options
    port: int
    hosts: tuple[str, ...]
    repertoire: Repertoire
    first_voice: Voice
    notices: Notices
    stage: EngineHandle
    engine: Engine
    output: Output
    input: Input | None
    receiver: Receiver | Gateway
    connections: Connections | Gateway
    dispatcher: Dispatcher
    worker: Worker
    recording: RecordingJobs
    services: Services
    housekeeper: Housekeeper
