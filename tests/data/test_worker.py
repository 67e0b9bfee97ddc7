from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.data.worker import Job, Worker
from musicvae.errors import DataError

#: A worker whose decoder crashes on some files, as a library with a bug does.
CRASHING = """
import os
from musicvae.data.worker import perform, serve
def do(job):
    if "bad" in job.path:
        os.abort()
    print("a library that prints")
    return perform(job)
serve(do)
"""


def job(path: Path) -> Job:
    return Job(str(path), str(path.with_suffix(".npy")), 8_000, 1)


def test_a_crash_is_an_outcome_of_its_track(
    make_sound: Callable[..., Path], tmp_path: Path
) -> None:
    worker = Worker(CRASHING)
    try:
        answers = [
            worker.perform(job(make_sound(tmp_path / f"{name}.wav"))) for name in ("a", "bad", "c")
        ]
    finally:
        worker.close()
    good, bad, again = answers
    assert good.outcome.stored is not None
    assert again.outcome.stored is not None
    assert bad.outcome.reason is not None
    assert bad.outcome.reason.startswith("the decoder crashed on it (exit code ")
    assert not bad.lasting


def test_a_process_that_does_not_start(tmp_path: Path) -> None:
    worker = Worker("raise SystemExit(3)")
    with pytest.raises(DataError, match=r"exit code 3.*workers=1"):
        worker.perform(job(tmp_path / "a.wav"))
