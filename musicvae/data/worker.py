"""Decodes in separate processes: on all cores, and safe from files that crash a decoder.

A worker is this module, run by a new Python process. It reads one job a line from standard input
and writes one answer a line to standard output, both JSON. It ends when its standard input does,
so that no worker outlives a killed parent.

The alternatives have faults: after ``fork``, TensorFlow's threads are dead; the ``spawn`` of
multiprocessing runs the caller's script again unless that has a ``__main__`` guard; and with loky
3.7 one crash of a decoder ended 13 of 20 jobs without saying which file did it (here: that one),
and its workers lived on for more than 100 s after their parent was killed (here: until the file in
work is done).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

from musicvae.audio import AudioSpec
from musicvae.data.decode import TrackDecoder
from musicvae.data.index import Outcome
from musicvae.data.store import Stored, write_sound
from musicvae.errors import AudioError, DataError
from musicvae.soundfiles.reader import READER


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
        command: the program to run; tests run another one than this module.
    """

    def __init__(self, command: tuple[str, ...] = ()) -> None:
        self._command = command or (sys.executable, "-c", _START, json.dumps(sys.path))
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
        self._process = process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders warn there about every damaged byte
            text=True,
            encoding="ascii",
        )
        if process.stdout is None or process.stdout.readline() != "ready\n":
            self.close()
            raise DataError(
                "no process could be started to decode in",
                received=f"{self._command[0]} ended with exit code {process.returncode}",
                hint="pass workers=1 to decode in this process",
            )
        return process

    def close(self) -> None:
        """End the process at once, in the middle of a job or not."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError), process:  # closes the pipes and waits
                pass


class SameProcess:
    """Does the jobs of a :class:`Worker` in this process."""

    perform = staticmethod(perform)

    def close(self) -> None:
        """Do nothing, since there is no process to end."""


_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from musicvae.data.worker import serve
serve()
"""


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
    for line in sys.stdin:
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
