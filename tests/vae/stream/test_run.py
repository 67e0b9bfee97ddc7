"""Runs of the stream family: two phases, resumed and transferred, and the model they leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import parse_info
from musicvae.audio import Sound, read
from musicvae.errors import LatentError, RunError, SettingError
from musicvae.latents.tape import Tape
from musicvae.latents.wording import describe
from musicvae.vae.run.loading import load, load_start
from musicvae.vae.stream.trained import TrainedStream
from musicvae.vae.training.evaluation import TestFigures
from musicvae.vae.training.train import train
from musicvae.vae.training.trainer import Trainer

#: Steps of an epoch of the tiny tracks, and of the whole run.
EPOCH, ALL = 12, 48


def _weights(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files if name != "counters"}


def _assert_equal(first: Path, second: Path, tolerance: float) -> None:
    one, two = _weights(first), _weights(second)
    assert set(one) == set(two)
    for name, array in one.items():
        np.testing.assert_allclose(array, two[name], rtol=0, atol=tolerance, err_msg=name)


@pytest.fixture
def options(tiny_stream_settings: dict[str, Any], tiny_cache: Path) -> dict[str, Any]:
    return {"settings": tiny_stream_settings, "cache": tiny_cache, "workers": 1, "pictures": False}


@pytest.fixture(scope="module")
def model(tiny_stream_run: Path) -> TrainedStream:
    found: TrainedStream = load(tiny_stream_run)
    return found


@pytest.fixture(scope="module")
def track(model: TrainedStream) -> Sound:
    return read(model.test_tracks()[0])


def test_both_phases_are_reported(tiny_stream_run: Path) -> None:
    rows = json.loads((tiny_stream_run / "history.json").read_text())
    assert [(row["epoch"], row["phase"]) for row in rows] == [(1, 1), (2, 1), (3, 2), (4, 2)]
    assert [row["step"] for row in rows] == [EPOCH, 2 * EPOCH, 3 * EPOCH, ALL]
    for row in rows:
        assert all(np.isfinite(value) for value in row.values())
        terms = {"elbo", "reconstruction", "kl", "stft", "log_mel"}
        assert terms <= {name.removeprefix("train_") for name in row if name.startswith("train_")}
        assert terms <= {name.removeprefix("test_") for name in row if name.startswith("test_")}
        assert row["active_latents"] <= 6
    assert "train_critics" not in rows[1]
    assert rows[2]["train_critics"] > 0
    assert (tiny_stream_run / "history.csv").read_text().count("\n") == 5


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7"])
def test_a_seed_that_no_generator_takes_is_refused(model: TrainedStream, seed: Any) -> None:
    for use in (
        lambda: model.sample(1, seed, 0.1),
        lambda: model.walk(3, seed),
        lambda: model.dynamics.walk(3, seed),
        lambda: model.interpolate(seed, 3),
    ):
        with pytest.raises(SettingError, match="0 to 4294967295"):
            use()


def test_training_learns(tiny_stream_run: Path) -> None:
    rows = json.loads((tiny_stream_run / "history.json").read_text())
    assert rows[1]["test_objective"] > rows[0]["test_objective"]
    assert rows[1]["test_log_mel"] < rows[0]["test_log_mel"]


# The critics' convolutions may sum in another order after a restart; nothing else does.
@pytest.mark.parametrize(
    ("stop", "tolerance"), [(EPOCH + 5, 0.0), (3 * EPOCH + 2, 1e-5)], ids=["elbo", "adversarial"]
)
def test_a_stopped_run_goes_on_to_the_same_weights(
    tiny_stream_run: Path,
    tiny_sounds: Path,
    tmp_path: Path,
    options: dict[str, Any],
    stop: int,
    tolerance: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out, one_step = tmp_path / "run", Trainer._one_step

    def until(self: Trainer, batch: Any, asked: bool) -> bool:
        return one_step(self, batch, asked or self.counters.step + 1 == stop)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_one_step", until)
        with pytest.raises(KeyboardInterrupt):
            train("jazz", tiny_sounds, out, recipe="stream", **options)
    assert load(out).walk(3, seed=0).shape == (3, 6)  # a stopped run can be played
    train(None, None, out, resume=True, cache=options["cache"], workers=1, pictures=False)
    _assert_equal(out / "best.npz", tiny_stream_run / "best.npz", tolerance)
    if not tolerance:
        _assert_equal(out / "last.npz", tiny_stream_run / "last.npz", tolerance)
        assert (out / "playing.json").read_text() == (tiny_stream_run / "playing.json").read_text()


def test_patience_ends_the_first_phase_and_not_the_run(
    tiny_sounds: Path, tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    same = TestFigures(-1.0, -1.0, -1.0, 0.0, 6)
    monkeypatch.setattr("musicvae.vae.training.trainer.evaluate", lambda *_: same)
    changes = {"settings": options["settings"] | {"patience": 1, "epochs": 8}}
    train("jazz", tiny_sounds, tmp_path / "run", recipe="stream", **options | changes)
    rows = json.loads((tmp_path / "run" / "history.json").read_text())
    assert [row["phase"] for row in rows] == [1, 1, 2, 2, 2, 2]


def test_latents_are_standardised(model: TrainedStream) -> None:
    latents = np.concatenate([model.encode(read(path))[:-10] for path in model.train_tracks()])
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=0.15)
    np.testing.assert_allclose(latents.std(axis=0), 1, atol=0.15)
    explained = model.basis.explained
    assert (np.diff(explained) <= 1e-6).all()
    assert sum(info.explained_variance for info in model.latent_infos()) == pytest.approx(1)


def test_what_moves_the_sound_is_fitted_and_judged(model: TrainedStream) -> None:
    attributes = {attribute.name: attribute for attribute in model.playing.attributes}
    assert list(attributes) == ["loudness", "brightness", "noisiness", "onsets", "bass"]
    for attribute in attributes.values():
        assert len(attribute.direction) == 6
        assert attribute.spearman is not None
        assert -1 <= attribute.spearman <= 1
        assert attribute.r2 <= 1
    assert set(model.playing.offered) <= set(attributes.values())
    effects = model.playing.effects
    assert effects is not None
    assert effects.changes.shape == (6, len(effects.names))
    assert [info.effect for info in model.latent_infos()] == list(describe(effects))
    assert attributes["loudness"].std > 0
    assert any(attributes["loudness"].direction)
    assert 0 < model.dynamics.one_step_error < 2
    assert model.dynamics.rate == pytest.approx(16_000 / 128)
    assert np.linalg.eigvalsh(model.playing.covariance).min() > 0


def test_encoding_in_blocks_equals_encoding_at_once(
    model: TrainedStream, track: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model.reconstruct(track).samples
    monkeypatch.setattr("musicvae.vae.stream.coding.BLOCK", 7)
    np.testing.assert_allclose(model.reconstruct(track).samples, whole, atol=1e-4)


def test_a_tape_plays_what_is_reconstructed(
    model: TrainedStream, track: Sound, tmp_path: Path
) -> None:
    tape = model.tape(track, source="a track")
    tape.save(tmp_path / "x.tape")
    again = Tape.load(tmp_path / "x.tape")
    rebuilt = model.reconstruct(track)
    np.testing.assert_array_equal(model.play(again).samples, rebuilt.samples)
    assert len(rebuilt.samples) == tape.samples == len(track.samples)


def test_a_reconstruction_is_aligned(model: TrainedStream) -> None:
    """A click comes out where it went in, to within a frame."""
    rate = model.recipe.sample_rate
    click = np.zeros(rate, np.float32)
    click[8_000:8_064] = 0.9
    made = model.reconstruct(Sound.of(click, rate)).mono()
    silence = model.reconstruct(Sound.of(np.zeros(rate, np.float32), rate)).mono()
    changed = np.flatnonzero(np.abs(made - silence) > 1e-6)
    settings = model.settings
    assert 8_000 - settings.delay - settings.step <= changed[0] <= 8_064


def test_a_tape_of_another_encoder_is_refused(model: TrainedStream, track: Sound) -> None:
    tape = model.tape(track)
    other = Tape(tape.latents, tape.sample_rate, tape.hop, tape.stride, tape.samples, "0" * 16)
    with pytest.raises(LatentError, match="another encoder"):
        model.play(other)


def test_it_describes_what_it_exports(model: TrainedStream) -> None:
    parts = model.exports()
    assert {name: part.info.kind for name, part in parts.items()} == {
        "decoder": "stream",
        "encoder": "encoder",
    }
    settings = model.settings
    for part in parts.values():
        assert parse_info(part.info.to_json()).latent_space == model.playing.latent_space
    decoder, encoder = parts["decoder"], parts["encoder"]
    assert (decoder.info.hop, encoder.info.hop) == (settings.hop, settings.step)
    latents, sound = decoder.real_input(5), encoder.real_input(3)
    audio, state = decoder.function(latents[None], np.zeros((1, decoder.info.state_size)))
    assert audio.shape == (1, 5 * settings.hop, model.recipe.channels)
    assert state.shape == (1, decoder.info.state_size)
    found, state = encoder.function(sound[None], np.zeros((1, encoder.info.state_size)))
    assert found.shape == (1, 3, model.recipe.latent_dim)
    assert state.shape == (1, encoder.info.state_size)


def test_samples_are_seeded_walks(model: TrainedStream) -> None:
    first, again, other = (model.sample(2, seed=seed, seconds=0.5) for seed in (7, 7, 8))
    assert len(first) == 2
    assert first[0].seconds == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(first[1].samples, again[1].samples)
    assert np.abs(first[0].samples - other[0].samples).max() > 0
    assert np.abs(first[0].samples - first[1].samples).max() > 0
    with pytest.raises(SettingError):
        model.sample(1, seconds=0)


def test_interpolation_ends_at_its_ends(model: TrainedStream, track: Sound) -> None:
    sounds = model.interpolate(3, track, steps=3)
    steps = len(sounds[0].samples) // model.settings.step
    np.testing.assert_array_equal(sounds[0].samples, model.decode(model.walk(steps, 3))[0].samples)
    np.testing.assert_array_equal(
        sounds[2].samples, model.decode(model.encode(track)[:steps])[0].samples
    )


@pytest.mark.parametrize("bad", [np.zeros((4, 5)), np.full((4, 6), np.nan), np.zeros((0, 6))])
def test_latents_that_cannot_be_are_refused(model: TrainedStream, bad: np.ndarray) -> None:
    with pytest.raises(LatentError):
        model.decode(bad)


def test_transfer_shares_the_latent_space(
    tiny_stream_run: Path, tiny_sounds: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    out = tmp_path / "metal"
    settings = {"epochs": 1, "split": "1+1", "adversarial": 0.0}
    start: dict[str, Any] = {"start_from": tiny_stream_run, "freeze": ["encoder"]}
    metal = train("metal", tiny_sounds, out, **options | {"settings": settings}, **start)
    jazz = load(tiny_stream_run)
    assert metal.playing.latent_space == jazz.playing.latent_space
    np.testing.assert_array_equal(metal.basis.axes, jazz.basis.axes)
    for a, b in zip(metal.vae.encoder.weights, jazz.vae.encoder.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert not np.array_equal(metal.vae.decoder.weights[0], jazz.vae.decoder.weights[0])
    # One gesture plays through both.
    tape = jazz.tape(read(jazz.test_tracks()[0]))
    assert np.abs(metal.play(tape).samples - jazz.play(tape).samples).max() > 1e-4
    before: Any = load_start(out)
    for a, b in zip(before.vae.decoder.weights[2:4], jazz.vae.decoder.weights[2:4], strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert load_start(tiny_stream_run) is None
    description = json.loads((out / "run.json").read_text())
    assert description["from"]["genre"] == "jazz"
    assert description["from"]["frozen"] == ["encoder"]
    with pytest.raises(RunError):
        train("metal", tiny_sounds, out, **options | {"settings": settings}, **start)


def test_transfer_without_freezing_makes_a_space_of_its_own(
    tiny_stream_run: Path, tiny_sounds: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    settings = {"epochs": 1, "split": "1+1", "adversarial": 0.0}
    other = train(
        "metal",
        tiny_sounds,
        tmp_path / "metal",
        **options | {"settings": settings},
        start_from=tiny_stream_run,
    )
    assert other.playing.latent_space != load(tiny_stream_run).playing.latent_space


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"settings": {"latent_dim": 4}}, "same network"),
        ({"recipe": "stream"}, "uses the recipe of that run"),
        ({"freeze": ["ears"]}, "frozen"),
        ({"freeze": ["encoder", "decoder"]}, "frozen"),
        ({"start_from": None, "freeze": ["encoder"]}, "none"),
    ],
)
def test_transfers_that_cannot_be_are_refused(
    tiny_stream_run: Path, tiny_sounds: Path, tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    options = {"start_from": tiny_stream_run} | changes
    with pytest.raises(SettingError, match=what):
        train("metal", tiny_sounds, tmp_path / "run", **options)
    assert not (tmp_path / "run").exists()
