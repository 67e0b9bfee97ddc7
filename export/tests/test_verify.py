from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from musicvae_export.verify import TOLERANCE, verify

from musicvae.errors import ParityError
from musicvae.runtime.decoder import Decoder


def test_tells_the_largest_difference(small_model: Any, exported: Path) -> None:
    decoder = Decoder(exported)
    real = small_model.real_latents(3)

    def off_on_real_latents(latents: Any) -> Any:
        is_real = np.array_equal(latents, real[:1])
        return small_model.function(latents) + (5e-6 if is_real else 0.0)

    worst = verify(off_on_real_latents, decoder, real[:1])
    assert 4e-6 < worst["real"] < 6e-6
    assert worst["random"] < 1e-6


@pytest.mark.parametrize("offset", [2 * TOLERANCE, float("nan"), float("inf")])
def test_disagreement(small_model: Any, exported: Path, offset: float) -> None:
    with pytest.raises(ParityError, match=r"disagree|not finite"):
        verify(
            lambda latents: small_model.function(latents) + offset,
            Decoder(exported),
            small_model.real_latents(1),
        )


def test_one_wrong_sample_in_the_last_row_is_enough(small_model: Any, exported: Path) -> None:
    def almost(latents: Any) -> Any:
        audio = small_model.function(latents).numpy()
        if len(latents) == 8:
            audio[7, 500, 0] += 1e-3
        return audio

    with pytest.raises(ParityError, match=r"1\.00e-03 on random input"):
        verify(almost, Decoder(exported), small_model.real_latents(1))


def test_another_shape(small_model: Any, exported: Path) -> None:
    with pytest.raises(ParityError, match="shape"):
        verify(
            lambda latents: np.zeros((len(latents), 1023, 1), np.float32),
            Decoder(exported),
            small_model.real_latents(1),
        )
