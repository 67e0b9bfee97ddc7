"""The process that renders for ``/render``: reads one job, and writes one WAV file.

The job is a line of JSON on standard input, and the file, created by the daemon, is standard
output: this process opens no path to write. It ends when its input does, and leaves no file then.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from musicvae import child
from musicvae.errors import MusicVAEError
from musicvae.live.commands.table import AddressTable
from musicvae.live.outputs.wav import GrowingWav
from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.ready import ReadyShelf
from musicvae.live.storage.scores import score_of

#: What the process runs.
CODE = """
from musicvae.live.jobs.render_process import serve
from musicvae.live.table import ADDRESSES
serve(ADDRESSES)
"""


def job(score: dict[str, object], places: list[str], path: Path) -> str:
    """The line that :func:`serve` reads.

    Args:
        score: as it is written by hand; see docs/score.md.
        places: paths of models and tapes.
        path: of the WAV file, for messages, and to remove it.
    """
    return json.dumps({"score": score, "places": places, "path": os.path.abspath(path)}) + "\n"  # noqa: PTH100


def serve(table: AddressTable) -> None:
    """Render one job; exits with 1 and one line on standard error where that fails."""
    # The file is a copy of standard output, so that a library that prints cannot corrupt it.
    file = os.fdopen(os.dup(1), "r+b", buffering=0)
    os.dup2(2, 1)
    begun: list[Path] = []
    try:
        for line in child.lines(lambda: _remove(file, begun)):
            values = json.loads(line)
            begun.append(Path(values["path"]))
            _render(values, begun[0], file, table)
            return
    except (MusicVAEError, OSError, MemoryError) as error:
        print(str(error) or type(error).__name__, file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(1) from None


def _render(values: dict[str, Any], path: Path, file: IO[bytes], table: AddressTable) -> None:
    score = score_of(values["score"])
    places = [Path(place) for place in values["places"]]
    renderer = ScoreRenderer(score, Library(places, places, ReadyShelf()), table)
    renderer.write_to(GrowingWav(path, score.rate, score.channels, file))
    renderer.check_faults(path.name)


def _remove(file: IO[bytes], begun: list[Path]) -> None:
    """Remove the unfinished file of a daemon that was killed, unless something else is there."""
    with suppress(OSError, ValueError):
        if begun and os.path.samestat(os.fstat(file.fileno()), begun[0].lstat()):
            begun[0].unlink()
