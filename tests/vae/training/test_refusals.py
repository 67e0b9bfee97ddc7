"""What cannot be trained is refused by name and range, before anything is decoded or written."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest

from musicvae.errors import DataError, MusicVAEError, RunError, SettingError
from musicvae.families import FAMILIES, ModelFamily
from musicvae.genres import Genre
from musicvae.recipes import Recipe
from musicvae.vae.training import memory
from musicvae.vae.training.reporting import Silent
from musicvae.vae.training.train import train

#: Settings of the model, and what the refusal names.
STREAM = [
    ({"width": -4}, "model.width"), ({"width": 0}, "model.width"),
    ({"width": 10**9}, "model.width"), ({"width": "64"}, "model.width"),
    ({"width": True}, "model.width"),
    ({"width": math.nan}, "model.width"), ({"width": 1.5}, "model.width"),
    ({"hop": 0}, "model.hop"), ({"hop": -256}, "model.hop"), ({"hop": 2**20}, "model.hop"),
    ({"hop": 1024, "fft": 256}, "overlap"), ({"fft": 512}, "model.fft"),
    ({"fft": "x"}, "model.fft"),
    ({"blocks": 10**6}, "model.blocks"), ({"encoder_blocks": 40}, "model.encoder_blocks"),
    ({"stride": 0}, "model.stride"), ({"bands": 4_096}, "model.bands"), ({"bands": 600}, "bands"),
    ({"scale": 0}, "model.scale"), ({"scale": math.inf}, "model.scale"),
    ({"mel_weight": -1}, "model.mel_weight"), ({"flux_weight": None}, "model.flux_weight"),
    ({"hidden": [320]}, "model.hidden"), ({"widht": 64}, "did you mean 'width'"),
]  # fmt: skip
CLIP = [
    ({"width": -4}, "model.width"), ({"width": 10**9}, "model.width"),
    ({"width": "8"}, "model.width"), ({"hop": 0}, "model.hop"),
    ({"hop": 2**20}, "model.hop"), ({"hop": 300}, "overlap"),
    ({"hop": 1024}, "overlap"), ({"fft": 1023}, "overlap"), ({"fft": 2**20}, "model.fft"),
    ({"stages": 0}, "model.stages"), ({"stages": 30}, "model.stages"),
    ({"bands": 600}, "more bands than frequencies"), ({"scale": -1}, "model.scale"),
    ({"scale": math.nan}, "model.scale"), ({"blocks": 3}, "no such setting"),
]  # fmt: skip
NOTEBOOK = [({"width": 3}, "no settings of its own")]
FAMILY = [
    *(("stream", *case) for case in STREAM),
    *(("clip", *case) for case in CLIP),
    *(("notebook", *case) for case in NOTEBOOK),
]

#: Other settings of a recipe.
PLAIN = [
    ("stream", {"batch_size": "1e8"}, "batch_size"), ("stream", {"sample_rate": 0}, "sample_rate"),
    ("stream", {"epochs": -1}, "epochs"), ("stream", {"learning_rate": "nan"}, "learning_rate"),
    ("stream", {"latent_dim": 10**6}, "latent_dim"), ("stream", {"latent_dim": 33}, "few latents"),
    ("stream", {"seed": -1}, "0 to 4294967295"), ("stream", {"sampels": 3}, "mean 'samples'"),
    ("stream", {"samples": 1_000}, "latent steps"), ("stream", {"channels": 3}, "channels"),
    ("clip", {"adversarial": 0.5}, "no adversarial phase"), ("clip", {"latent_dim": 7}, "divide"),
    ("clip", {"channels": 2}, "mono"), ("notebook", {"adversarial": 0.1}, "no adversarial phase"),
    ("notebook", {"channels": 2}, "mono"), ("stream", {"model": "wide"}, "mapping"),
]  # fmt: skip


@pytest.fixture
def refused(tiny_sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Trains with options that are refused; checks that nothing was decoded or written before."""

    def never(*_: Any) -> None:
        raise AssertionError("sounds were decoded")

    monkeypatch.setattr("musicvae.vae.training.preparation.cache.build", never)

    def attempt(recipe: str | Recipe, settings: Any = None, **options: Any) -> MusicVAEError:
        with pytest.raises(MusicVAEError) as caught:
            train(None, tiny_sounds, tmp_path / "run", recipe=recipe, settings=settings, **options)
        assert not list(tmp_path.iterdir())
        return caught.value

    return attempt


@pytest.mark.parametrize(("recipe", "model", "named"), FAMILY)
def test_settings_of_a_family(refused: Any, recipe: str, model: dict[str, Any], named: str) -> None:
    error = refused(recipe, {"model": model})
    assert isinstance(error, SettingError)
    assert named in str(error)
    assert error.expected or error.hint


@pytest.mark.parametrize(("recipe", "settings", "named"), PLAIN)
def test_settings_of_a_recipe(
    refused: Any, recipe: str, settings: dict[str, Any], named: str
) -> None:
    error = refused(recipe, settings)
    assert isinstance(error, SettingError)
    assert named in str(error)


@pytest.mark.parametrize(
    ("recipe", "settings"),
    [
        ("stream", {"batch_size": 60_000, "samples": 2**25}),
        ("stream", {"batch_size": 4_000, "model": {"width": 4_096, "hidden": 8_192}}),
        ("clip", {"batch_size": 65_536}),
        ("clip", {"model": {"width": 4_096, "stages": 3}}),
        ("notebook", {"samples": 2**26}),
    ],
)
def test_what_no_memory_holds_is_refused_with_both_numbers(
    refused: Any, monkeypatch: pytest.MonkeyPatch, recipe: str, settings: dict[str, Any]
) -> None:
    monkeypatch.setattr(memory, "machine_bytes", lambda: (32e9, 16e9))
    error = refused(recipe, settings)
    assert "does not fit into memory" in str(error)
    assert "at most 32.0 GB" in str(error.expected)
    assert float(str(error.received).split()[1].replace(",", "")) > 32


@pytest.mark.parametrize("recipe", ["clip", "notebook", "stream", "stream-ll", "stream44"])
def test_the_shipped_recipes_fit_into_a_small_machine(
    recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.recipes import get_recipe

    monkeypatch.setattr(memory, "machine_bytes", lambda: (4e9, 4e9))
    assert memory.check_memory(get_recipe(recipe)) == ""


def test_what_is_only_tight_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    from musicvae.recipes import CLIP

    monkeypatch.setattr(memory, "machine_bytes", lambda: (64e9, 0.5e9))
    assert "only 0.5 GB are free" in memory.check_memory(CLIP)


def test_the_memory_of_this_machine_is_known() -> None:
    total, free = memory.machine_bytes()
    assert total > 1e8
    assert 0 <= free <= total


def _family(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    """The family ``clip`` becomes one of a plug-in, which checks nothing by itself."""
    plain = dataclasses.replace(FAMILIES.get("clip"), check=None, step_bytes=None, **fields)
    monkeypatch.setattr(FAMILIES, "get", lambda name: plain)


def test_whatever_a_plug_in_raises_as_it_builds_is_our_error(
    refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(recipe: Recipe) -> Any:
        return [][recipe.latent_dim]

    _family(monkeypatch, build=build)
    error = refused("clip")
    assert "no network of the family clip" in str(error)
    assert "IndexError" in str(error.received)


def test_a_number_that_is_not_finite_never_reaches_a_plug_in(
    refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _family(monkeypatch, build=None)
    assert "model.pulse" in str(refused("clip", {"model": {"pulse": math.nan}}))


def test_a_check_is_called_before_the_network_is_built() -> None:
    def check(recipe: Recipe) -> None:
        raise SettingError("no", received=recipe.name)

    family = ModelFamily("f", "", lambda recipe: None, print, print, check=check)
    with pytest.raises(SettingError, match="no"):
        family.check_recipe(Recipe("r", "f", 16_000, 4_096, 4))


@pytest.mark.parametrize("out", ["", "file", "file/run"])
def test_an_out_that_cannot_be_a_run_folder(
    tiny_sounds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.setattr("musicvae.vae.training.preparation.scan", None)
    (tmp_path / "file").write_text("mine")
    place = tmp_path / out if out else ""
    with pytest.raises((RunError, SettingError)) as refused:
        train(None, tiny_sounds, place)
    assert refused.value.expected
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("data", [None, ""])
def test_no_sounds_named(tmp_path: Path, data: str | None) -> None:
    with pytest.raises(SettingError, match="no sounds were named"):
        train(None, data, tmp_path / "run")


def test_sounds_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"")
    (tmp_path / "empty" / "rumba").mkdir(parents=True)
    for data in ("nowhere", "song.wav", "empty"):
        with pytest.raises(DataError) as refused:
            train("rumba", tmp_path / data, tmp_path / "run")
        assert data in str(refused.value)
        assert not (tmp_path / "run").exists()


def test_a_home_folder_is_meant_by_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as refused:
        train(None, "~/nowhere", "~/run", cache="~/cache")
    assert str(tmp_path / "nowhere") in str(refused.value)
    with pytest.raises(RunError, match="not a run"):
        train(None, None, "~/run", resume=True)
    assert not list(tmp_path.iterdir())


def test_a_genre_is_a_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="not a genre"):
        train(3, tmp_path, tmp_path / "run")  # type: ignore[arg-type]


class Notes(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.mark.parametrize(("genre", "said"), [(None, 0), (Genre("metal"), 0), ("Loops", 1)])
def test_a_genre_that_is_but_a_folder_is_said_in_one_line(
    genre: Genre | str | None,
    said: int,
    tiny_sounds: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("loops", "metal"):
        (tmp_path / "sounds" / name).mkdir(parents=True)
        (tmp_path / "sounds" / name / "a.wav").hardlink_to(tiny_sounds / "jazz" / "jazz.00000.wav")
    monkeypatch.setattr("musicvae.vae.training.course.run_course", lambda *given, **named: None)
    monkeypatch.setattr("musicvae.vae.training.train.load", lambda out: None)
    notes = Notes()
    train(genre, tmp_path / "sounds", tmp_path / "run", reporter=notes)
    assert len(notes.notes) == said
    for line in notes.notes:
        assert f"genre 'Loops': the sounds in {tmp_path / 'sounds' / 'loops'}" in line
        assert "\n" not in line
