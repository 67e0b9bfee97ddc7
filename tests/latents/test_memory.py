from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import LatentError, MemoryBankError
from musicvae.latents.memory import Memory, memory_format
from musicvae.latents.memory.joints import joints_of, phases_at
from musicvae.latents.memory.memory_header import NONE, WINDOW
from musicvae.latents.memory.neighbours import neighbours_of, windows_of
from musicvae.latents.memory.places import Places
from tests.latents.memories import SPACE, make_memory


@pytest.fixture(scope="module")
def memory() -> Memory:
    return make_memory()


def test_what_is_saved_is_loaded(memory: Memory, tmp_path: Path) -> None:
    path = memory.save(tmp_path / "even.memory")
    loaded = Memory.load(path)
    assert loaded.header == memory.header
    for name in ("codes", "joints", "onsets", "phases", "neighbours", "measured"):
        np.testing.assert_array_equal(getattr(loaded.body, name), getattr(memory.body, name))
    assert memory_format.read_header(path) == memory.header
    assert loaded.styles == ("even", "odd")
    assert loaded.part_at(399).name == "track 0"
    assert loaded.part_at(400).name == "track 1"


def test_a_file_with_any_byte_changed_is_refused(memory: Memory, tmp_path: Path) -> None:
    data = memory.save(tmp_path / "good.memory").read_bytes()
    bad = tmp_path / "bad.memory"
    for place in [0, 9, 20, *range(40, len(data), len(data) // 40)]:
        bad.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(MemoryBankError):
            Memory.load(bad)
    for length in [0, 5, 11, 40, len(data) // 2, len(data) - 1]:
        bad.write_bytes(data[:length])
        with pytest.raises(MemoryBankError):
            Memory.load(bad)
    bad.write_bytes(data + b"\0")
    with pytest.raises(MemoryBankError):
        Memory.load(bad)


def signed(memory: Memory, body: bytes | None = None, **changes: Any) -> bytes:
    """A file of other values, which is signed as it should be."""
    data = memory_format.to_bytes(memory.header, memory.body)
    length = int.from_bytes(data[8:12], "little")
    values = json.loads(data[12 : 12 + length]) | changes | {"sha256": "0" * 64}
    text = json.dumps(values).encode()
    packed = data[12 + length :] if body is None else body
    data = memory_format.MAGIC + len(text).to_bytes(4, "little") + text + packed
    place = data.index(b"0" * 64)
    return data[:place] + hashlib.sha256(data).hexdigest().encode() + data[place + 64 :]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": 2**40}, "steps is out of range"),
        ({"latent_dim": 4096, "steps": 2**24}, "too large"),
        ({"scale": float("nan")}, "cannot be read|scale"),
        ({"scale": True}, "scale"),
        ({"parts": []}, "no parts"),
        ({"parts": [["a", "b"]]}, "parts are none"),
        ({"parts": [["a\x1b[2J", "b", 1600]]}, "name of a part"),
        ({"parts": [["a", "b", 1599]]}, "do not fit its length"),
        ({"latent_space": "../x"}, "not an id"),
        ({"joints": 65_535}, "does not fit its header"),
        ({"neighbours": 64}, "does not fit its header"),
        ({"attributes": []}, "does not fit its header"),
        ({"attributes": "all"}, "attributes are none"),
        ({"attributes": [["a", 1]]}, "attributes are none"),
        ({"attributes": [["a", 1, 1]]}, "no range"),
        ({"attributes": [["a", 0, 1e300]]}, "attribute is out of range"),
        ({"attributes": [["a", "0", 1]]}, "attribute is out of range"),
        ({"attributes": [[7, 0, 1]]}, "name of an attribute"),
        ({"attributes": [["a", 0, 1]] * 2}, "too many, or the same"),
        ({"attributes": [[f"a{n}", 0, 1] for n in range(17)]}, "too many, or the same"),
        ({"attributes": [["a", 0, 1]] * 9999}, "cannot be read"),
    ],
)
def test_a_hostile_header_is_refused(
    memory: Memory, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    bad = tmp_path / "bad.memory"
    bad.write_bytes(signed(memory, **changes))
    with pytest.raises(MemoryBankError, match=reason):
        Memory.load(bad)


def test_a_body_that_unpacks_without_end_takes_no_memory(
    memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zlib

    bomb = zlib.compress(bytes(2**24), 9)
    asked: list[int] = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self) -> None:
            self.inner = real()
            self.eof, self.unused_data = False, b""

        def decompress(self, data: bytes, most: int) -> bytes:
            asked.append(most)
            return self.inner.decompress(data, most)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    bad = tmp_path / "bad.memory"
    bad.write_bytes(signed(memory, bomb))
    with pytest.raises(MemoryBankError, match="does not fit its header"):
        Memory.load(bad)
    assert asked
    assert max(asked) < 100_000


def test_joints_that_point_nowhere_are_refused(memory: Memory) -> None:
    body = memory.body
    for name, values in [
        ("joints", np.sort(body.joints)[::-1].copy()),
        ("joints", body.joints - body.joints[0]),
        ("joints", body.joints + 2**20),
        ("neighbours", np.full_like(body.neighbours, len(body.joints))),
        ("onsets", body.onsets[1:]),
        ("measured", body.measured[:, :0]),
    ]:
        broken = memory_format.Body(**{**vars(body), name: values})
        with pytest.raises(MemoryBankError):
            Memory(memory.header, broken)


def test_another_latent_space_is_refused(memory: Memory) -> None:
    memory.check_space(SPACE, 4)
    for space, width in [("f" * 16, 4), (SPACE, 5), ("", 4)]:
        with pytest.raises(LatentError, match="another encoder"):
            memory.check_space(space, width)


def test_joints_are_onsets_and_no_place_is_far_from_one() -> None:
    weights = np.zeros(300)
    weights[[50, 51, 120]] = [0.9, 1.0, 0.3]
    joints, onsets = joints_of(300, weights)
    assert joints[onsets == 1].tolist() == [51, 120]
    assert joints[0] >= WINDOW
    assert joints[-1] == 299
    assert np.diff(joints).max() <= 12


def test_phases_lie_between_beats() -> None:
    beats = np.arange(1.0, 5.0, 0.5)
    marks = phases_at(np.array([0.2, 1.0, 1.25, 9.0]), beats)
    assert marks.tolist() == [0, 1, 128, 0]
    assert phases_at(np.array([1.0]), beats[:1]).tolist() == [0]


def test_neighbours_are_the_nearest_of_whole_windows(memory: Memory) -> None:
    """Of joint 0, by the definition: all distances, far enough from each other and from it."""
    body, parts = memory.body, memory.parts
    near = neighbours_of(body.codes, body.joints, body.onsets, parts)
    windows = windows_of(body.codes)[body.joints - WINDOW].astype(np.float64)
    for joint in (0, 17, 40):
        distances = np.square(windows - windows[joint]).sum(axis=1)
        first = int(near[joint, 0])
        legal = [
            other
            for other in range(len(distances))
            if body.onsets[other] == body.onsets[joint]
            and 400 - body.joints[other] % 400 >= 43
            and not (
                body.joints[other] // 400 == body.joints[joint] // 400
                and abs(body.joints[other] - body.joints[joint]) < 100
            )
        ]
        assert first == min(legal, key=lambda other: distances[other])
        known = [int(n) for n in near[joint] if n != NONE]
        assert len(set(known)) == len(known)
        assert (np.diff(distances[known]) >= 0).all()


def test_a_file_without_attributes_is_read(memory: Memory, tmp_path: Path) -> None:
    header = dataclasses.replace(memory.header, attributes=())
    body = memory_format.Body(**{**vars(memory.body), "measured": memory.body.measured[:, :0]})
    path = tmp_path / "older.memory"
    data = signed(Memory(header, body))
    path.write_bytes(data)
    assert Memory.load(path).header.attributes == ()
    assert Places(Memory.load(path)).values.shape == (memory.header.joints, 0)
