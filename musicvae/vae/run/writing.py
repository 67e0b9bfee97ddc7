"""Writes the files of a run folder, so that a full disk is an error with the way on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from musicvae.errors import MusicVAEError, RunError


@contextmanager
def writing(path: Path, hint: str | None = None) -> Iterator[None]:
    """While a file of a run is written, an error of the disk becomes one with the way on.

    Args:
        path: the file, or what is written, in the run folder.
        hint: what helps; by default to resume the run.

    Raises:
        RunError: it could not be written. What was there before is as it was, since files are
            replaced as a whole.
    """
    try:
        yield
    except MusicVAEError:
        raise
    # zipfile hides the error of the disk behind a ValueError of its own, raised as it closes.
    except (OSError, ValueError) as error:
        causes = [error, error.__context__]
        reasons = [cause.strerror for cause in causes if isinstance(cause, OSError)]
        raise RunError(
            f"{path.name} could not be written; what was saved before is as it was",
            expected=f"space in {path.parent}, and leave to write there",
            received=next(filter(None, reasons), str(error)),
            hint=hint or f"once there is, musicvae train --resume --out {path.parent} goes on",
        ) from error
