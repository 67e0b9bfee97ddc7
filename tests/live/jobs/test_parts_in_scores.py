"""A score knows what the sources of its decks played, and is not rendered with something else."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

from musicvae.cli.main import main
from musicvae.latents.tape import Tape
from musicvae.live.storage.scores import PARTS, read_score
from tests.latents.memories import make_memory

#: A kind, the file of its part named ``one``, and what makes that file as it is from a number.
Part = tuple[str, Path, Callable[[int], object]]


# The encoder of an input needs one: tests/live/stage/test_replaying_input.py.
@pytest.fixture(params=[kind for kind in PARTS if kind != "input"])
def part(request: pytest.FixtureRequest, models: Path, prior_artifacts: ModuleType) -> Part:
    def tape(number: int) -> object:
        rows = np.full((40, 4), number, np.float32)
        return Tape(rows, 16_000, 64, 2, 40 * 128, "0123456789abcdef").save(models / "one.tape")

    def memory(number: int) -> object:
        return make_memory(steps=40 + number).save(models / "one.memory")

    def prior(number: int) -> object:
        write = prior_artifacts.write_prior_artifact
        return write(models / "one.prior.onnx", licence=f"CC-BY-{number}.0")

    make = {"tape": tape, "memory": memory, "prior": prior}[request.param]
    make(1)
    file = next(path for path in models.iterdir() if path.name.startswith("one."))
    return request.param, file, make


def recorded(rig: Any, name: str) -> Path:
    """The score of a short recording."""
    rig.done("/record/start", name)
    rig.handle.look(lambda frame: None)
    rig.done("/record/stop")
    return Path(rig.takes / f"{name}.score.jsonl")


def render(score: Path, models: Path) -> int:
    out = score.with_name("again.wav")
    return main(["render", str(score), "--out", str(out), "--models", str(models), "--quiet"])


def test_a_part_is_known_before_and_during_a_recording(rig: Any, part: Part, models: Path) -> None:
    kind, file, _ = part
    rig.done(f"/{kind}/load", "one")
    shutil.copy(file, file.with_name(file.name.replace("one", "two")))
    rig.done("/record/start", "take")
    rig.done(f"/{kind}/load", "two")
    rig.done("/record/stop")
    score = read_score(rig.takes / "take.score.jsonl")
    one, two = score.parts[kind]["one"], score.parts[kind]["two"]
    assert (Path(one["file"]), one["sha256"]) == (file.resolve(), two["sha256"])
    assert score.digest(kind, "two") == two["sha256"]
    assert score.digest(kind, "three") == score.digest("other", "two") == ""
    assert render(rig.takes / "take.score.jsonl", models) == 0
    again, _ = soundfile.read(rig.takes / "again.wav")
    np.testing.assert_array_equal(again, soundfile.read(rig.takes / "take.wav")[0])


def test_another_file_of_that_name_is_not_rendered(
    rig: Any, part: Part, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind, file, make = part
    rig.done(f"/{kind}/load", "one")
    score = recorded(rig, "take")
    assert render(score, models) == 0
    make(2)
    assert render(score, models) == 1
    assert f"the {kind} 'one' is not the one that was played" in capsys.readouterr().err
    make(1)
    assert render(score, models) == 0
    file.unlink()
    assert render(score, models) == 1
    assert f"no {kind} of that name" in capsys.readouterr().err


def test_one_that_is_replaced_while_people_play_ends_the_scores(rig: Any, part: Part) -> None:
    kind, _, make = part
    rig.done(f"/{kind}/load", "one")
    rig.done(f"/{kind}/load", "one")
    assert rig.journal.unreplayable == ""
    make(2)
    rig.done(f"/{kind}/load", "one")
    assert rig.journal.unreplayable == f"the {kind} 'one' was replaced during the session"
