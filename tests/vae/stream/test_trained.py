"""A trained stream in a user's hands: lengths, alignment, rates, channels, missing files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from musicvae.audio import Sound, read
from musicvae.errors import AudioError, LatentError, RunError, SettingError
from musicvae.vae.run.loading import load
from musicvae.vae.stream.trained import TrainedStream

D, RATE = 6, 16_000


@pytest.fixture(scope="module")
def model(tiny_stream_run: Path) -> TrainedStream:
    found: TrainedStream = load(tiny_stream_run)
    return found


@pytest.fixture(scope="module")
def track(model: TrainedStream) -> Sound:
    whole = read(model.test_tracks()[0])
    return Sound.of(whole.samples[:RATE], whole.sample_rate)


def _latents(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((*shape, D)).astype(np.float32)


def test_a_step_is_a_stride_of_equal_frames(model: TrainedStream) -> None:
    latents = _latents(5)
    held = np.repeat(latents, model.settings.stride, axis=0)
    decoded = model.decode(latents)[0]
    np.testing.assert_array_equal(decoded.samples, model.decode_frames(held).samples)
    assert len(decoded.samples) == 5 * model.settings.step
    assert decoded.sample_rate == RATE


def test_sequences_are_decoded_by_themselves(model: TrainedStream) -> None:
    latents = _latents(2, 5)
    both = model.decode(latents)
    assert len(both) == 2
    for sound, sequence in zip(both, latents, strict=True):
        np.testing.assert_array_equal(sound.samples, model.decode(sequence)[0].samples)


def test_one_latent_vector_is_a_step_of_sound(model: TrainedStream) -> None:
    (sound,) = model.decode(np.zeros(D))
    assert len(sound.samples) == model.settings.step


@pytest.mark.parametrize("bad", [np.zeros((4, 5)), np.full((4, D), np.inf), np.zeros((0, D))])
def test_frames_that_cannot_be_are_refused(model: TrainedStream, bad: np.ndarray) -> None:
    with pytest.raises(LatentError):
        model.decode_frames(bad)


def test_other_rates_and_channels_are_converted(model: TrainedStream, track: Sound) -> None:
    twice = np.repeat(track.samples, 2, axis=1)
    stereo = model.encode(Sound.of(twice, RATE))
    np.testing.assert_allclose(stereo, model.encode(track), atol=1e-3)
    made = model.reconstruct(Sound.of(twice[: RATE // 2], RATE // 2))
    assert (made.sample_rate, made.channels) == (RATE, 1)
    assert made.seconds == pytest.approx(1.0, abs=0.01)


def test_a_tape_says_how_it_is_to_be_played(model: TrainedStream, track: Sound) -> None:
    tape = model.tape(track, source="a track")
    settings = model.settings
    assert (tape.sample_rate, tape.hop, tape.stride) == (RATE, settings.hop, settings.stride)
    assert tape.samples == len(track.samples)
    assert (tape.latent_space, tape.source) == (model.playing.latent_space, "a track")
    assert tape.steps * settings.step >= tape.samples + settings.delay
    np.testing.assert_allclose(tape.latents, model.encode(track), atol=0.01, rtol=1e-3)


def test_samples_have_the_length_that_is_asked_for(model: TrainedStream) -> None:
    for seconds in (0.01, 0.3, 1.0):
        (sound,) = model.sample(1, seed=0, seconds=seconds)
        assert sound.seconds == pytest.approx(seconds, abs=model.settings.step / RATE)
    longer = model.sample(1, seed=0, seconds=0.3)[0].samples
    shorter = model.sample(1, seed=0, seconds=0.1)[0].samples
    np.testing.assert_allclose(longer[: len(shorter)], shorter, atol=1e-5)
    for wrong in (0.0, -1.0, 1e9, float("nan")):
        with pytest.raises(SettingError, match="0 to 86400"):
            model.sample(1, seconds=wrong)


def test_between_two_sounds_latents_are_mixed(model: TrainedStream, track: Sound) -> None:
    short = Sound.of(track.samples[4_000:8_000], RATE)
    ends, steps = (model.encode(track), model.encode(short)), 4_000 // model.settings.step
    sounds = model.interpolate(track, short, steps=3)
    assert {len(sound.samples) // model.settings.step for sound in sounds} == {steps}
    half = (ends[0][:steps] + ends[1][:steps]) / 2
    np.testing.assert_allclose(sounds[1].samples, model.decode(half)[0].samples, atol=1e-4)


def test_real_sound_is_that_of_tracks_from_all_over_the_run(model: TrainedStream) -> None:
    tracks = [read(path).samples for path in model.test_tracks()]
    length = 96
    found = model.real_sound(length * len(tracks))
    middles = [(len(track) - length) // 2 for track in tracks]
    parts = [track[at : at + length] for track, at in zip(tracks, middles, strict=True)]
    np.testing.assert_array_equal(found, np.concatenate(parts))
    longest = sum(map(len, tracks))
    again = model.real_sound(longest + 50)
    assert len(again) == longest + 50
    np.testing.assert_array_equal(again[-50:], again[:50])


def test_a_track_that_cannot_be_read_is_left_out_of_real_sound(
    model: TrainedStream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, torn = model.test_tracks()[0], tmp_path / "torn.wav"
    torn.write_bytes(b"RIFF")
    monkeypatch.setattr(model, "test_tracks", lambda: [whole, torn])
    track = read(whole).samples
    first = (len(track) - 50) // 2
    np.testing.assert_array_equal(model.real_sound(100)[:50], track[first : first + 50])
    monkeypatch.setattr(model, "test_tracks", lambda: [torn, torn])
    with pytest.raises(AudioError):
        model.real_sound(100)


def test_real_latents_are_those_of_real_sound(model: TrainedStream) -> None:
    steps = 9
    sound = Sound(model.real_sound(steps * model.settings.step), RATE)
    np.testing.assert_array_equal(model.real_latents(steps), model.encode(sound)[:steps])


def test_moved_tracks_are_a_clear_error(tiny_stream_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(tiny_stream_run, run, ignore=shutil.ignore_patterns("pictures", "last.npz"))
    report = json.loads((run / "data.json").read_text("utf-8"))
    (run / "data.json").write_text(json.dumps(report | {"folder": str(tmp_path / "gone")}))
    moved = load(run)
    assert len(moved.walk(3)) == 3  # it can still be played
    for use in (moved.real_latents, moved.real_sound):
        with pytest.raises(RunError, match=r"split\.json"):
            use(3)


def test_a_run_without_its_statistics_is_refused(tiny_stream_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(tiny_stream_run, run, ignore=shutil.ignore_patterns("pictures", "last.npz"))
    (run / "playing.json").unlink()
    with pytest.raises(RunError, match=r"playing\.json"):
        load(run)
