"""Copies of a run what others need to train from it, and nothing of the machine that it ran on."""

from __future__ import annotations

import os

from musicvae.errors import RunError
from musicvae.paths import last_part
from musicvae.vae.run.folder import PathLike, RunFolder


def share(run: PathLike, out: PathLike) -> RunFolder:
    """Copy the weights, the latents and the description of a run into a new folder.

    It can be opened, and a training can start from it; it cannot be resumed. The folders that it
    was made of are named without their place.

    Args:
        run: a run that ended, or was stopped with Ctrl-C.
        out: the new run folder.

    Raises:
        RunError: ``run`` is no run or has left no model, or ``out`` holds a run or cannot be
            written.
    """
    source = RunFolder.open(run)
    files = {path.name: path for path in (source.best, source.latents, source.playing)}
    missing = [name for name, path in files.items() if not os.path.lexists(path)]
    if missing and missing != [source.playing.name]:  # a clip model has no such file
        raise RunError(
            "this run has left no model to share",
            expected="a run that ended, or was stopped with Ctrl-C",
            received=f"{source.path} without {', '.join(missing)}",
            hint=f"musicvae train --resume --out {source.path}",
        )
    described = dict(source.describe())
    described["data"] = last_part(described["data"])
    if "from" in described:
        described["from"] = {**described["from"], "run": last_part(described["from"]["run"])}
    report = {"folder": described["data"], "tracks": [], "skipped": []}
    kept = {name: path for name, path in files.items() if name not in missing}
    return RunFolder.create(out, described, source.sides(), report, kept)
