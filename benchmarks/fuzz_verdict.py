"""Judges the cases of ``fuzz_files.py`` in a process of their own, which a file may end or stop."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from fuzz_trial import PACKAGE, Limits
from grammars.grammar import Case


@dataclass(frozen=True)
class Verdict:
    """What became of a case.

    Attributes:
        outcome: how it was used, or by which error it was refused.
        failure: what it may not do; empty where all is well.
        trace: where that happened.
        seconds: that it took.
        megabytes: of memory that it took beyond all cases before it.
    """

    outcome: str
    failure: str = ""
    trace: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def kind(self) -> str:
        """The failure without numbers and random names, which differ each time."""
        return re.sub(r"[0-9a-z]*[0-9][0-9a-z]*", "#", self.failure)


class Court:
    """Tries cases of one kind, between ``with`` and its end.

    Args:
        kind: of the grammar.
        limits: of time and memory.
    """

    def __init__(self, kind: str, limits: Limits) -> None:
        self._kind = kind
        self._limits = limits
        self._process: subprocess.Popen[str] | None = None
        # Closed at the end; a pipe would fill up while nobody reads it.
        said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        self._said: IO[str] = said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.renew()
        self._said.close()

    def renew(self) -> None:
        """Try the next case in a new process."""
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
            self._process.wait()
            self._process = None

    def judge(self, case: Case) -> Verdict:
        """Try a case."""
        process = self._process or self._begin()
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(f"{case}\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if answer:
            return Verdict(**json.loads(answer))
        return self._ended()

    def _begin(self) -> subprocess.Popen[str]:
        self._said.seek(0)
        self._said.truncate()
        trial = str(Path(__file__).with_name("fuzz_trial.py"))
        limits = [str(self._limits.seconds), str(self._limits.megabytes)]
        self._process = subprocess.Popen(
            [sys.executable, trial, self._kind, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        return self._process

    def _ended(self) -> Verdict:
        """The verdict of a case that took the whole process with it."""
        assert self._process is not None  # noqa: S101
        code = self._process.wait()
        self.renew()
        self._said.seek(0)
        said = self._said.read()
        late = "Timeout (" in said
        failure = (
            f"deadline of {self._limits.seconds:g} s" if late else f"the process ended: {code}"
        )
        return Verdict("", f"{failure}{_place(said)}", said[-3000:], self._limits.seconds * late)


def _place(said: str) -> str:
    """The innermost place in musicvae of a trace by faulthandler, whose first line is innermost."""
    for line in said.splitlines():
        if line.startswith("  File") and PACKAGE in line:
            name = line.rpartition(PACKAGE)[2]
            return f" in {name.partition(chr(34))[0]}, {name.rpartition(' in ')[2]}"
    return ""
