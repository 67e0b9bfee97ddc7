"""Every output of every command: it replaces no input, and its ending fits, before all else."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from musicvae import plots
from musicvae.audio import Sound
from musicvae.cli import listening
from musicvae.cli.main import main
from musicvae.cli.results import write_csv
from musicvae.demo.page import write_page
from musicvae.errors import MusicVAEError
from musicvae.exporting import export
from musicvae.latents.tape import Tape
from musicvae.live.daemon import Daemon

CONTENT = b"not a model, not a sound, and dear to somebody"

#: Commands that write one file: the words, with IN for each input and OUT, and the ending.
COMMANDS = {
    "tape": ("tape IN IN -o OUT", ".tape"),
    "play": ("play IN IN -o OUT", ".wav"),
    "play flac": ("play IN IN -o OUT", ".flac"),
    "export": ("export IN --out OUT", ".onnx"),
    "live": ("live IN IN --port 0 --fast --out OUT", ".wav"),
    "live input": ("live none.onnx --input IN --port 0 --fast --out OUT", ".wav"),
    "transform": ("transform IN IN -o OUT", ".wav"),
    "evaluate": ("evaluate IN --memory IN --prior IN --data none --out OUT", ".json"),
    "measure": ("models measure IN --encoder IN --data none --out OUT", ".json"),
}
#: Endings that are wrong for every command.
WRONG = [".mp3", "", ".txt", ".wav.bak", ".m4a"]


def _itself(path: Path) -> Path:
    return path


def _link(path: Path) -> Path:
    link = path.with_name(f"link{path.suffix}")
    link.symlink_to(path.name)
    return link


def _hard_link(path: Path) -> Path:
    link = path.with_name(f"hard{path.suffix}")
    os.link(path, link)
    return link


def _through_parent(path: Path) -> Path:
    (path.parent / "down").mkdir()
    return path.parent / "down" / ".." / path.name


def words(command: str, inputs: Sequence[Path], out: str | Path) -> list[str]:
    """The words of a command, with these paths."""
    left = iter(inputs)
    return [
        str(next(left)) if word == "IN" else str(out) if word == "OUT" else word
        for word in command.split()
    ]


def made(folder: Path, count: int, ending: str) -> list[Path]:
    """Input files that no command can read."""
    paths = [folder / f"in{number}{ending}" for number in range(count)]
    for path in paths:
        path.write_bytes(CONTENT)
    return paths


@pytest.mark.parametrize("alias", [_itself, _link, _hard_link, _through_parent])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_input_is_replaced_under_any_name(
    name: str, alias: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, ending = COMMANDS[name]
    inputs = made(tmp_path, command.split().count("IN"), ending)
    for path in inputs:
        out = alias(path)
        assert main(words(command, inputs, out)) == 1
        assert "would replace what it is made from" in capsys.readouterr().err
        assert path.read_bytes() == out.read_bytes() == CONTENT
        if out != path:
            for extra in set(tmp_path.iterdir()) - set(inputs):
                extra.rmdir() if extra.is_dir() else extra.unlink()


@pytest.mark.parametrize("ending", WRONG)
@pytest.mark.parametrize("name", COMMANDS)
def test_an_ending_that_does_not_fit_is_refused_with_those_that_do(
    name: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, legal = COMMANDS[name]
    inputs = made(tmp_path, command.split().count("IN"), ".in")
    out = tmp_path / f"out{ending}"
    assert main(words(command, inputs, out)) == 1
    error = capsys.readouterr().err
    assert legal in error
    assert "does not fit" in error
    assert set(tmp_path.iterdir()) == set(inputs)


@pytest.mark.parametrize("kind", ["folder", "pipe", "protected", "below a file"])
@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_in_the_way_is_told_and_stays(
    name: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, ending = COMMANDS[name]
    inputs = made(tmp_path, command.split().count("IN"), ".in")
    out = tmp_path / f"out{ending}"
    if kind == "folder":
        out.mkdir()
    elif kind == "pipe":
        os.mkfifo(out)
    elif kind == "protected":
        out.write_bytes(CONTENT)
        out.chmod(0o444)
    else:
        out = inputs[0] / f"out{ending}"
    before = set(tmp_path.iterdir())
    assert main(words(command, inputs, out)) == 1
    said = {"folder": "a folder", "pipe": "a pipe", "protected": "write-protected"}
    assert said.get(kind, "is no folder") in capsys.readouterr().err
    assert set(tmp_path.iterdir()) == before


#: Commands that write a folder of files, and an input of a name that they would write.
FOLDERS = {
    "reconstruct RUN IN --out OUT": ["a-original.wav", "a.wav"],
    "reconstruct RUN IN IN --out OUT": ["a.wav", "a-reconstruction.wav"],
    "interpolate RUN IN 7 --out OUT": ["step-01.wav"],
    "interpolate RUN 7 IN --out OUT": ["interpolation.wav"],
}


@pytest.mark.parametrize("command", FOLDERS)
def test_no_file_of_a_folder_of_results_replaces_an_input(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = [tmp_path / name for name in FOLDERS[command]]
    for path in inputs:
        path.write_bytes(CONTENT)
    if len(inputs) > command.split().count("IN"):
        command = command.replace("IN", "IN IN")
    assert main(words(command, inputs, tmp_path)) == 1
    assert "would replace what it is made from" in capsys.readouterr().err
    assert all(path.read_bytes() == CONTENT for path in inputs)


def test_plot_spares_the_tracks_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracks = [tmp_path / "a.wav", tmp_path / "a-original.wav"]
    for track in tracks:
        track.write_bytes(CONTENT)
    model = SimpleNamespace(test_tracks=lambda: tracks)
    monkeypatch.setattr(listening, "load_run", lambda folder: model)
    run = tmp_path / "run.json"
    run.touch()
    assert main(["plot", str(tmp_path), "--out", str(tmp_path)]) == 1
    assert "would replace what it is made from" in capsys.readouterr().err
    assert set(tmp_path.iterdir()) == {*tracks, run}


def test_a_card_spares_what_the_run_says_of_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("run.json", "data.json"):
        (tmp_path / name).write_bytes(CONTENT)
        command = f"models measure a --encoder b --data c --run {tmp_path} --out OUT"
        assert main(words(command, [], tmp_path / name)) == 1
        assert "would replace what it is made from" in capsys.readouterr().err
        assert (tmp_path / name).read_bytes() == CONTENT


@pytest.mark.parametrize("command", ["sample ./RUN", "reconstruct RUN IN", "plot RUN"])
def test_a_folder_for_results_that_is_a_file_is_told_at_once(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file,) = made(tmp_path, 1, ".wav")
    assert main(words(f"{command} --out OUT", [file], file)) == 1
    assert "is no folder" in capsys.readouterr().err
    assert file.read_bytes() == CONTENT


def _daemon(path: Path) -> None:
    with Daemon("none.onnx", output=path, port=0):
        pass


#: Python functions that write a file, and the ending that fits.
FUNCTIONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "Sound.write": (lambda path: Sound.of([0.0], 8_000).write(path), ".wav"),
    "Tape.save": (
        lambda path: Tape(np.zeros((1, 1), np.float32), 8_000, 1, 1, 1).save(path),
        ".tape",
    ),
    "plots.save": (lambda path: plots.save(None, path), ".png"),
    "write_csv": (lambda path: write_csv(path, [{"a": 1}]), ".csv"),
    "write_page": (lambda path: write_page(path, [], 0), ".html"),
    "export": (lambda path: export("no run", path), ".onnx"),
    "Daemon": (_daemon, ".wav"),
}


@pytest.mark.parametrize("ending", WRONG)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_refuse_endings_too(name: str, ending: str, tmp_path: Path) -> None:
    write, legal = FUNCTIONS[name]
    with pytest.raises(MusicVAEError, match=rf"ends in .*\{legal}"):
        write(tmp_path / f"out{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_wait_for_no_pipe_and_replace_no_folder(name: str, tmp_path: Path) -> None:
    write, legal = FUNCTIONS[name]
    (tmp_path / f"folder{legal}").mkdir()
    os.mkfifo(tmp_path / f"pipe{legal}")
    for path in list(tmp_path.iterdir()):
        with pytest.raises(MusicVAEError, match=r"is a folder|is a pipe"):
            write(path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["Sound.write", "Tape.save", "write_csv", "write_page"])
def test_the_home_folder_is_expanded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write, legal = FUNCTIONS[name]
    write(Path(f"~/new/out{legal}"))
    assert (tmp_path / "new" / f"out{legal}").is_file()
