from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicvae.audio import read
from musicvae.demo import ready
from musicvae.errors import DeviceError
from musicvae.vae.training.reporting import Silent


class Listener(Silent):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_where_there_is_no_ready_model_there_is_none(ready_site: Any) -> None:
    listener = Listener()
    assert ready.ready_model(listener) is None
    ready_site.bring("hiphop")  # to be played alone: training cannot start from it
    assert ready.ready_model(listener) is None
    assert listener.notes == []


def test_a_broken_one_is_told_and_the_demo_goes_on(ready_site: Any) -> None:
    listener = Listener()
    ready_site.bring("hiphop", said={"run": "fake_bringer_hiphop:lost"})
    assert ready.ready_model(listener) is None
    assert "the ready model hiphop cannot be used" in listener.notes[0]


def test_relatives_share_the_latent_space(ready_site: Any) -> None:
    for name in ("blues", "metal", "jazz"):
        ready_site.bring(name, "bringer-" + name)
    ready_site.bring("else", "bringer-else", latent_space="f" * 16, said={"latent_space": ""})
    ready_site.bring("gone", "bringer-gone", said={"decoder": "nothing:here.onnx"})
    assert ready.relatives("0123456789abcdef") == ["jazz", "metal"]
    assert ready.relatives("f" * 16) == ["else"]
    assert ready.relatives("0" * 16) == []


@pytest.mark.parametrize("silent", [False, True])
def test_it_is_played_into_a_file_and_aloud(
    ready_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need matplotlib")
    run = ready_site.bring("hiphop", said={"run": "fake_bringer_hiphop:shared"}) / "shared"
    run.mkdir()
    (run / "run.json").touch()
    played: list[str] = []

    def perform(name: str, gestures: object) -> None:
        played.append(name)
        raise DeviceError("there is no sound card")

    monkeypatch.setattr(ready, "perform", perform)
    listener = Listener()
    model = ready.ready_model(listener)
    assert model is not None
    chapter = ready.play_ready(model, tmp_path, listener, silent)
    assert read(tmp_path / "ready.wav").seconds == pytest.approx(ready.SECONDS)
    assert all((tmp_path / name).is_file() for name in (*chapter.pictures, *chapter.sounds))
    assert played == ([] if silent else ["hiphop"])
    assert ("not heard aloud: there is no sound card" in listener.notes) == (not silent)
