"""An engine on which files are used, with the checks that no file may break.

Nothing here has a clock: the work of a block is counted in calls of functions, so a judgement is
the same on every machine. One call may still take long; the runner has a deadline for that.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
from soak_figures import CEILING, ROUNDING
from soak_models import Chord, Waves, clip_info, stream_info

from musicvae.errors import ArtifactError, LiveError
from musicvae.live.commands.address import DECKS, Command
from musicvae.live.commands.arguments import RefusedError
from musicvae.live.commands.messages import StoredMessage
from musicvae.live.engine.batch import Batch
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import SEGMENT, Engine
from musicvae.live.stage.engine_handle import PATIENCE, EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES

RATE = 16_000
#: Calls that the rendering of one segment may make; one with all that is allowed makes a tenth.
MOST_CALLS = 30_000
#: Calls that each frame of a model may make: how long a frame is, a model chooses.
CALLS_OF_FRAME = 150
#: Segments that are rendered until commands are applied: so long a job waits for the engine.
MOST_SEGMENTS = int(PATIENCE * RATE) // SEGMENT
#: Time of this thread that it may take: most devices have sound for longer.
MOST_SECONDS = 0.03
#: Further time for each call, since counting it takes about as long.
SECONDS_OF_CALL = 2e-6
SPACE = "0123456789abcdef"


class WrongError(Exception):
    """What no file may cause."""


class _AtOnce(Engine):
    """An engine whose caller is the rendering thread, so that nobody waits for another.

    Attributes:
        model_frames: of a model that plays, in one segment; each may make some calls.
        of_models: faults that are a model's own: what a graph computes, a graph decides.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        super().__init__(sample_rate, channels)
        self.model_frames = self.of_models = 0
        faults: Any = self.faults
        faults.note = partial(self._note, faults.note)
        self._segment = np.zeros((SEGMENT, channels), np.float32)

    def post(
        self, *commands: Command, then: Callable[[int], None] | None = None, **options: Any
    ) -> Batch:
        """As an engine does; where ``then`` is to be called, it is rendered until that was so."""
        if then is None:
            return super().post(*commands, **options)
        called: list[int] = []

        def told(frame: int) -> None:
            called.append(frame)
            then(frame)

        batch = super().post(*commands, then=told, **options)
        for _ in range(MOST_SEGMENTS):
            self.render_segment()
            if called:
                return batch
        raise WrongError("commands are not applied while somebody waits for them")

    def _note(self, note: Callable[..., None], where: str, error: BaseException) -> None:
        self.of_models += isinstance(error, ArtifactError)
        note(where, error)

    def render_segment(self) -> None:
        """Render a segment as the rendering thread does, and judge it; raises ``WrongError``."""
        most = MOST_CALLS + CALLS_OF_FRAME * self.model_frames
        with Work("the rendering of one segment", most):
            self.render(self._segment)
        check_sound(self._segment)


def decoders() -> dict[str, Any]:
    """The models of numpy that can be loaded by name; each serves one voice at a time."""
    return {
        "waves": Waves(stream_info(4, RATE, 256, SPACE)),
        "chord": Chord(clip_info(3, RATE, 0.25)),
    }


class Stage:
    """An engine with two decks that play, and a loader of models and tapes in a folder.

    Args:
        folder: of models and tapes.

    Attributes:
        engine: with the decks.
        library: of the folder.
        handle: of the engine.
    """

    def __init__(self, folder: Path) -> None:
        self.engine = _AtOnce(RATE, 2)
        self.library = Library([folder], folder)
        loader = Loader(self.library, RATE, 2, InlineClips(), decoders=decoders())
        self.handle = EngineHandle(self.engine, loader, ADDRESSES)
        for deck in DECKS:
            self.do(["/play", 1], deck)

    def do(self, message: StoredMessage, deck: str = DECKS[0]) -> None:
        """Carry out a message; raises ``RefusedError`` or a ``MusicVAEError``."""
        command = self.handle.restore(message, deck)
        self.handle.apply(command, payloads=(self.handle.payload(command),))

    def attempt(self, messages: Iterable[StoredMessage], deck: str = DECKS[0]) -> None:
        """Carry out those messages that are possible."""
        for message in messages:
            try:
                self.do(message, deck)
            except LiveError as error:  # a PATIENCE that ran out is a hang
                raise WrongError(f"{message!r:.80}: {error}") from error
            except RefusedError:
                continue

    def listen(self, segments: int = 8) -> None:
        """Render for a while.

        Raises:
            WrongError: a sample is not finite or too loud, a segment takes too many calls, or the
                engine has counted a fault of its own.
        """
        for _ in range(segments):
            self.engine.render_segment()
        if self.engine.faults.count > self.engine.of_models:
            raise WrongError(f"a fault was counted: {self.engine.faults.problem}")


class Work:
    """Counts calls of functions between ``with`` and its end, on this thread, and refuses too many.

    Args:
        of: what is done, for the error.
        most: calls.
        live: whether a device waits for it, so that the time is judged too.

    Raises:
        WrongError: at the end: there were more calls, or they took longer than a device waits.
    """

    #: Whether time is judged too, in seconds of this thread; not in tests.
    timed = False

    def __init__(self, of: str, most: int = MOST_CALLS, *, live: bool = True) -> None:
        self._live = live and self.timed
        self._of = of
        self._most = most
        self._calls = 0

    def __enter__(self) -> None:
        self._started = time.thread_time()
        sys.setprofile(self._seen)

    def __exit__(self, kind: object, *_: object) -> None:
        sys.setprofile(None)
        seconds = time.thread_time() - self._started
        if kind is None and self._calls > self._most:
            raise WrongError(f"{self._of}: more than {self._most} calls")
        most = MOST_SECONDS * self._most / MOST_CALLS + SECONDS_OF_CALL * self._calls
        if kind is None and self._live and seconds > most:
            raise WrongError(f"{self._of}: takes too long")

    def _seen(self, frame: FrameType, event: str, argument: Any) -> None:
        self._calls += event in ("call", "c_call")


def check_sound(sound: Any) -> None:
    """Refuse sound, float32 of any shape, that is not finite or passes the ceiling.

    Raises:
        WrongError: it does.
    """
    if not np.isfinite(sound).all():
        raise WrongError("the sound is not finite")
    if np.abs(sound).max(initial=0.0) > CEILING + ROUNDING:
        raise WrongError("the sound passes the ceiling")


def check_text(text: str) -> None:
    """Refuse text that would do something to a terminal, cannot be written, or never ends.

    Raises:
        WrongError: it does.
    """
    if len(text) > 100_000:
        raise WrongError("a text of more than 100 000 letters")
    if not text.replace("\n", "").isprintable():
        raise WrongError("control characters reach the terminal")
    text.encode("utf-8")
