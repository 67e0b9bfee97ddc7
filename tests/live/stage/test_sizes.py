from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.errors import ArtifactError
from musicvae.live.engine.clips import InlineClips
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.sizes import MOST_BYTES, check_sizes
from musicvae.live.storage.library import Library

LATENTS = (LatentInfo("only", 0, 1, -2, 2, 1),)
CLIP = ArtifactInfo("clip", "test", "clip", 48_000, 1, 1, 1000, latents=LATENTS)
STREAM = ArtifactInfo(
    "stream", "test", "stream", 48_000, 1, 1, 0, latents=LATENTS, hop=256, stride=1, state_size=9
)


@pytest.mark.parametrize(
    ("samples", "rate", "channels", "engine", "fine"),
    [
        (30 * 3000, 3000, 1, (48_000, 2), True),
        (2**23, 48_000, 2, (48_000, 2), True),
        (2**23 + 1, 48_000, 2, (48_000, 2), False),
        (2**20, 1000, 1, (48_000, 2), False),  # 1.6 kB, and 400 MB
        (2**20, 1000, 1, (1000, 2), True),
        (2**18, 1000, 1, (192_000, 2), False),
        (10**6, 48_000, 1, (48_000, 64), False),
        (2**26, 192_000, 2, (1000, 1), False),  # large only before it is resampled
    ],
)
def test_a_clip_is_as_large_as_its_loop(
    samples: int, rate: int, channels: int, engine: tuple[int, int], fine: bool
) -> None:
    info = dataclasses.replace(CLIP, samples=samples, sample_rate=rate, channels=channels)
    if fine:
        check_sizes("x", info, *engine)
    else:
        with pytest.raises(ArtifactError, match=r"too long to loop.* at most 64 MiB.* MiB at"):
            check_sizes("x", info, *engine)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hop": 2**16, "sample_rate": 1000}, r"at most 1 s.* 65536 samples at 1000 Hz.* 65\.5 s"),
        ({"hop": 48_001}, "too long to play live"),
        ({"state_size": 2**26}, r"67108864 numbers, which are 256 MiB"),
    ],
)
def test_a_stream_has_short_frames_and_a_small_state(changes: Any, message: str) -> None:
    check_sizes("x", STREAM, 48_000, 2)
    with pytest.raises(ArtifactError, match=message):
        check_sizes("x", dataclasses.replace(STREAM, **changes), 48_000, 2)


def test_nothing_is_opened_that_is_too_large(
    make_artifact: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_artifact("long.onnx", latent_dim=3, samples=4096)
    loader = Loader(Library([path], path.parent), 48_000, 2, InlineClips())
    monkeypatch.setattr("musicvae.live.stage.sizes.MOST_BYTES", 4096)
    monkeypatch.setattr("musicvae.runtime.decoder.Decoder.__init__", pytest.fail)
    with pytest.raises(ArtifactError, match="too long to loop"):
        loader.voice("long", "a")


def test_a_decoder_that_was_handed_over_is_measured_too(decoder: Any) -> None:
    decoder.info = dataclasses.replace(decoder.info, samples=MOST_BYTES)
    loader = Loader(Library([]), 8000, 2, InlineClips(), decoders={"test": decoder})
    with pytest.raises(ArtifactError, match="too long to loop"):
        loader.voice("test", "a")
    assert decoder.calls == []
