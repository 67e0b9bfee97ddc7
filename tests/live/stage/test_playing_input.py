from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.errors import ArtifactError, LatentError, SettingError
from musicvae.live.engine.clips import InlineClips
from musicvae.live.hearing.ear import Ear
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.pace import Pace
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder
from tests.latents.memories import make_memory
from tests.live.stage.fed_by_hand import RATE, STEP, Stage, noise


def test_it_is_the_encoder_then_the_decoder(stage: Stage, models: Path) -> None:
    """Step by step: each is held for its frames, and heard one step after it began."""
    stage("/input/auto", 0)
    stage("/input/gate", -120)
    sound = noise(STEP * 100)
    out = stage.hear(sound)
    heard = sound.copy()
    stage.engine.hearing.__init__(RATE, 1, 2048)  # type: ignore[misc]
    from musicvae.live.hearing.high_pass import HighPass

    windows = heard.reshape(-1, 64, 2)
    HighPass(RATE, 2, 64, len(windows)).apply(windows)
    windows[0] *= (np.arange(1, 65, dtype=np.float32) / 64)[:, None]
    latents = Encoder(models / "ears.onnx").push(heard[:, :1])
    rest = np.zeros((1, 4), np.float32)
    decoder = StreamDecoder(models / "jazz.onnx")
    expected = decoder.push(decoder.hold(np.concatenate([rest, latents[:-1]])))
    np.testing.assert_allclose(out[2000:], expected[2000 : len(out)], atol=1e-5)


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_blocks_change_no_sample(models: Path, rate: int) -> None:
    def sound(*sizes: int) -> np.ndarray:
        stage, parts, came = Stage(models, rate), [], noise(24_000, 0.2)
        came[10_000:10_500] = np.nan
        came[14_000:20_000] *= 1e-4
        stage("/model/load", "metal", deck="b")
        stage("/input/load", "metal", deck="b")
        stage("/play", 1, deck="b")
        acts: list[dict[str, Any]] = [
            {"/crossfade": 0.5, "/input/mix": 0.7},
            {"/model/load": "metal", "/attr/loudness": 1.0},
            {"/deck/b/source": "walk", "/latent/scale": 0.5},
        ]
        for at, commands in enumerate(acts):
            for address, value in commands.items():
                stage(address, value)
            parts.append(stage.hear(came[at * 8000 : (at + 1) * 8000], *sizes))
        assert stage.engine.faults.count == 0
        return np.concatenate(parts)

    first = sound(2048)
    assert np.isfinite(first).all()
    assert np.abs(first).max() <= 0.99
    np.testing.assert_array_equal(sound(64, 1, 700), first)
    np.testing.assert_array_equal(sound(333), first)


def heard_by(stage: Stage) -> Ear:
    """The ear of the first deck."""
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    assert voice.controls.ear is not None
    return voice.controls.ear


def test_both_decks_hear_through_one_ear(stage: Stage) -> None:
    stage("/model/load", "metal", deck="b")
    stage("/input/load", "ears", deck="b")
    ears: dict[Ear, int] = {}
    for deck in stage.engine.decks.values():
        deck.listen(ears)
    assert len(ears) == 1


def test_a_model_of_the_space_takes_the_ear_over(stage: Stage) -> None:
    stage.hear(noise(4000))
    before = heard_by(stage)
    stage("/model/load", "metal")
    stage.hear(noise(4000))
    assert heard_by(stage) is before
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    assert voice.controls.active_source == "input"
    stage("/model/load", "wide")  # of another space: nothing to hear it through
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    assert voice.controls.active_source == "held"


def test_below_the_gate_it_plays_on_alone(stage: Stage, models: Path) -> None:
    make_memory().save(models / "jazz.memory")
    stage("/memory/load", "jazz")
    stage("/source", "input")
    stage.hear(noise(RATE // 2))
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    memory: Any = voice.controls.sources["memory"]
    silence = np.zeros((RATE, 2), np.float32)
    place = memory.place
    followed = stage.hear(silence)
    assert memory.place == place
    assert not followed[-4000:].any()
    stage("/input/listen", 0)
    alone = stage.hear(silence)
    assert memory.place != place
    assert np.abs(alone[-4000:]).max() > 0.01
    stage.hear(noise(RATE // 2))
    back = memory.place
    stage.hear(noise(4000))
    assert memory.place == back
    assert ["/input/listen", 0] in [
        [row.path, *values]
        for row in ADDRESSES.kept
        if row.describe and row.source == "input"
        for _, values in row.describe(voice.controls.sources["input"])
    ]


def test_what_is_heard_is_drawn_to_the_memory_and_silence_stays_silence(
    stage: Stage, models: Path
) -> None:
    memory = make_memory()
    memory.save(models / "jazz.memory")
    voice = stage.engine.decks["a"].voice
    assert voice is not None

    def away() -> float:
        """How far the latents are from the nearest step of the memory, on average."""
        distances = []
        for _ in range(40):
            stage.hear(noise(STEP))
            latents = np.array(voice.controls.sounding())
            distances.append(np.linalg.norm(memory.rows() - latents, axis=1).min())
        return float(np.mean(distances[20:]))

    stage("/input/auto", 0)
    stage("/input/gravity", 1.0)
    far = away()  # there is no memory to draw it
    stage("/memory/load", "jazz")
    stage("/source", "input")
    near = away()
    stage("/input/gravity", 0.5)
    between = away()
    assert near < between < far
    assert near < 0.7 * far
    assert not stage.hear(np.zeros((RATE, 2), np.float32))[-4000:].any()


def test_gravity_comes_and_goes_within_150_ms(stage: Stage, models: Path) -> None:
    make_memory().save(models / "jazz.memory")
    stage("/memory/load", "jazz")
    stage("/source", "input")
    voice = stage.engine.decks["a"].voice
    assert voice is not None
    source: Any = voice.controls.sources["input"]
    stage.hear(noise(RATE))
    shares = []
    for gravity in (1.0, 0.0):
        stage("/input/gravity", gravity)
        for _ in range(50):
            stage.hear(noise(64))
            shares.append(source._drawn)
    assert max(shares) == 1.0
    assert shares[-1] == 0.0
    assert np.abs(np.diff([0.0, *shares])).max() <= 64 / (0.15 * RATE) + 1e-9


def test_scale_hand_and_attributes_move_it(stage: Stage) -> None:
    stage.hear(noise(4000))
    voice = stage.engine.decks["a"].voice
    assert voice is not None

    def sounding() -> np.ndarray:
        stage.hear(np.zeros((RATE, 2), np.float32))
        return np.array(voice.controls.sounding())

    rest = sounding()
    stage("/latent", 0.5, 0.25)
    stage("/attr/loudness", 1.0)
    stage("/lead", 1.0)  # what a memory would hear is added to the input all the same
    moved = sounding() - rest
    np.testing.assert_allclose(moved, [1.5, 0.25, 0, 0], atol=1e-6)


def test_what_cannot_be_heard_through_is_refused(
    stage: Stage, models: Path, make_encoder: Callable[..., Path]
) -> None:
    make_encoder("models/other.onnx", latent_space="e" * 16)
    with pytest.raises(LatentError, match="does not fit the model"):
        stage("/input/load", "other")
    with pytest.raises(SettingError, match="no encoder of that name"):
        stage("/input/load", "nobody")
    stage("/model/load", "wide")
    with pytest.raises(SettingError, match=r"no encoder for 'wide'.*--encoder"):
        stage("/input/load", "wide")
    stage("/model/load", "loops")
    with pytest.raises(SettingError, match="needs a stream model"):
        stage("/input/load", "ears")


@pytest.mark.parametrize(("seconds", "fits"), [(0.0005, True), (0.003, False)])
def test_encoders_that_would_take_too_long_in_turns_do_not(
    stage: Stage, models: Path, seconds: float, fits: bool
) -> None:
    now = iter(np.arange(100) * seconds)
    pace = Pace(RATE, 1, clock=lambda: float(next(now)))
    loader = Loader(Library([models], models), RATE, 1, InlineClips(), pace=pace)
    loader.ear("ears", stage.engine.decks["a"].voice)
    assert loader.turns_fit == fits  # two of them, in steps of 8 ms


def test_an_encoder_that_is_too_slow_is_refused(models: Path) -> None:
    ticks = iter(range(1000))
    pace = Pace(RATE, 1, clock=lambda: float(next(ticks)))
    with pytest.raises(ArtifactError, match="the encoder 'ears' is too slow"):
        pace.check_encoder("ears", Encoder(models / "ears.onnx"))
