"""A sound that dies away beside a loud one is the same for any blocks, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.latents.tails import Tails
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.table import ADDRESSES
from musicvae.runtime.stream_decoder import StreamDecoder
from tests import stream_graphs

RATE, HOP, FRAMES = 16_000, 64, 400
#: After so many frames the left falls silent.
STOPS = 40


@pytest.fixture
def panned(make_stream: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stream whose first latent is heard on the left alone, and the second on the right."""
    whole = stream_graphs.grains

    def apart(latent_dim: int, hop: int, channels: int) -> Any:
        grains = whole(latent_dim, hop, channels).reshape(latent_dim, -1, channels)
        sides = np.eye(latent_dim, channels, dtype=np.float32)
        return (grains * sides[:, None]).reshape(latent_dim, -1)

    monkeypatch.setattr(stream_graphs, "grains", apart)
    return make_stream(latent_dim=2, hop=HOP, channels=2, sample_rate=RATE)


def played(path: Path, together: int) -> np.ndarray:
    """The left falls silent, while the right goes on; decoded so many frames at once."""
    voice = StreamVoice("panned", StreamDecoder(path), RATE, 2, together)
    out = np.zeros((FRAMES * HOP, 2), np.float32)
    block = together * HOP
    for at in range(0, len(out), block):
        if at in (0, STOPS * HOP):
            latents = (0.0 if at else 1.0, 1.0)
            voice.controls.do(ADDRESSES.command("/latent", "a", "", latents))
        voice.read(out[at : at + block])
    return out


def test_a_channel_that_dies_away_is_the_same_for_any_blocks(panned: Path) -> None:
    one, five = played(panned, 1), played(panned, 5)
    assert np.abs(one[:, 1]).max() > 0.1
    assert np.abs(one[: STOPS * HOP, 0]).max() > 0.1
    assert not one[-HOP:, 0].any()
    np.testing.assert_array_equal(one, five)


def test_without_a_cut_it_would_not_be(panned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicvae.live.engine.stream_voice.Tails", _Uncut)
    assert not np.array_equal(played(panned, 1), played(panned, 5))


class _Uncut(Tails):
    def cut(self, array: Any) -> None:
        """Leave it as it is."""
