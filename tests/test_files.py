"""Files are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicvae.files import read_json, replacing, write_json


def test_a_good_block_leaves_only_the_file(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "take.wav"
    with replacing(target) as temporary:
        assert temporary.parent == target.parent
        assert temporary.suffix == ".wav"
        temporary.write_bytes(b"whole")
        assert not target.exists()
    assert target.read_bytes() == b"whole"
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failing_block_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "take.wav"
    target.write_bytes(b"old")

    def fail() -> None:
        with replacing(target) as temporary:
            temporary.write_bytes(b"ha")
            raise error

    with pytest.raises(error):
        fail()
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_target_that_cannot_be_replaced_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    with pytest.raises(OSError, match="folder"), replacing(target) as temporary:
        temporary.write_bytes(b"new")
    assert list(tmp_path.iterdir()) == [target]


def test_json_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"genre": "été", "steps": [1, 2.5, None]})
    assert read_json(path) == {"genre": "été", "steps": [1, 2.5, None]}
    assert "été" in path.read_text("utf-8")


def test_what_json_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"step": 1})
    with pytest.raises(TypeError):
        write_json(path, {"step": object()})
    assert read_json(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]
