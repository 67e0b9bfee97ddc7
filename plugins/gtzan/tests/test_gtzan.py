"""The ten genres, as a stranger's program sees them: through the registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import musicvae_gtzan
import pytest
from musicvae_gtzan import ALL, SAMPLE_RATE, STEP

from musicvae.families import FAMILIES
from musicvae.genres import GENRES

NAMES = [
    "blues",
    "classical",
    "country",
    "disco",
    "hiphop",
    "jazz",
    "metal",
    "pop",
    "reggae",
    "rock",
]


def test_ten_genres_are_registered_by_this_distribution() -> None:
    records = {record.name: record for record in GENRES.records()}
    for name in NAMES:
        assert records[name].problem is None
        assert records[name].distributions[0].startswith("musicvae-gtzan ")
    assert [genre.name for genre in ALL] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_genre_describes_itself(name: str) -> None:
    genre = GENRES.get(name)
    assert genre is getattr(musicvae_gtzan, name.upper())
    assert 80 <= len(genre.description) <= 250
    assert genre.description.endswith(".")
    assert genre.tempo is not None


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_holds_whole_bars_at_a_usual_tempo(name: str) -> None:
    genre = GENRES.get(name)
    recipe = genre.recipe_for("clip")
    assert recipe.sample_rate == SAMPLE_RATE
    assert recipe.samples % STEP == 0
    assert recipe.latent_dim % (recipe.samples // STEP) == 0
    assert 2 <= recipe.seconds <= 5
    assert genre.tempo is not None
    tempi = [60 * beats / recipe.seconds for beats in (4, 6, 8)]
    low, high = genre.tempo
    usual = (low + high) / 2
    assert min(abs(tempo - usual) for tempo in tempi) <= 0.25 * usual


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_tells_the_truth(name: str) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| {name} |")]
    *_, seconds, latents = row.strip("| ").split(" | ")
    recipe = GENRES.get(name).recipe_for("clip")
    steps = recipe.samples // STEP
    assert (seconds, latents) == (
        f"{recipe.seconds:.2f}",
        f"{steps} × {recipe.latent_dim // steps}",
    )


@pytest.mark.parametrize("name", ["pop", "disco"])  # the shortest and the longest
def test_the_clip_family_takes_the_length(name: str) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    recipe = GENRES.get(name).recipe_for("clip").with_settings(model={"width": 4})
    model = FAMILIES.get("clip").build(recipe)
    assert model.latent_dim == recipe.latent_dim
    assert tuple(model.encoder.input_shape) == (None, recipe.samples, 1)


def test_no_two_genres_have_the_same_settings() -> None:
    recipes = [genre.recipe_for("clip") for genre in ALL]
    settings = {(recipe.samples, recipe.latent_dim) for recipe in recipes}
    assert len(settings) == len(ALL)


@pytest.mark.parametrize(
    ("folder", "name"),
    [("hip-hop", "hiphop"), ("Hip Hop", "hiphop"), ("HIPHOP", "hiphop"), ("Jazz", "jazz"),
     ("heavy_metal", "metal"), ("Country & Western", None), ("bluegrass", "country")],
)  # fmt: skip
def test_a_folder_belongs_to_at_most_one_genre(folder: str, name: str | None) -> None:
    assert [genre.name for genre in ALL if genre.is_folder(folder)] == ([name] if name else [])


def test_the_notebook_recipe_is_left_as_it_was() -> None:
    assert {genre.recipe_for("notebook").samples for genre in ALL} == {90_001}


def test_import_is_light() -> None:
    script = (
        "import sys, musicvae_gtzan\n"
        "print([m for m in ('numpy', 'tensorflow', 'onnxruntime') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
