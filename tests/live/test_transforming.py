from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicvae as mv
from musicvae.audio import Sound
from musicvae.errors import AudioError, SettingError
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.engine import Engine
from musicvae.live.stage.engine_handle import EngineHandle
from musicvae.live.stage.loading import Loader
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from musicvae.live.transforming import Transformation, Transformer
from tests.latents.memories import make_memory

RATE = 16_000
LATENCY = 128 + 32 + 32  # a step of the encoder, its latency, and that of the decoder
IN_TURNS = LATENCY - 64  # two encoders hear in turns


@pytest.fixture
def jazz(models: Path) -> Path:
    (models / "ears.onnx").rename(models / "jazz.encoder.onnx")
    return models / "jazz.onnx"


def beats(channels: int = 1) -> Sound:
    """Bursts of noise, four a second."""
    rows = np.random.default_rng(0).standard_normal((2 * RATE, channels)) * 0.2
    rows *= (np.arange(2 * RATE) % (RATE // 4) < 600)[:, None]
    return Sound.of(rows.astype(np.float32), RATE)


def live(models: Path, sound: Sound, *sizes: int, messages: list[list[Any]]) -> np.ndarray:
    """What a performer hears who sends these messages first."""
    engine = Engine(RATE, 1)
    loader = Loader(Library([models], models), RATE, 1, InlineClips())
    handle = EngineHandle(engine, loader, ADDRESSES)
    for message in messages:
        command = handle.restore(message, "a")
        engine.post(command, payloads=(handle.payload(command),))
        engine.settle()
    engine.hearing.delay_by(IN_TURNS)
    heard = np.repeat(sound.samples, 2, axis=1)
    heard = np.concatenate([heard, np.zeros((IN_TURNS, 2), np.float32)])
    out, at, turn = np.zeros((len(heard), 1), np.float32), 0, 0
    while at < len(out):
        size = sizes[turn % len(sizes)]
        engine.render(out[at : at + size], heard[at : at + size])
        at, turn = at + size, turn + 1
    return out[IN_TURNS:]


@pytest.mark.parametrize("sizes", [(512,), (64, 1, 333), (2048, 100)])
def test_it_is_what_is_heard_live_to_the_bit(jazz: Path, sizes: tuple[int, ...]) -> None:
    make_memory().save(jazz.with_name("jazz.memory"))
    asked: dict[str, Any] = {"gain": 3.0, "gate": -40.0, "mix": 0.6, "scale": 0.9, "gravity": 0.7}
    asked |= {"overlap": True, "adapt": 0.9}
    settings = Transformation(**asked, attributes={"loudness": 1})
    made = mv.transform(jazz, beats(), **asked, attributes={"loudness": 1})
    first: list[list[Any]] = [
        *(["/model/load", "jazz"], ["/memory/load", "jazz"], ["/input/load", "jazz"], ["/glide", 0])
    ]
    messages = [*first, *settings.messages(), ["/play", 1]]
    heard = live(jazz.parent, beats(), *sizes, messages=messages)
    np.testing.assert_array_equal(made.samples, heard)
    assert (made.sample_rate, made.samples.shape) == (RATE, (2 * RATE, 1))


def test_the_result_lies_where_the_sound_lies(jazz: Path) -> None:
    sound = beats()
    made = mv.transform(jazz, sound)

    def envelope(samples: np.ndarray) -> np.ndarray:
        powers: np.ndarray = np.square(samples[:, 0]).reshape(-1, 40).mean(axis=1)
        return np.asarray(np.sqrt(powers))

    one, other = envelope(sound.samples), envelope(made.samples)
    shifts = range(-8, 9)
    alike = [np.corrcoef(one[10:-10], np.roll(other, -shift)[10:-10])[0, 1] for shift in shifts]
    # This encoder hears the step before as well, which its latency does not say.
    assert abs(shifts[int(np.argmax(alike))]) <= 1.5 * 128 / 40
    dry = mv.transform(jazz, sound, mix=0.0)
    np.testing.assert_allclose(dry.samples[RATE // 8 :], sound.samples[RATE // 8 :], atol=0.02)


def test_numbers_and_other_rates_and_channels_are_taken(jazz: Path) -> None:
    assert mv.transform(jazz, beats().samples[:, 0]).samples.shape == (2 * RATE, 1)
    wide = Sound.of(np.tile(beats().samples, (1, 3)), 48_000)
    made = mv.transform(jazz, wide)
    assert made.sample_rate == RATE
    assert len(made.samples) == pytest.approx(len(wide.samples) / 3, abs=2)
    silent = mv.transform(jazz, np.zeros((RATE, 2)), RATE)
    assert np.abs(silent.samples).max() < 1e-3
    square = np.sign(np.sin(np.arange(2 * RATE) * 0.3))
    loud = mv.transform(jazz, square, gain=36.0, gate=-120.0, auto=False, mix=0.5)
    assert np.isfinite(loud.samples).all()
    assert np.abs(loud.samples).max() <= 0.99


def test_what_cannot_be_transformed_is_refused(models: Path, jazz: Path) -> None:
    with pytest.raises(AudioError, match="nothing to transform"):
        mv.transform(jazz, np.zeros((0, 1)))
    with pytest.raises(AudioError, match=r"a sample at 0\.00 s is NaN or infinite"):
        mv.transform(jazz, np.array([0.0, np.nan]))
    loud = np.full((RATE, 1), 0.5, np.float32)
    loud[-1] *= 32_768
    with pytest.raises(AudioError, match=r"at 1\.00 s is of magnitude 16384.*full scale ±1"):
        mv.transform(jazz, Sound(loud, RATE))
    with pytest.raises(SettingError, match="a setting of the transformation"):
        mv.transform(jazz, beats(), mix=1.5)
    with pytest.raises(SettingError, match="attributes are: loudness, brightness"):
        mv.transform(jazz, beats(), attributes={"swing": 1})
    with pytest.raises(SettingError, match=r"no encoder for 'wide'.*--encoder"):
        mv.transform(models / "wide.onnx", beats())
    with pytest.raises(SettingError, match="needs a stream model"):
        mv.transform(models / "loops.onnx", beats())


def test_what_is_shorter_than_a_sample_of_the_model_is_refused(jazz: Path) -> None:
    with pytest.raises(AudioError, match="nothing to transform"):
        mv.transform(jazz, np.zeros(1), 8 * RATE)


def test_a_sound_before_the_model_is_told(jazz: Path) -> None:
    sound: Any = Sound.of(np.zeros(RATE), RATE)
    with pytest.raises(SettingError, match="the model comes before the sound"):
        mv.transform(sound, jazz)  # type: ignore[arg-type]


def test_its_latency_is_known(jazz: Path) -> None:
    assert Transformer(jazz).latency == LATENCY
    assert Transformer(jazz, Transformation(overlap=True)).latency == IN_TURNS


def test_gravity_needs_a_memory_and_changes_the_sound(jazz: Path) -> None:
    with pytest.raises(SettingError, match=r"'jazz' has no memory.*jazz\.memory beside it"):
        mv.transform(jazz, beats(), gravity=0.5)
    make_memory().save(jazz.with_name("jazz.memory"))
    plain, drawn = mv.transform(jazz, beats()), mv.transform(jazz, beats(), gravity=0.5)
    assert np.abs(plain.samples - drawn.samples).max() > 0.01
    with pytest.raises(SettingError, match="0 to 1"):
        mv.transform(jazz, beats(), gravity=1.5)


def test_what_is_heard_is_moved_to_where_the_music_lies(models: Path, jazz: Path) -> None:
    plain = mv.transform(jazz, beats())
    moved = mv.transform(jazz, beats(), adapt=1.0)
    # Nothing at first, and then more and more, as it becomes known where the input lies.
    apart = np.abs(plain.samples - moved.samples)[:, 0]
    assert apart.max() > 0.01
    assert apart[: RATE // 8].max() < 0.2 * apart.max()
    with pytest.raises(SettingError, match="0 to 1"):
        mv.transform(jazz, beats(), adapt=1.5)
