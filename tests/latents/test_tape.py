"""Tapes: what was saved is what is loaded, and what is damaged is refused."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from musicvae.errors import TapeError
from musicvae.latents.tape import MAGIC, MAX_HEADER, MAX_SOURCE, Tape

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


def signed(header: bytes, rows: bytes = b"", magic: bytes = MAGIC) -> bytes:
    """A whole file whose header says ``DIGEST`` where its sha256 belongs."""
    header = header.replace(b"DIGEST", b"0" * 64)
    data = magic + len(header).to_bytes(4, "little") + header + rows
    digest = hashlib.sha256(data).hexdigest().encode()
    return data.replace(b"0" * 64, digest, 1)


def forged(rows: bytes | None = None, **changes: Any) -> bytes:
    """A file with a right digest and other fields than a tape would write; None drops one."""
    good = tape()
    header = {name: getattr(good, name) for name in ("steps", "latent_dim", "sample_rate")}
    header |= {name: getattr(good, name) for name in ("hop", "stride", "samples", "source")}
    header |= {"latent_space": SPACE, "sha256": "DIGEST"} | changes
    text = json.dumps({name: value for name, value in header.items() if value is not None})
    return signed(text.encode(), good.latents.astype("<f2").tobytes() if rows is None else rows)


def load(folder: Path, data: bytes) -> Tape:
    (folder / "some.tape").write_bytes(data)
    return Tape.load(folder / "some.tape")


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


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_any_damage_is_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = bytearray(tape().save(Path(folder) / "some.tape").read_bytes())
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] ^= data.draw(st.integers(1, 255))
        with pytest.raises(TapeError):
            load(Path(folder), bytes(whole))


def test_any_truncation_is_refused(tmp_path: Path) -> None:
    whole = tape().save(tmp_path / "some.tape").read_bytes()
    for length in range(len(whole)):
        with pytest.raises(TapeError):
            load(tmp_path, whole[:length])
    with pytest.raises(TapeError, match="altered"):
        load(tmp_path, whole + b"\0")


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300), st.booleans())
def test_noise_is_refused(noise: bytes, begins_well: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.raises(TapeError):
        load(Path(folder), MAGIC * begins_well + noise)


def test_a_forged_tape_that_is_right_loads(tmp_path: Path) -> None:
    # So that the refusals below are for what they change.
    assert load(tmp_path, forged()) == tape()
    assert load(tmp_path, forged(future={"deep": [1]})) == tape()


@pytest.mark.parametrize(
    "change",
    [
        {"steps": 0},
        {"steps": 4},
        {"steps": 2**40},
        {"steps": -5, "latent_dim": -3},
        {"latent_dim": 15, "steps": 1, "samples": 9_999},
        {"latent_dim": 0},
        {"sample_rate": 10},
        {"sample_rate": 22_050.0},
        {"sample_rate": "22050"},
        {"hop": 2**17},
        {"hop": None},
        {"stride": True},
        {"stride": 65},
        {"samples": 0},
        {"samples": 5 * 512 + 1},
        {"latent_space": "0123"},
        {"latent_space": SPACE.upper()},
        {"latent_space": None},
        {"source": None},
        {"source": ["solo"]},
        {"source": "x" * (MAX_SOURCE + 1)},
        {"sha256": None},
        {"sha256": 7},
        {"sha256": "f" * 64},
    ],
)
def test_headers_that_cannot_be_true_are_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(TapeError, match=r"some\.tape") as caught:
        load(tmp_path, forged(**change))
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"[]",
        b"12",
        b"{",
        b'{"sha256": "DIGEST"}',
        b'{"sha256": "DIGEST", "steps": NaN}',
        b"[" * 10_000 + b"]" * 4,
        b"\xff\xfe",
        b'{"steps": ' + b"9" * 5_000 + b"}",
        b'{"source": "' + b"x" * MAX_HEADER + b'"}',
    ],
)
def test_headers_that_are_none_are_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(TapeError):
        load(tmp_path, signed(header))


def test_a_header_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="cut short"):
        load(tmp_path, MAGIC + b"\xff\xff\xff\xff" + b"{}")


@pytest.mark.parametrize("bits", [0x7C00, 0xFC00, 0x7E00])
def test_rows_that_are_not_finite_are_refused(tmp_path: Path, bits: int) -> None:
    rows = np.zeros(15, "<f2")
    rows.view("<u2")[7] = bits
    with pytest.raises(TapeError, match="cannot hold"):
        load(tmp_path, forged(rows.tobytes()))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.tape"):
        with pytest.raises(TapeError, match="no file"):
            Tape.load(path)
    with pytest.raises(TapeError, match="not a tape"):
        load(tmp_path, b"RIFF" + bytes(100))


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


def test_the_readers_of_the_page_read(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "tape.md").read_text("utf-8")
    made = tape(steps=40, width=7, source="été.wav")
    rows = np.array(made.latents)
    rows[3, 2], rows[4, 1] = -1e-5, -9.5  # a subnormal; the largest
    path = tape(latents=rows, samples=9, source="été.wav").save(tmp_path / "some.tape")
    readers = [("python", "reader.py", sys.executable)]
    if node := shutil.which("node"):
        readers.append(("javascript", "reader.cjs", node))
    for language, name, program in readers:
        (code,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        (tmp_path / name).write_text(code, "utf-8")
        command = [program, str(tmp_path / name), str(path)]
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert answer.pop("largest") == 9.5
        header = path.read_bytes()[12:].split(b"}")[0] + b"}"
        assert answer == json.loads(header)
        assert answer["source"] == "été.wav"


def test_the_page_names_every_key(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "tape.md").read_text("utf-8")
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    data = tape().save(tmp_path / "some.tape").read_bytes()
    header = json.loads(data[12 : 12 + int.from_bytes(data[8:12], "little")])
    assert set(re.findall(r"`(\w+)`", rows)) == set(header)
