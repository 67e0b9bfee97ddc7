"""Damaged run folders: whoever uses one gets an error with the file's name and the mend."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from musicvae.errors import RunError
from musicvae.vae.clip.trained import TrainedModel
from musicvae.vae.run import checkpoint
from musicvae.vae.run.basis import LatentBasis
from musicvae.vae.run.folder import RunFolder
from musicvae.vae.run.loading import load
from musicvae.vae.training.resuming import Wishes
from musicvae.vae.training.start_point import StartPoint

Damage = Callable[[Path], object]


def _write(data: bytes | str) -> Damage:
    return lambda path: path.write_bytes(data if isinstance(data, bytes) else data.encode())


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _become(make: Callable[[Path], object]) -> Damage:
    def replace(path: Path) -> None:
        path.unlink()
        make(path)

    return replace


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


#: What can happen to any file.
ANY: dict[str, Damage] = {
    "gone": lambda path: path.unlink(),
    "empty": _write(b""),
    "cut": _cut,
    "noise": _write(bytes(range(256)) * 9),
    "zeros": _write(bytes(4_096)),
    "a folder": _become(Path.mkdir),
    "a link to nothing": _become(lambda path: path.symlink_to("nowhere")),
    "a link to itself": _become(_loop),
    "a pipe": _become(os.mkfifo),  # whose reader would wait for ever
}

#: What can happen to JSON.
JSON: dict[str, Damage] = {
    "a list": _write("[]"),
    "a number": _write("3"),
    "null": _write("null"),
    "no keys": _write("{}"),
    "not a number": _write('{"genre": NaN}'),
    "too deep": _write('{"a":' * 5_000 + "1" + "}" * 5_000),
    "another text encoding": _write('{"genre": "jäzz"}'.encode("utf-16")),
    "other keys": _write('{"recipe": 3, "genre": [], "train": 1, "tracks": {}, "folder": 0}'),
    "long digits": _write('{"recipe": ' + "9" * 10_000 + "}"),
}


def _archive(name: str, member: str) -> bytes:
    """A zip file with one member that is text."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, member)
    return buffer.getvalue()


def _single_array() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


#: What can happen to arrays.
ARRAYS: dict[str, Damage] = {
    "a flipped byte": _flip,
    "a zip of text": _write(_archive("0000.npy", "hello")),
    "an empty zip": _write(_archive("readme.txt", "")),
    "a single array": _write(_single_array()),
    "other arrays": lambda path: np.savez(path, a=np.zeros(3), counters=np.zeros(2)),
    "objects": lambda path: np.savez(path, a=np.array([{}], object), counters=np.array([{}])),
    "counters that are no object": lambda path: np.savez(path, counters=np.array("[1]")),
    "counters that are no text": lambda path: np.savez(path, counters=np.array(b"{}")),
}


def _cases(*kinds: dict[str, Damage]) -> pytest.MarkDecorator:
    cases = [pytest.param(damage, id=name) for kind in kinds for name, damage in kind.items()]
    return pytest.mark.parametrize("damage", cases)


@pytest.fixture
def copy(tiny_run: Path, tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("pictures", "last.npz", "tensorboard")
    shutil.copytree(tiny_run, tmp_path / "run", ignore=ignored)
    return tmp_path / "run"


def _assert_names(refused: pytest.ExceptionInfo[RunError], name: str) -> None:
    """The error names the file and has a mend, in one line of bounded length."""
    assert name in str(refused.value)
    assert refused.value.hint
    assert len(str(refused.value)) < 1_500


@_cases(ANY, JSON)
def test_run_json(copy: Path, damage: Damage) -> None:
    damage(copy / "run.json")
    users: list[Callable[[], object]] = [
        lambda: load(copy),
        lambda: Wishes().recipe_of(RunFolder.open(copy)),
        lambda: StartPoint.choose(None, source=copy),
    ]
    for use in users:
        with pytest.raises(RunError) as refused:
            use()
        _assert_names(refused, "run.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("recipe", None), ("recipe", {}), ("recipe", []), ("genre", 3), ("licence", None),
        ("versions", []), ("train_digest", 1), ("from", "jazz"),
    ],
)  # fmt: skip
def test_an_entry_of_run_json(copy: Path, key: str, value: Any) -> None:
    path = copy / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {key: value}))
    with pytest.raises(RunError) as refused:
        load(copy)
    _assert_names(refused, "run.json")


@pytest.mark.parametrize(
    "change",
    [{"epochs": "2"}, {"width": 3}, {"samples": -1}, {"model": {"width": -4}}, {"family": 3},
     {"model": {"hop": 0}}, {"seed": True}],
)  # fmt: skip
def test_the_recipe_of_a_run(copy: Path, change: dict[str, Any]) -> None:
    path = copy / "run.json"
    values = json.loads(path.read_text("utf-8"))
    values["recipe"] |= change
    path.write_text(json.dumps(values))
    with pytest.raises(RunError) as refused:
        load(copy)
    _assert_names(refused, "run.json")


@pytest.mark.parametrize("frozen", [3, None, "encoder", ["likelihood"], [3], [["encoder"]], {}])
def test_the_frozen_parts_of_a_run(copy: Path, frozen: Any) -> None:
    path = copy / "run.json"
    values = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(values | {"from": {"run": "/first", "frozen": frozen}}))
    with pytest.raises(RunError) as refused:
        Wishes().recipe_of(RunFolder.open(copy))
    _assert_names(refused, "run.json")


@_cases(ANY, JSON)
@pytest.mark.parametrize("name", ["split.json", "data.json"])
def test_what_tells_the_tracks(copy: Path, name: str, damage: Damage) -> None:
    """The model itself can be used; what needs the tracks tells which file is damaged."""
    damage(copy / name)
    run = RunFolder.open(copy)
    with pytest.raises(RunError) as refused:
        run.sides() if name == "split.json" else run.report()["folder"]
    _assert_names(refused, name)


@_cases(ANY, ARRAYS)
def test_weights(tmp_path: Path, damage: Damage) -> None:
    variables = [keras.Variable(np.ones((20, 30), np.float32)), keras.Variable(3.0)]
    path = tmp_path / "best.npz"
    checkpoint.save(path, variables, {"step": 3})
    damage(path)
    with pytest.raises(RunError) as refused:
        checkpoint.restore(path, variables)
    _assert_names(refused, "best.npz")
    assert "--resume" in str(refused.value.hint) or "belong to different" in str(refused.value.hint)
    assert (variables[0].numpy() == 1).all()


@pytest.mark.parametrize(
    "array",
    [np.full((20, 30), np.nan), np.ones((20, 30), np.int64), np.full((20, 30), "x")],
    ids=["NaN", "whole numbers", "text"],
)
def test_weights_of_other_values_change_nothing(tmp_path: Path, array: Any) -> None:
    variables = [keras.Variable(3.0), keras.Variable(np.ones((20, 30), np.float32))]
    kept = array.astype(np.float32) if array.dtype.kind == "f" else array
    np.savez(tmp_path / "best.npz", a=np.float32(9), b=kept, counters=np.array("{}"))
    with pytest.raises(RunError, match=r"best\.npz cannot be read"):
        checkpoint.restore(tmp_path / "best.npz", variables)
    assert float(variables[0].numpy()) == 3


@_cases(ANY, ARRAYS)
def test_counters_alone(tmp_path: Path, damage: Damage) -> None:
    checkpoint.save(tmp_path / "last.npz", [keras.Variable(np.ones(9_000))], {"step": 3})
    damage(tmp_path / "last.npz")
    counters: object = None
    error: RunError | None = None
    try:
        counters = checkpoint.counters_of(tmp_path / "last.npz")
    except RunError as refused:
        error = refused
    if error is None:  # the damage lies elsewhere in the file
        assert counters == {"step": 3}
    else:
        assert "last.npz" in str(error)
        assert "--from" in str(error.hint)


@_cases(ANY, ARRAYS)
def test_the_basis(copy: Path, damage: Damage) -> None:
    damage(copy / "latents.npz")
    with pytest.raises(RunError) as refused:
        LatentBasis.load(copy / "latents.npz", 16)
    _assert_names(refused, "latents.npz")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", np.zeros(15)), ("axes", np.zeros((16, 16))), ("axes", np.eye(15)),
        ("low", np.full(16, np.inf)), ("kl", np.zeros(16, int)), ("explained", np.float64(1)),
    ],
)  # fmt: skip
def test_a_basis_that_does_not_fit(copy: Path, name: str, value: Any) -> None:
    with np.load(copy / "latents.npz") as arrays:
        stored = dict(arrays)
    np.savez(copy / "latents.npz", **{**stored, name: value})
    with pytest.raises(RunError, match=r"latents\.npz cannot be read"):
        LatentBasis.load(copy / "latents.npz", 16)


@_cases(ANY, JSON)
def test_the_history_is_optional(copy: Path, damage: Damage) -> None:
    damage(copy / "history.json")
    assert RunFolder.open(copy).history() == []


def test_rows_that_are_none_are_left_out(copy: Path) -> None:
    good = RunFolder.open(copy).history()
    rows = [*good, 3, {"epoch": 9}, {"epoch": "9", "step": 1}, None]
    (copy / "history.json").write_text(json.dumps(rows))
    assert RunFolder.open(copy).history() == good


def test_what_may_not_be_read_is_named(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who may read everything."""

    def refuse(path: str | os.PathLike[str], *_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied", os.fspath(path))

    model: TrainedModel = load(copy)
    monkeypatch.setattr("musicvae.files.open_regular", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    for use in (lambda: load(copy), lambda: model.genre, lambda: model.provenance):
        with pytest.raises(RunError, match="Permission denied"):
            use()


def test_a_run_without_run_json_is_told_from_a_folder(copy: Path, tmp_path: Path) -> None:
    (copy / "run.json").unlink()
    with pytest.raises(RunError, match="put back a copy"):
        load(copy)
    with pytest.raises(RunError, match="files that a run would overwrite") as refused:
        RunFolder.check_free(copy)
    assert "best.npz" in str(refused.value.received)
