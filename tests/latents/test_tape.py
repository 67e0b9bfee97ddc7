"""Tapes: what was saved is what is loaded, and what no tape can hold is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicvae.errors import TapeError
from musicvae.latents.tape import Tape
from musicvae.latents.tape_format import MAX_SOURCE

SPACE = "0123456789abcdef"


def tape(steps: int = 5, width: int = 3, seed: int = 0, **changes: Any) -> Tape:
    rows = np.random.default_rng(seed).standard_normal((steps, width))
    fields: dict[str, Any] = {
        "latents": rows,
        "sample_rate": 22_050,
        "hop": 256,
        "stride": 2,
        "samples": steps * 512 - 100,
        "latent_space": SPACE,
        "source": "solo.wav",
    }
    return Tape(**(fields | changes))


tapes = st.builds(
    Tape,
    latents=hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=8),
        elements=st.floats(-65_504, 65_504, width=32),
    ),
    sample_rate=st.integers(1_000, 192_000),
    hop=st.integers(1, 2**16),
    stride=st.integers(1, 64),
    samples=st.just(1),
    latent_space=st.sampled_from(["", SPACE]),
    source=st.text(max_size=MAX_SOURCE),
)


@settings(deadline=None, max_examples=50)
@given(tapes)
def test_what_is_saved_is_loaded(made: Tape) -> None:
    with tempfile.TemporaryDirectory() as folder:
        again = Tape.load(made.save(Path(folder) / "some.tape"))
    assert again == made
    assert again.latents.dtype == np.float32
    assert vars(again).keys() == vars(made).keys()
    np.testing.assert_array_equal(again.latents, made.latents)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.tape"):
        with pytest.raises(TapeError, match=r"no file|is a folder"):
            Tape.load(path)
    (tmp_path / "some.tape").write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(TapeError, match="not a tape"):
        Tape.load(tmp_path / "some.tape")


def test_values_are_those_of_float16(tmp_path: Path) -> None:
    rows = np.array([[1 / 3, 1e-9], [2.3456789, 65_519]])
    made = tape(latents=rows, samples=1)
    np.testing.assert_array_equal(made.latents, rows.astype(np.float16).astype(np.float32))
    assert made.latents.dtype == np.float32
    assert Tape.load(made.save(tmp_path / "some.tape")) == made
    with pytest.raises(ValueError, match="read-only"):
        made.latents[0, 0] = 1


def test_the_rows_are_a_copy() -> None:
    rows = np.zeros((5, 3), np.float32)
    made = tape(latents=rows)
    rows[:] = 9
    assert not made.latents.any()


@pytest.mark.parametrize(
    "rows", [[1.0, 2.0], [[]], np.zeros((0, 3)), [[np.nan]], [[65_520]], [[1e300]], [["a"]], "tape"]
)
def test_latents_that_no_tape_can_hold_are_refused(rows: Any) -> None:
    with pytest.raises(TapeError):
        tape(latents=rows, samples=1)


def test_sizes() -> None:
    made = tape(steps=43, width=32, samples=np.int64(22_000))
    assert (made.steps, made.latent_dim) == (43, 32)
    assert made.seconds == pytest.approx(22_000 / 22_050)
    frames = made.frames()
    assert frames.shape == (86, 32)
    np.testing.assert_array_equal(frames[0::2], made.latents)
    np.testing.assert_array_equal(frames[1::2], made.latents)


def test_thirty_seconds_take_less_than_100_kb(tmp_path: Path) -> None:
    steps = round(30 * 22_050 / 512)
    made = tape(steps=steps, width=32, source="é" * MAX_SOURCE)
    assert made.save(tmp_path / "some.tape").stat().st_size < 100_000


def test_equal_tapes() -> None:
    assert tape() == tape()
    assert hash(tape()) == hash(tape())
    for change in ({"seed": 1}, {"steps": 6}, {"samples": 7}, {"source": ""}, {"stride": 3}):
        assert tape(**change) != tape()
    assert tape() != "tape"


def test_saving_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "some.tape"
    path.write_bytes(b"old")
    assert tape(source="0" * 64).save(path) == path
    assert Tape.load(path).source == "0" * 64
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    odd = tape(source="caf\udce9.wav")
    assert Tape.load(odd.save(tmp_path / "some.tape")) == odd
