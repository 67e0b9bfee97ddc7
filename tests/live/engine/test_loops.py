from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.errors import ArtifactError, LatentError
from musicvae.live.channels import spread
from musicvae.live.engine.loops import Loop, LoopMaker, seamless

ONE = (LatentInfo("only", 0, 1, -2, 2, 1),)


def test_reading_wraps_around() -> None:
    loop = Loop(np.arange(5, dtype=np.float32)[:, None], np.zeros(1, np.float32))
    out = np.zeros((12, 1), np.float32)
    loop.read(3, out)
    assert out[:, 0].tolist() == [3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]


def test_the_seam_is_as_smooth_as_the_sound() -> None:
    # 1.25 periods: without a seam the jump back to the beginning would be a full step of 1.
    tone = np.sin(np.linspace(0, 2.5 * np.pi, 1000)).astype(np.float32)[:, None]
    loop = seamless(tone, 100)
    assert loop.shape == (900, 1)
    around = np.concatenate([loop, loop])[:, 0]
    steepest_fade = np.pi / 2 / 100
    assert np.abs(np.diff(around)).max() <= np.abs(np.diff(tone[:, 0])).max() + 2 * steepest_fade
    np.testing.assert_array_equal(loop[100:], tone[100:900])


@pytest.mark.parametrize("samples", [1, 2, 3, 5])
def test_tiny_sounds_loop_too(samples: int) -> None:
    assert 1 <= len(seamless(np.ones((samples, 1), np.float32), 100)) <= samples


def test_channels() -> None:
    mono, stereo = np.ones((3, 1), np.float32), np.array([[1, 0]] * 3, np.float32)
    for sound, expected in (
        (mono, [1, 1]),
        (stereo, [0.5]),
        (stereo, [1, 0]),
        (stereo, [1, 0, 1, 0]),
    ):
        out = np.zeros((3, len(expected)), np.float32)
        spread(sound, out)
        assert out.tolist() == [expected] * 3


def test_a_stereo_clip_on_four_channels_is_spread_as_a_stream_is(
    make_decoder: Callable[..., Any],
) -> None:
    decoder = make_decoder(channels=2)
    loop = LoopMaker(decoder, decoder.info.sample_rate, 4)(np.ones(3, np.float32)).samples
    assert loop.shape[1] == 4
    np.testing.assert_array_equal(loop[:, :2], loop[:, 2:])


def test_a_loop_is_resampled_to_the_engine(make_decoder: Callable[..., Any]) -> None:
    pytest.importorskip("soxr", reason="soxr, which resamples, is not installed")
    decoder = make_decoder(sample_rate=8000)
    loop = LoopMaker(decoder, 24_000, 2)(np.array([0.5, 0, 0], np.float32))
    assert loop.samples.shape == (3 * decoder.info.samples - 720, 2)
    spectrum = np.abs(np.fft.rfft(loop.samples[:, 0]))
    assert np.argmax(spectrum) * 24_000 / len(loop.samples) == pytest.approx(100, abs=2)


def test_samples_that_are_not_finite_never_become_a_loop(decoder: Any) -> None:
    maker = LoopMaker(decoder, 8000, 1)
    with pytest.raises(LatentError, match="NaN"):
        maker(np.array([np.nan, 0, 0], np.float32))
    huge = maker(np.array([1e30, 0, 0], np.float32))
    assert np.abs(huge.samples).max() <= 32


@pytest.mark.parametrize("samples", [1, 2, 7, 100, 5000])
def test_a_block_is_read_in_few_copies_however_short_the_clip(samples: int) -> None:
    info = ArtifactInfo("clip", "test", "clip", 8000, 1, 1, samples, latents=ONE)

    class Rising:
        def __init__(self) -> None:
            self.info = info

        def decode(self, latents: Any, /) -> Any:
            return np.linspace(0.1, 1, samples, dtype=np.float32).reshape(1, samples, 1)

    loop = LoopMaker(Rising(), 8000, 2)(np.zeros(1, np.float32))
    once = seamless(np.repeat(Rising().decode(None)[0], 2, axis=1), 240)
    np.testing.assert_array_equal(loop.samples, once)
    out = np.zeros((6000, 2), np.float32)
    loop.read(5, out)
    expected = once[(5 + np.arange(len(out))) % len(once)]
    np.testing.assert_array_equal(out, expected)
    assert len(loop._repeated) >= 2048


def test_a_clip_of_which_no_sample_is_left_at_the_output_is_refused(
    make_decoder: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("soxr", reason="soxr, which resamples, is not installed")
    decoder = make_decoder(sample_rate=192_000)
    healthy = decoder.decode
    monkeypatch.setattr(decoder, "decode", lambda latents: healthy(latents)[:, :1])
    with pytest.raises(ArtifactError, match=r"too short.*1 sample.*192000 Hz.*--rate"):
        LoopMaker(decoder, 48_000, 2)(np.ones(3, np.float32))
    assert len(LoopMaker(decoder, 192_000, 2)(np.ones(3, np.float32)).samples) == 1
