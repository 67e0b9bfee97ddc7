"""The spectrum of what sounds: its levels, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine.engine import Engine
from musicvae.live.network.clients import Subscribers
from musicvae.live.network.peers import Peer
from musicvae.live.osc.replies import MAX_BYTES, message
from musicvae.live.spectrum import BANDS, SILENCE, Spectra, Spectrum

ONE = Peer("127.0.0.1", 1, "tcp")


def heard(rate: int, sound: np.ndarray, block: int = 512) -> tuple[Spectrum, np.ndarray]:
    """The levels after a sound, float (sample frames, channels), came in blocks."""
    spectrum = Spectrum(rate, sound.shape[1])
    for start in range(0, len(sound), block):
        spectrum.note(sound[start : start + block].astype(np.float32))
    return spectrum, np.array(spectrum.levels())


def sine(rate: int, pitch: float, seconds: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat(np.sin(2 * np.pi * pitch * time)[:, None], 2, axis=1)


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("band", [0, 7, 20, 41, 63])
def test_a_sine_is_heard_in_its_band(rate: int, band: int) -> None:
    pitch = float(Spectrum(rate, 2).centres[band])
    _, levels = heard(rate, sine(rate, pitch))
    assert levels[band] == pytest.approx(0, abs=2.0)
    assert levels[band] >= levels.max() - 0.5
    far = np.abs(np.arange(BANDS) - band) > 20
    assert levels[far].max() < -40


def test_half_the_level_is_6_db_less_and_silence_is_silent() -> None:
    _, loud = heard(44_100, sine(44_100, 1000))
    _, soft = heard(44_100, sine(44_100, 1000) / 2)
    best = int(loud.argmax())
    assert loud[best] - soft[best] == pytest.approx(6.02, abs=0.05)
    _, silent = heard(44_100, np.zeros((5000, 2)))
    assert (silent == SILENCE).all()


def test_any_blocks_and_channels_will_do() -> None:
    sound = sine(16_000, 440)
    _, levels = heard(16_000, sound, 512)
    for block in (1, 7, 100_000):
        np.testing.assert_allclose(heard(16_000, sound, block)[1], levels, atol=1e-3)
    _, one = heard(16_000, sound[:, :1])
    _, six = heard(16_000, np.repeat(sound, 3, axis=1))
    np.testing.assert_allclose(one, six, atol=1e-3)


def test_who_asked_is_told_while_something_is_rendered(
    make_bench: Callable[..., Any], decoder: Any
) -> None:
    bench = make_bench(decoder)
    engine: Engine = bench.engine
    told: list[tuple[Any, ...]] = []
    onlookers = Subscribers()
    spectra = Spectra(engine, onlookers, lambda *sent: told.append(sent))
    spectra.look()
    assert (told, engine.spectrum_tap) == ([], None)
    onlookers.add(ONE, 0.0)
    spectra.look()
    bench.render(512)
    spectra.look()
    assert len(told) == 2
    peer, address, *levels = told[-1]
    assert (peer, address, len(levels)) == (ONE, "/spectrum.reply", BANDS)
    assert len(message(address, *levels)) < MAX_BYTES
    spectra.look()
    assert len(told) == 2  # nothing was rendered
    onlookers.remove(ONE)
    spectra.look()
    assert engine.spectrum_tap is None


def test_an_ear_that_fails_does_not_end_the_sound(
    make_bench: Callable[..., Any], decoder: Any
) -> None:
    bench = make_bench(decoder)

    def broken(block: Any) -> None:
        raise ValueError("broken")

    bench.engine.spectrum_tap = broken
    bench.render(512)
    assert bench.engine.faults.count == 1
    assert "the spectrum" in bench.engine.faults.problem
