"""A short performance into JACK, driven by programs of others, looked at sample by sample."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

DRIVERS = ("oscsend", "pd", "sclang")


@pytest.fixture
def stage(benchmark: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("JACK_DEFAULT_SERVER", "JACK_NO_START_SERVER"):
        monkeypatch.setenv(name, "")  # which the benchmark sets, so that it is put back
    pytest.importorskip("onnx", reason="onnx is not installed")
    return benchmark("stage")


def counted(stage: Any, samples: int) -> Any:
    """What an undisturbed counter plays, float32, shape (samples, 2)."""
    at = np.arange(samples) % stage.FADE  # any triangle of this slope
    one = stage.STEP * np.minimum(at, stage.FADE - at)
    return np.repeat(one[:, None], 2, axis=1).astype(np.float32)


def test_a_sample_that_is_lost_or_doubled_shows(stage: Any) -> None:
    whole = counted(stage, 9_600)
    assert stage.count(whole, 0, 0)["jumps"] == 0
    assert stage.count(whole, 0, 0)["steps of another size"] == 0
    doubled = np.concatenate([whole[:700], whole[699:]])
    lost = np.concatenate([whole[:700], whole[701:]])
    for broken in (doubled, lost):
        assert stage.count(broken, 0, 0)["steps of another size"] == 1
    skipped = np.concatenate([whole[:700], whole[1_212:]])
    assert stage.count(skipped, 0, 0)["jumps"] == 1


def test_a_gap_shows(stage: Any) -> None:
    whole = counted(stage, 9_600) + np.float32(0.1)
    assert stage.gaps(whole) == 0
    whole[3_000:3_100] = 0
    whole[5_000:6_000] = 0
    assert stage.gaps(whole) == 2


def test_nothing_is_lost_while_three_programs_drive_and_models_are_swapped(
    stage: Any, tmp_path: Path
) -> None:
    absent = [name for name in ("jackd", "jack_wait", "jack_capture") if not shutil.which(name)]
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed (Debian: jackd2, jack-capture)")
    missing: Any = OSError  # raised where PortAudio is not installed; pytest takes any error
    pytest.importorskip("sounddevice", reason="sounddevice is not installed", exc_type=missing)
    (tmp_path / "models").mkdir()
    one, other = (stage.write_counter(tmp_path / "models" / f"counter{n}.onnx") for n in (1, 2))
    # A machine that is busy elsewhere makes JACK itself lose cycles, now and then; a fault of ours
    # would show at each swap, every time.
    for _ in range(3):
        try:
            with stage.jack_server(stage.RATE):
                sound, said, there = stage.perform([one, other, one], 6.0, tmp_path)
        except SystemExit as error:
            pytest.skip(str(error))
        found = stage.count(sound, 2, int(said["late"]))
        if found["jumps"] == 0 and stage.gaps(sound) <= said["late"]:
            break
    assert there == [name for name in DRIVERS if shutil.which(name)]
    assert said["packets"] > 100 * len(there)
    assert said["packets_refused"] == said["messages_refused"] == said["faults"] == 0
    assert found["jumps"] == found["channels that differ"] == 0
    assert found["steps of another size"] <= found["of these, in fades"]
    assert stage.gaps(sound) <= said["late"]  # which also counts what was before and after
