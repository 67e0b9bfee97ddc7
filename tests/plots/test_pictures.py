"""Pictures: what they show, what they refuse, and how they reach the disk."""

import io
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from musicvae import plots
from musicvae.audio import Sound
from musicvae.errors import AudioError, SettingError
from musicvae.plots.style import Figure

RATE = 22_050


def tone(frequency: float = 440, seconds: float = 0.5, amplitude: float = 0.5) -> Sound:
    time = np.arange(round(RATE * seconds)) / RATE
    return Sound.of(amplitude * np.sin(2 * np.pi * frequency * time), RATE)


def row(epoch: int, **changes: object) -> dict[str, Any]:
    values: dict[str, Any] = {
        "epoch": epoch,
        "step": 10 * epoch,
        "seconds": 1.5 * epoch,
        "train_elbo": -100.0 / epoch,
        "test_elbo": -100.0 / epoch - abs(epoch - 3),
        "train_reconstruction": -90.0 / epoch,
        "test_reconstruction": -95.0 / epoch,
        "train_kl": 3.0 * epoch,
        "test_kl": 3.1 * epoch,
        "beta": min(1.0, epoch / 3),
        "learning_rate": 1e-3,
        "active_latents": epoch,
    }
    return {**values, **changes}


def titles(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in figure.axes if axes.get_title(loc="left")]


PICTURES = [
    lambda: plots.waveforms([tone()] * 4),
    lambda: plots.spectrograms([tone()] * 2),
    lambda: plots.side_by_side([tone()], [tone(880)]),
    lambda: plots.latent_usage([3.0, 1.0, 0.0]),
    lambda: plots.training_curves([row(1), row(2)]),
]


@pytest.mark.parametrize("draw", PICTURES)
def test_every_picture_becomes_a_png_with_something_on_it(
    draw: Callable[[], Figure], tmp_path: Path
) -> None:
    path = plots.save(draw(), tmp_path / "new" / "picture.png")
    pixels = matplotlib.image.imread(path)
    assert pixels.shape[0] > 200
    assert pixels.shape[1] > 1_000
    assert pixels[..., :3].std() > 0.03  # an empty sheet has no contrast
    assert [file.name for file in path.parent.iterdir()] == ["picture.png"]


def test_equal_pictures_are_equal_files_whatever_the_thread(tmp_path: Path) -> None:
    def draw(number: int) -> Path:
        return plots.save(PICTURES[0](), tmp_path / f"{number}.png")

    with ThreadPoolExecutor(4) as threads:
        jobs = [threads.submit(draw, number) for number in range(4)]
        files = {job.result().read_bytes() for job in jobs}
    assert len(files) == 1


def test_a_notebook_shows_a_picture_by_itself() -> None:
    image = matplotlib.image.imread(io.BytesIO(PICTURES[3]()._repr_png_()))
    assert image.ndim == 3


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"old")
    figure = plots.waveforms([tone()])
    monkeypatch.setattr(figure, "savefig", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        plots.save(figure, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_only_png_is_written(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\.png"):
        plots.save(plots.waveforms([tone()]), tmp_path / "picture.jpg")


@pytest.mark.parametrize("count", [1, 3, 4, 5])
def test_one_waveform_for_each_sound_on_one_scale(count: int) -> None:
    sounds = [tone(amplitude=0.2 * (index + 1)) for index in range(count)]
    figure = plots.waveforms(sounds, [f"track {index}" for index in range(count)])
    assert titles(figure) == [f"track {index}" for index in range(count)]
    assert {axes.get_ylim() for axes in figure.axes} == {figure.axes[0].get_ylim()}
    assert figure.axes[0].get_ylim()[1] >= 0.2 * count


def test_a_waveform_spans_lowest_to_highest_sample() -> None:
    sound = tone(seconds=4, amplitude=0.25)
    sound.samples[50_000] = 0.75
    figure = plots.waveforms([sound])
    shape = figure.axes[0].collections[0].get_paths()[0].vertices
    assert shape[:, 1].max() == 0.75
    assert shape[:, 1].min() == pytest.approx(-0.25, abs=0.01)
    top = shape[shape[:, 1].argmax(), 0]
    assert top == pytest.approx(50_000 / RATE, abs=0.01)  # and where it lies in time


def test_silence_can_be_drawn() -> None:
    silence = Sound.of(np.zeros(RATE), RATE)
    for figure in (plots.waveforms([silence]), plots.side_by_side([silence], [silence])):
        assert figure._repr_png_()


def test_a_tone_lies_at_its_frequency_in_the_spectrogram() -> None:
    axes = plots.spectrograms([tone(1_000)]).axes[0]
    image = axes.images[0].get_array()
    band = float(np.median(np.asarray(image).argmax(axis=0))) + 0.5
    marks = dict(
        zip([label.get_text() for label in axes.get_yticklabels()], axes.get_yticks(), strict=True)
    )
    assert band == pytest.approx(marks["1\N{THIN SPACE}000"], abs=1)


def test_pairs_say_how_far_they_are_apart() -> None:
    figure = plots.side_by_side([tone(), tone()], [tone(), tone(3_000)], ["same", "other"])
    first, same, second, other = titles(figure)
    assert (first, second) == ("same", "other")
    assert same.endswith("0.00")
    assert float(other.split()[-1]) > 0.5


@pytest.mark.parametrize(
    "name", ["Café – 音楽 #1.wav", "price $5$ and x_1^2", "two\nlines", "x" * 300, "%s {0} \\frac"]
)
def test_any_file_name_can_be_a_title(name: str) -> None:
    figure = plots.waveforms([tone()], [name])
    assert figure._repr_png_()  # a missing glyph would be a warning, and so an error
    assert len(titles(figure)[0]) <= 46


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(SettingError, match="nothing to draw"):
        plots.waveforms([])
    with pytest.raises(SettingError, match="title"):
        plots.spectrograms([tone()], ["a", "b"])
    with pytest.raises(SettingError, match="reconstruction"):
        plots.side_by_side([tone()], [])
    with pytest.raises(SettingError, match="latent usage"):
        plots.latent_usage([[1.0]])
    with pytest.raises(SettingError, match="latent usage"):
        plots.latent_usage([np.nan])
    with pytest.raises(SettingError, match="no epoch"):
        plots.training_curves([])
    with pytest.raises(AudioError, match="NaN"):
        plots.spectrograms([Sound.of([np.nan] * 9, RATE)])


def test_a_large_sum_of_nats_is_written_out() -> None:
    title = titles(plots.latent_usage(np.full(300, 4.3)))[0]
    assert title == "300 of 300 latents in use, 1 290 nats a clip"


def test_latent_usage_counts_what_is_used() -> None:
    assert (
        titles(plots.latent_usage([0.05, 2.0, 0.0, 1.0]))[0]
        == "2 of 4 latents in use, 3.05 nats a clip"
    )
    assert titles(plots.latent_usage(np.zeros(3)))[0].startswith("0 of 3")


def test_curves_name_the_best_epoch_and_bear_gaps() -> None:
    rows = [row(1), row(2), row(3), row(4, test_elbo=None, beta=""), row(5)]
    figure = plots.training_curves(rows)
    best = max((r for r in rows if r["test_elbo"] is not None), key=lambda r: r["test_elbo"])
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels[-1].endswith(f"at epoch {best['epoch']}")
    assert np.isnan(figure.axes[0].lines[1].get_ydata()[3])
    assert plots.training_curves([{"epoch": 1}])._repr_png_()


def test_drawing_loads_no_window_system_and_no_tensorflow() -> None:
    code = (
        "import sys; from musicvae import plots\n"
        "assert 'matplotlib' not in sys.modules\n"
        "plots.latent_usage([1.0])._repr_png_()\n"
        "print(sorted({'matplotlib.pyplot', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
