"""Ends runs of a graph from outside: a loop in a graph may have no end.

onnxruntime looks at a flag between two nodes of a graph (``RunOptions.terminate``). It is set by a
signal, while the main thread runs a graph; by :func:`look`, where a run takes longer than its
patience; and by :func:`no_runs`, while the program ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from musicvae.errors import RunStoppedError
from musicvae.signals import hearing

#: Seconds that a graph may take for its trial, when it is loaded: a few frames of silence.
TRIAL_PATIENCE = 10.0

Result = TypeVar("Result")


class Run:
    """Runs a session's graph, again and again, so that another thread can end each run.

    For one thread at a time.

    Args:
        name: name of the artifact, for messages.
        patience: seconds that a run may take, as :func:`look` counts them; ``None`` for ever.
    """

    def __init__(self, name: str, patience: float | None = None) -> None:
        import onnxruntime

        self.patience = patience
        self._name = name
        self._options = onnxruntime.RunOptions()
        self._options.log_severity_level = 4  # errors are raised; there is no need to print them
        self._reason: str | KeyboardInterrupt | None = None
        self._seen = 0.0

    def __call__(self, run: Callable[[Any], Result]) -> Result:
        """The result of ``run``, which is given the ``RunOptions``.

        Raises:
            RunStoppedError: it was ended from outside.
            KeyboardInterrupt: it was ended by a signal.
            Exception: any other one of ``run``.
        """
        self._reason, self._seen = None, 0.0
        self._options.terminate = False
        _runs.add(self)
        try:
            if _endings:  # asked once it is among the runs: no_runs() sees it, or it sees no_runs()
                self.stop(_THE_END)
            if threading.current_thread() is not threading.main_thread():
                return run(self._options)  # to hear a signal is for the main thread alone
            with hearing(self._interrupt):
                return run(self._options)
        except Exception as error:
            if isinstance(self._reason, KeyboardInterrupt):
                raise KeyboardInterrupt from error  # a new one: it keeps all that it passes alive
            if self._reason is not None:
                raise RunStoppedError(
                    f"{self._name!r} was stopped while it was run", received=self._reason
                ) from error
            raise
        finally:
            _runs.discard(self)

    def stop(self, reason: str | KeyboardInterrupt) -> None:
        """End the present run; from any thread."""
        self._reason = self._reason or reason
        self._options.terminate = True

    def look(self, seconds: float) -> None:
        """Note that it has been running for so many seconds more."""
        self._seen += seconds
        if self.patience is not None and self._seen > self.patience:
            self.give_up(self.patience)

    def give_up(self, seconds: float) -> None:
        """End the present run, which has taken more than so many seconds; from any thread."""
        self.stop(f"it did not come to an end within {seconds:g} s")

    def _interrupt(self, number: int) -> None:
        self.stop(KeyboardInterrupt())


#: The runs in progress.
_runs: set[Run] = set()
#: The blocks of :func:`no_runs` in progress.
_endings: set[object] = set()
_THE_END = "the program ends"


@contextmanager
def no_runs() -> Iterator[None]:
    """While the block runs, since the program ends, no run goes on or begins; from any thread.

    It is not enough to end those in progress: a thread may have further ones to do.
    """
    ending = object()
    _endings.add(ending)
    try:
        for run in tuple(_runs):
            run.stop(_THE_END)
        yield
    finally:
        _endings.discard(ending)


def look(seconds: float) -> None:
    """End the runs in progress that take longer than their patience.

    They are counted in looks, not by a clock, since a program that was suspended, or its machine,
    must not take the pause for an endless run.

    Args:
        seconds: since the last look.
    """
    for run in tuple(_runs):
        run.look(seconds)


def trial(name: str, run: Callable[[Any], Result]) -> Result:
    """The result of a graph's first run, which has to end within :data:`TRIAL_PATIENCE`.

    Raises:
        RunStoppedError: it did not, or was ended from outside.
        KeyboardInterrupt: it was ended by a signal.
        Exception: any other one of ``run``.
    """
    first = Run(name)
    timer = threading.Timer(TRIAL_PATIENCE, first.give_up, (TRIAL_PATIENCE,))
    timer.daemon = True
    timer.start()
    try:
        return first(run)
    finally:
        timer.cancel()
