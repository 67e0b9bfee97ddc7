from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.latents.walk import Walker
from musicvae.live.sources.walk import WalkSource


def heard(source: WalkSource, frames: int, width: int) -> np.ndarray:
    out = np.zeros((frames, width), np.float32)
    for row in out:
        source.next(row)
    return out


@pytest.mark.parametrize("speed", [0.5, 1.0, 7.25])
def test_a_walk_is_the_decoders_walk(make_stream: Callable[..., Path], speed: float) -> None:
    from musicvae.runtime.stream_decoder import StreamDecoder

    decoder = StreamDecoder(make_stream())
    source = WalkSource(decoder.info, 250.0)
    source.speed = speed
    source.restart(7)
    expected = decoder.walk(60, seed=7, speed=speed)
    np.testing.assert_allclose(heard(source, 60, 4), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seed", [0, 7, -1, -(2**31), 2**31 - 1])
def test_a_seed_begins_again(models: Any, seed: int) -> None:
    info = models.stream_info(4, 8000, 64, "")
    source = WalkSource(info, 125.0)
    source.restart(seed)
    first = heard(source, 30, 4)
    assert source.seed == seed
    assert not np.array_equal(heard(source, 30, 4), first)
    source.restart(seed)
    np.testing.assert_array_equal(heard(source, 30, 4), first)


def test_a_radius_scales_the_way_about_the_mean(models: Any) -> None:
    info = models.stream_info(4, 8000, 64, "")
    near, far = WalkSource(info, 125.0), WalkSource(info, 125.0)
    far.radius = 3.0
    np.testing.assert_allclose(heard(far, 9, 4), 3 * heard(near, 9, 4), rtol=1e-5)


def test_a_clips_walk_holds_each_latent_as_long_as_the_clip_lasts(models: Any) -> None:
    source = WalkSource(models.clip_info(3, 8000, 0.5), 100.0)
    out = heard(source, 200, 3)
    changes = np.flatnonzero(np.diff(out[:, 0])) + 1
    assert changes.tolist() == [50, 100, 150]
    source.speed = 0.0
    assert len(np.unique(heard(source, 200, 3)[:, 0])) == 1


def test_a_walk_without_dynamics_keeps_a_spread_of_one(models: Any) -> None:
    source = WalkSource(models.clip_info(3, 8000, 0.01), 100.0)
    assert heard(source, 20_000, 3).std(axis=0) == pytest.approx([1, 1, 1], abs=0.05)


@pytest.mark.parametrize("frame_rate", [250.0, 8_000.0, 48_000.0])
def test_frames_however_short_take_no_more_steps_a_second(
    make_stream: Callable[..., Path], frame_rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    from musicvae.runtime.stream_decoder import StreamDecoder

    info = StreamDecoder(make_stream()).info
    source = WalkSource(info, frame_rate)
    source.move(100.0)
    taken: list[object] = []
    after = Walker._after

    def counted(self: Walker, row: Any) -> Any:
        taken.append(row)
        return after(self, row)

    monkeypatch.setattr(Walker, "_after", counted)
    frames = 50
    heard(source, frames, 4)
    most = max(1.0, 40_000 / frame_rate)
    assert len(taken) == pytest.approx(frames * min(100.0 / info.stride, most), abs=1)
