"""Reports the progress of a training: the interface that the loop calls, and two reporters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from musicvae.errors import MissingExtraError
from musicvae.text import printable
from musicvae.vae.run.folder import Row


class Reporter(Protocol):
    """Receives the progress of a training run."""

    def note(self, text: str) -> None:
        """A line of text for people."""

    def decoding(self, done: int, total: int, key: str) -> None:
        """``done`` of ``total`` tracks are decoded; ``key`` was the last."""

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        """``step`` of ``planned`` steps are done.

        Args:
            step: number of steps done.
            planned: number of steps at the end of the phase.
            figures: ``ELBO``, ``reconstruction`` and ``KL`` of the batch, in nats.
        """

    def epoch(self, row: Row) -> None:
        """An epoch is done; ``row`` is its row of the history."""


class Silent:
    """A reporter that ignores everything."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def decoding(self, done: int, total: int, key: str) -> None:
        """Do nothing."""

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        """Do nothing."""

    def epoch(self, row: Row) -> None:
        """Do nothing."""


class RichReporter:
    """Shows progress bars with the remaining time, and a line for each epoch, on the terminal.

    Args:
        progress: a started ``rich.progress.Progress``.
    """

    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}
        self._training: Any = None

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._progress.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def decoding(self, done: int, total: int, key: str) -> None:
        """Move the decoding bar."""
        self.work("decoding", done, total, key)

    def work(self, what: str, done: int, total: int, key: str) -> None:
        """Move the bar of a piece of work: ``done`` of ``total`` tracks; ``key`` was the last."""
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total, figures="")
        self._progress.update(self._tasks[what], completed=done, figures=printable(key))

    def step(self, step: int, planned: int, figures: dict[str, float]) -> None:
        """Move the training bar."""
        if self._training is None:
            # A resumed run begins at its step, so that the remaining time is estimated rightly.
            self._training = self._progress.add_task(
                "training", completed=step, total=planned, figures=""
            )
        text = "  ".join(f"{name} {_short(value)}" for name, value in figures.items())
        self._progress.update(self._training, completed=step, total=planned, figures=text)

    def epoch(self, row: Row) -> None:
        """Print the epoch's line."""
        distances = "".join(
            f"  {name.replace('_', '-')} {row[f'test_{name}']:.3f}"
            for name in ("log_mel", "stft")
            if f"test_{name}" in row
        )
        self.note(
            f"epoch {row['epoch']:4d}  test ELBO {row['test_elbo']:12,.1f}"
            f"  reconstruction {row['test_reconstruction']:12,.1f}  KL {row['test_kl']:8.1f}"
            f"  active latents {row['active_latents']:3d}{distances}"
            f"  {row['seconds']:6.0f} s"
        )


def _short(value: float) -> str:
    """A figure without digits that change at each step: nats in whole numbers, small ones finer."""
    return f"{value:,.0f}" if abs(value) >= 20 else f"{value:.3f}"


@contextmanager
def terminal() -> Iterator[RichReporter]:
    """A reporter with progress bars on the terminal, which are removed at the end.

    Raises:
        MissingExtraError: rich is not installed.
    """
    try:
        from rich import get_console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError as error:
        raise MissingExtraError("train", "rich", "showing progress") from error
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}", markup=False),
    )
    console = get_console()
    # In a file no bar is drawn, and rich would write an empty line at the end of each.
    drawn = console.is_interactive or console.is_jupyter
    with Progress(*columns, transient=True, disable=not drawn) as progress:
        yield RichReporter(progress)
