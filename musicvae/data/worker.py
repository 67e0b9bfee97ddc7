"""Decodes in separate processes: on all cores, and safe from files that crash a decoder.

A worker is this module, run by a new Python process. It reads one job a line from standard input
and writes one answer a line to standard output, both JSON. It ends when its standard input does,
so that no worker outlives a killed parent (``musicvae/child.py``).

The alternatives have faults: after ``fork``, TensorFlow's threads are dead; the ``spawn`` of
multiprocessing runs the caller's script again unless that has a ``__main__`` guard; and with loky
3.7 one crash of a decoder ended 13 of 20 jobs without saying which file did it (here: that one),
and its workers lived on for more than 100 s after their parent was killed (here: for a second).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO

from musicvae import child
from musicvae.audio import AudioSpec
from musicvae.data.decode import TrackDecoder
from musicvae.data.index import Outcome
from musicvae.data.store import Stored, write_sound
from musicvae.errors import AudioError, DataError
from musicvae.soundfiles.reader import READER

#: Seconds in which a process ends by itself, or is killed.
_TIME_TO_END = 2.0


@dataclass(frozen=True)
class Job:
    """A file to decode.

    Attributes:
        path: the sound file.
        target: the ``.npy`` file to write.
        sample_rate: the wanted rate in Hz.
        channels: the wanted number of channels.
    """

    path: str
    target: str
    sample_rate: int
    channels: int


@dataclass(frozen=True)
class Answer:
    """The result of a job.

    Attributes:
        outcome: the stored sound, or the reason why there is none.
        lasting: whether the outcome will be the same the next time; after a crash or an error of
            the file system it may not.
    """

    outcome: Outcome
    lasting: bool = True


def perform(job: Job) -> Answer:
    """Do a job in this process.

    Raises:
        DataError: the cache cannot be written.
    """
    try:
        track = TrackDecoder(Path(job.path), AudioSpec(job.sample_rate, job.channels))
        stored = _stored(track, job)
    except AudioError as error:
        return Answer(Outcome(None, error.what, decoder=decoder_name()))
    except OSError as error:
        return Answer(Outcome(None, f"cannot be read: {error.strerror}"), lasting=False)
    except MemoryError:
        return Answer(Outcome(None, "too long to be decoded in memory"), lasting=False)
    return Answer(Outcome(stored, notes=track.notes, decoder=decoder_name()))


@cache  # to ask for a version reads files, and every track asks
def decoder_name() -> str:
    """What decodes here: an outcome that another decoder left may be better with this one."""
    return f"{version('soundfile')}, reader {READER}"


def _stored(track: TrackDecoder, job: Job) -> Stored:
    """Write the sound of a track to its file; raises AudioError where it turns out to be silent."""
    try:
        return write_sound(Path(job.target), track.blocks(), track.samples, job.channels)
    except OSError as error:
        raise unwritable(error) from error


def unwritable(error: Exception) -> DataError:
    """The error for a cache folder that cannot be written."""
    return DataError(
        "the cache of decoded tracks cannot be written",
        received=str(error),
        hint="set MUSICVAE_CACHE to a folder with room, on a disk that can be written",
    )


class Worker:
    """One decoding process. The first job starts it, and so does the first one after a crash.

    Args:
        code: what the process runs; tests run something else than this module.
    """

    def __init__(self, code: str = "from musicvae.data.worker import serve\nserve()") -> None:
        self._code = code
        self._process: subprocess.Popen[str] | None = None

    def perform(self, job: Job) -> Answer:
        """Have a job done by the process; a crash of the decoder is an outcome of the track.

        Raises:
            DataError: the cache cannot be written, or the process cannot be started.
        """
        process = self._process or self._start()
        try:
            _write(process.stdin, asdict(job))
            line = process.stdout.readline() if process.stdout else ""
        except OSError:
            line = ""
        if not line.endswith("\n"):
            self.close()
            reason = f"the decoder crashed on it (exit code {process.returncode})"
            return Answer(Outcome(None, reason), lasting=False)
        answer = json.loads(line)
        if answer["unwritable"]:
            raise unwritable(OSError(answer["unwritable"]))
        return Answer(Outcome.from_json(answer["outcome"]), answer["lasting"])

    def _start(self) -> subprocess.Popen[str]:
        try:
            self._process = process = child.start(
                self._code,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # decoders warn there about every damaged byte
            )
        except OSError as error:  # no memory, too many files or processes
            raise _not_started(error.strerror or str(error)) from error
        if process.stdout is None or process.stdout.readline() != "ready\n":
            self.close()
            raise _not_started(f"{sys.executable} ended with exit code {process.returncode}")
        return process

    def close(self) -> None:
        """End the process, in the middle of a job or not; it removes what it has half written."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_TIME_TO_END)
        process.kill()
        with suppress(OSError), process:  # closes the pipes and waits
            pass


def _not_started(received: str) -> DataError:
    return DataError(
        "no process could be started to decode in",
        received=received,
        hint="pass workers=1 to decode in this process",
    )


class SameProcess:
    """Does the jobs of a :class:`Worker` in this process."""

    perform = staticmethod(perform)

    def close(self) -> None:
        """Do nothing, since there is no process to end."""


def serve(do: Callable[[Job], Answer] = perform) -> None:
    """Run the worker process: answer jobs until standard input ends.

    Args:
        do: does a job; tests pass another function.
    """
    # Answers go to a copy of standard output, so that a library that prints cannot corrupt them.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    answers.write("ready\n")
    answers.flush()
    with suppress(KeyboardInterrupt):
        for line in child.lines():
            outcome, lasting, broken = "", False, ""
            try:
                answer = do(Job(**json.loads(line)))
                outcome, lasting = answer.outcome.to_json(), answer.lasting
            except DataError as error:
                broken = str(error.received)
            _write(answers, {"outcome": outcome, "lasting": lasting, "unwritable": broken})


def _write(stream: IO[str] | None, value: Mapping[str, object]) -> None:
    if stream is not None:
        stream.write(json.dumps(value) + "\n")
        stream.flush()
