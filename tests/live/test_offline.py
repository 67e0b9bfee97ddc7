from __future__ import annotations

from typing import Any

import numpy as np

from musicvae.live.offline import render
from musicvae.live.osc.commands import Latent, Play


def test_a_score_is_rendered_the_same_every_time(decoder: Any) -> None:
    score = [(1000, Latent("a", (0.5, 0.2))), (5000, Latent("a", (0.0,))), (9000, Play("a", False))]
    first, second = (render(decoder, score, 12_000) for _ in range(2))
    np.testing.assert_array_equal(first.samples, second.samples)
    assert first.samples.shape == (12_000, 2)
    assert first.sample_rate == 8000


def test_commands_take_effect_at_their_frame(decoder: Any) -> None:
    out = render(decoder, [(1000, Latent("a", (0.5,))), (5000, Play("a", False))], 6000).samples
    assert not out[:1000].any()
    assert out[1000:1100].any()
    assert not out[5080:].any()
    assert decoder.calls == [[0, 0, 0], [0.5, 0, 0]]


def test_what_lies_beyond_the_end_is_not_rendered(decoder: Any) -> None:
    assert len(render(decoder, [(9000, Play("a", False))], 500).samples) == 500
