"""The file of a tape: whatever is wrong with one is refused, and the page about it is right."""

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

from musicvae.errors import TapeError
from musicvae.latents.tape import Tape
from musicvae.latents.tape_format import MAGIC, MAX_HEADER, MAX_SOURCE, TapeHeader, read_header

SPACE = "0123456789abcdef"


def tape(**changes: Any) -> Tape:
    fields: dict[str, Any] = {
        "latents": np.random.default_rng(0).standard_normal((5, 3)),
        "sample_rate": 22_050,
        "hop": 256,
        "stride": 2,
        "samples": 5 * 512 - 100,
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


def test_the_readers_of_the_page_read(root: Path, tmp_path: Path) -> None:
    page = (root / "docs" / "tape.md").read_text("utf-8")
    rows = np.random.default_rng(0).standard_normal((40, 7))
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


def test_the_header_alone_says_what_the_tape_says(tmp_path: Path) -> None:
    path = tape().save(tmp_path / "some.tape")
    header = read_header(path)
    assert header == TapeHeader(5, 3, 22_050, 256, 2, 5 * 512 - 100, SPACE, "solo.wav")
    assert header.seconds == tape().seconds


def test_a_header_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "some.tape"
    whole = tape().save(path).read_bytes()
    damaged = {
        b"": "not a tape",
        b"RIFF" + whole: "not a tape",
        MAGIC: "cut short, or too long",
        MAGIC + b"\xff\xff\xff\xff{}": "cut short, or too long",
        whole[:60]: "damaged: its header cannot be read",
        whole[:-1]: "too long for its header",
        whole + b"\0": "too long for its header",
        forged(hop=0): "damaged: hop is out of range",
    }
    for data, reason in damaged.items():
        path.write_bytes(data)
        with pytest.raises(TapeError, match=rf"some\.tape.*{reason}"):
            read_header(path)
    with pytest.raises(TapeError, match="cannot read"):
        read_header(tmp_path / "none.tape")
