"""The daemon: start-up, loop, shutdown.

>>> with Daemon("jazz.onnx", output="take.wav", port=0) as daemon:  # doctest: +SKIP
...     print(daemon.port, daemon.status()["level"])
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import musicvae
from musicvae.errors import ArtifactKindError, SettingError
from musicvae.live import greeting
from musicvae.live.desk import Desk
from musicvae.live.engine.decoding import ThreadDecoding
from musicvae.live.engine.engine import Engine, SetPlaying
from musicvae.live.engine.fades import decibels
from musicvae.live.engine.loops import ClipDecoder, LoopMaker
from musicvae.live.osc.commands import DECKS, GAIN_RANGE
from musicvae.live.osc.network import AllowList, open_socket
from musicvae.live.osc.reception import Receiver
from musicvae.live.osc.replies import Value
from musicvae.live.outputs.choice import DEFAULT_BLOCK, Output, choose
from musicvae.live.player import Player
from musicvae.live.process import on_signals, steadied

DEFAULT_PORT = 7700
#: Longer than any fade; an output that has stopped asking for blocks must not hold up the end.
_FADE_PATIENCE = 1.0


class Daemon:
    """Plays one artifact and listens to OSC, between ``with`` and its end.

    Args:
        artifact: path of an ``.onnx`` file, or a decoder that is loaded already.
        output: ``None`` for the sound card, ``"null"`` for nowhere, a path for a WAV file, or an
            ``Output``.
        port: UDP port; 0 lets the system choose, see :attr:`port`.
        bind: address of the interface to listen on.
        allow: hosts that may speak besides this machine.
        allow_quit: whether ``/quit`` ends the daemon.
        gain_db: at the start, -96 to 12.
        seconds: end by itself after so long; ``None`` never does.
        rate: of the output in Hz; ``None`` is the sound card's own, or the model's for a file.
        device: name or number of a sound card.
        block: frames rendered at once, 16 to 8192.
        fast: render a file as fast as possible, not in real time.

    Raises:
        SettingError: an option is out of range.
    """

    def __init__(
        self,
        artifact: str | os.PathLike[str] | ClipDecoder,
        *,
        output: str | os.PathLike[str] | Output | None = None,
        port: int = DEFAULT_PORT,
        bind: str = "127.0.0.1",
        allow: Iterable[str] = (),
        allow_quit: bool = False,
        gain_db: float = 0.0,
        seconds: float | None = None,
        rate: int | None = None,
        device: str | int | None = None,
        block: int = DEFAULT_BLOCK,
        fast: bool = False,
    ) -> None:
        _check("gain", gain_db, *GAIN_RANGE)
        _check("length in seconds", 1.0 if seconds is None else seconds, 0.1, 1e6)
        _check("block", block, 16, 8192)
        _check("rate", 48_000 if rate is None else rate, 1_000, 192_000)
        self.bind = bind
        self._artifact = artifact
        self._output_wanted = output
        self._port = port
        self._hosts = tuple(allow)
        self._allow_quit = allow_quit
        self._gain_db = gain_db
        self._seconds = seconds
        self._choice: dict[str, Any] = {
            "rate": rate,
            "device": device,
            "block": block,
            "fast": fast,
        }
        self._ending = False
        self._stack: ExitStack | None = None

    def start(self) -> None:
        """Load, open, decode the first loop, and begin to sound and to listen.

        Raises:
            ArtifactError: the artifact cannot be played.
            PortInUseError: somebody listens on the port already.
            DeviceError: the output does not open.
            MissingExtraError: the output's rate is not the model's, and soxr is not installed.
        """
        with ExitStack() as stack:
            self._load()
            allowed = AllowList(self._hosts)
            listening = open_socket(self.bind, self._port, guarded=bool(self._hosts))
            stack.callback(listening.close)
            self.port = int(listening.getsockname()[1])
            self._open_output(stack)
            self._prepare()
            quitting = self.end if self._allow_quit else None
            self._desk = Desk(
                self._player, self.info.latent_dim, allowed, self._status_values, quitting
            )
            self._receiver = Receiver(listening, self._desk.handle)
            stack.enter_context(steadied())
            self._decoding.start()
            stack.callback(self._decoding.stop)
            self._receiver.start()
            stack.callback(self._receiver.stop)
            frames = None
            if self._seconds is not None:
                frames = round(self._seconds * self.output.sample_rate)
                self.engine.finish_at(frames)
            self._last_frame = frames
            self.output.start(self.engine.render, frames)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Fade out, finish what is written, and close everything; safe to call twice.

        Raises:
            DeviceError: the output had failed, or fails now.
        """
        if self._stack is None:
            return
        stack, self._stack = self._stack, None
        self.engine.post(SetPlaying(False))
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
        return greeting.lines(self.model, self.info, self.output, self.bind, self.port, self._hosts)

    def status(self) -> dict[str, Value]:
        """What ``/status.reply`` says; see ``musicvae.live.status.FIELDS``."""
        counts, decodes, output = self._desk.counts, self._decoding.counts, self.output
        block_ms = output.block / output.sample_rate * 1000
        since = -1.0 if counts.last_packet is None else time.monotonic() - counts.last_packet
        return {
            "model": self.model,
            "genre": self.info.genre,
            "latents": self.info.latent_dim,
            "playing": int(self._player.playing),
            "gain": self._player.gain_db,
            "level": decibels(self.engine.level),
            "decode_ms": decodes.last_ms,
            "latency_ms": decodes.last_ms + block_ms + output.latency_ms,
            "packets_received": counts.packets_received,
            "packets_refused": counts.packets_refused,
            "messages_refused": counts.messages_refused,
            "coalesced": decodes.coalesced,
            "decode_failed": decodes.failed,
            "underruns": output.underruns,
            "faults": self._receiver.faults,
            "since_packet": since,
            "seconds": self.engine.frame / self.engine.sample_rate,
            "rate": output.sample_rate,
            "version": musicvae.__version__,
        }

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

    def _load(self) -> None:
        if isinstance(self._artifact, str | os.PathLike):
            from musicvae.decoder import Decoder

            self.model = Path(self._artifact).name
            try:
                self._decoder: ClipDecoder = Decoder(self._artifact, threads=1)
            except ArtifactKindError as error:
                raise ArtifactKindError(
                    f"musicvae live cannot play {self.model!r}: it plays clips only, so far",
                    legal=error.legal,
                    received=error.received,
                    mend="see examples/hosts for programs that play streams",
                ) from error
        else:
            self._decoder = self._artifact
            self.model = self._artifact.info.genre
        self.info = self._decoder.info

    def _open_output(self, stack: ExitStack) -> None:
        wanted = self._output_wanted
        if wanted is None or isinstance(wanted, str | os.PathLike):
            self.output = choose(wanted, self.info.sample_rate, **self._choice)
        else:
            self.output = wanted
        stack.callback(self.output.stop)

    def _prepare(self) -> None:
        """Engine, decoding and player; the first loop is there before the first block."""
        self.engine = Engine(self.output.sample_rate, self.output.channels)
        deck = self.engine.decks[DECKS[0]]
        maker = LoopMaker(self._decoder, self.output.sample_rate, self.output.channels)
        self._decoding = ThreadDecoding(maker, deck.offer)
        self._player = Player(self.engine, self._decoding, self.info.latent_dim)
        started = time.perf_counter()
        deck.offer(maker(self._player.latents.copy()))
        self._decoding.counts.last_ms = (time.perf_counter() - started) * 1000
        self._player.start(self._gain_db)

    def _status_values(self) -> list[Value]:
        return [value for pair in self.status().items() for value in pair]


def run(
    artifact: str | os.PathLike[str], say: Callable[[str], None] | None = None, **options: Any
) -> None:
    """Play until a signal, ``/quit`` or the end of its time; main thread only.

    Args:
        artifact: path of an ``.onnx`` file.
        say: receives each start-up line; ``None`` says nothing.
        **options: of :class:`Daemon`, which also raises the errors.
    """
    daemon = Daemon(artifact, **options)
    with on_signals(daemon.end), daemon:
        if say is not None:
            for line in daemon.greeting():
                say(line)
        daemon.wait()


def _check(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # NaN is not
        raise SettingError(
            f"the {what} is out of range", legal=f"{low:g} to {high:g}", received=value
        )
