"""The fuzzer of files: they are made again, they are survived, and what it looks for is found."""

from __future__ import annotations

import importlib
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands.address import Row
from musicvae.live.engine.engine import Engine
from musicvae.live.storage import presets

pytest.importorskip("onnx", reason="onnx, with which graphs are made, is not installed")

#: Of each kind: a seed, and so few files that they take a moment. With most seeds there are graphs
#: that take seconds until they are refused.
MANY = {
    "presets": (7, 25),
    "mappings": (7, 25),
    "scores": (7, 40),
    "descriptions": (4, 15),
    "graphs": (6, 15),
    "wavs": (7, 25),
}


@pytest.fixture(scope="module")
def trial(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("fuzz_trial")


@pytest.fixture(scope="module")
def cases(trial: ModuleType) -> Any:
    """The class of cases."""
    return importlib.import_module("grammars.grammar").Case


class NoFence:
    """Watches nothing: what watches a process lasts as long as the process."""

    crossed: tuple[str, ...] = ()

    def around(self, folder: Path) -> Any:
        return pytest.MonkeyPatch.context()


def attempt(trial: ModuleType, case: Any) -> tuple[str, str, str]:
    kind = case.kind
    use = trial.use_of(kind)
    outcome: tuple[str, str, str] = trial.attempt(case, trial.grammar_of(kind), use, NoFence())
    return outcome


@pytest.mark.parametrize("kind", MANY)
def test_files_of_strangers_are_used_or_refused(trial: ModuleType, cases: Any, kind: str) -> None:
    seed, many = MANY[kind]
    rng, outcomes = random.Random(seed), Counter[str]()
    for case in (cases.drawn(kind, rng) for _ in range(many)):
        outcome, failure, trace = attempt(trial, case)
        assert not failure, f"--case {case}\n{trace}"
        outcomes[outcome] += 1
    assert len(outcomes) > 1, outcomes


@pytest.mark.parametrize("kind", MANY)
def test_a_case_is_made_again_from_its_name(trial: ModuleType, cases: Any, kind: str) -> None:
    rng = random.Random(MANY[kind][0])
    for case in [cases.drawn(kind, rng) for _ in range(4)]:
        again = cases.parsed(str(case))
        assert again == case
        assert again.files(trial.grammar_of(kind)) == case.files(trial.grammar_of(kind))


@pytest.mark.parametrize("kind", MANY)
def test_right_files_are_used(trial: ModuleType, cases: Any, kind: str) -> None:
    for base in range(3):
        outcome, failure, trace = attempt(trial, cases(kind, base))
        assert not failure, trace
        assert "refused" not in outcome


def test_a_case_is_made_smaller_by_leaving_changes_out(cases: Any) -> None:
    smaller = [str(case) for case in cases("wavs", 3, (1, 2, 3)).smaller()]
    assert smaller == ["wavs:3:2,3", "wavs:3:1,3", "wavs:3:1,2"]


def test_another_exception_is_found(
    trial: ModuleType, cases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presets, "_parsed", lambda data, name: [][len(name)])
    _, failure, trace = attempt(trial, cases("presets", 0))
    assert failure.startswith("IndexError in live/storage/presets.py")
    assert "list index out of range" in trace


def test_sound_that_is_not_finite_is_found(
    trial: ModuleType, cases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "render", lambda self, out: out.fill(np.nan))
    assert attempt(trial, cases("presets", 0))[1].startswith("the sound is not finite")


def test_work_that_a_file_chooses_is_found(
    trial: ModuleType, cases: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    suits = Row.suits

    def slowly(self: Any, *arguments: Any) -> bool:
        for _ in range(100_000):
            abs(-1)
        return suits(self, *arguments)

    monkeypatch.setattr(Row, "suits", slowly)
    assert "more than" in attempt(trial, cases("presets", 0))[1]


def test_what_happens_outside_of_a_folder_is_noticed(root: Path, tmp_path: Path) -> None:
    """In a process of its own, since what watches a process lasts as long as the process."""
    script = tmp_path / "try.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import os, pathlib, fuzz_fence\n"
        "here = pathlib.Path(sys.argv[2]); inside = here / 'inside'; inside.mkdir()\n"
        "fence = fuzz_fence.Fence()\n"
        "with fence.around(inside):\n"
        "    (inside / 'good').write_text('x'); (inside / 'good').rename(inside / 'better')\n"
        "    (inside / 'link').symlink_to(here / 'outside')\n"
        "assert not fence.crossed, fence.crossed\n"
        "with fence.around(inside):\n"
        "    (here / 'outside').write_text('x')\n"
        "    (inside / 'link').open('a').close()\n"
        "    (inside / 'better').rename(here / 'taken')\n"
        "assert len(fence.crossed) == 3, fence.crossed\n"
        "if os.path.isdir('/proc/self/fd'):\n"
        "    out, within = (os.open(each, os.O_RDONLY) for each in (here, inside))\n"
        "    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL\n"
        "    with fence.around(here / 'inside'):\n"
        "        os.close(os.open('one', new, dir_fd=within))\n"
        "        os.replace('one', 'two', src_dir_fd=within, dst_dir_fd=within)\n"
        "        try: os.open('link', new, dir_fd=within)\n"
        "        except FileExistsError: pass\n"
        "        os.remove('two', dir_fd=within)\n"
        "    assert not fence.crossed, fence.crossed\n"
        "    with fence.around(inside):\n"
        "        os.close(os.open('three', new, dir_fd=out))\n"
        "        os.close(os.open('link', os.O_RDWR, dir_fd=within))\n"
        "        os.rename('three', 'four', src_dir_fd=out, dst_dir_fd=within)\n"
        "        os.remove('taken', dir_fd=out)\n"
        "    assert len(fence.crossed) == 4, fence.crossed\n"
    )
    command = [sys.executable, str(script), str(root / "benchmarks"), str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
