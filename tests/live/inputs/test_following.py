"""Two clocks that are simulated: a device that brings blocks, and an engine that asks for some."""

from __future__ import annotations

import numpy as np
import pytest

from musicvae.live.inputs.drifting import DriftingResampler
from musicvae.live.inputs.following import Following
from musicvae.live.outputs.input_ring import PythonInputRing


def tone(frames: np.ndarray, hz: float, rate: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * frames / rate)).astype(np.float32)[:, None]


def simulated(
    seconds: float,
    rates: tuple[int, int],
    drift: float = 0.0,
    block: int = 256,
    stop: float = 0,
    *,
    together: bool = False,
) -> tuple[np.ndarray, Following, PythonInputRing]:
    """What the engine hears of a tone of 440 Hz, by the clock of the device."""
    source, target = rates
    ring = PythonInputRing(source, 1)
    following = Following(ring, source, target, block, 2048, together=together)
    brought, heard, now = 0, [], block / target / 3  # it asks between two blocks
    for _ in range(round(seconds * target / block)):
        now += block / target
        while (brought + block) / (source * (1 + drift)) <= now:
            if not (stop and stop < now < stop + 0.3):
                ring.put(tone(np.arange(brought, brought + block), 440, source))
            brought += block
        out = np.zeros((block, 2), np.float32)
        following.read(out)
        heard.append(out)
    return np.concatenate(heard), following, ring


@pytest.mark.parametrize(
    ("rates", "drift"),
    [((48_000, 48_000), 3e-4), ((44_100, 48_000), -3e-4), ((48_000, 16_000), 0.0)],
)
def test_it_follows_a_clock_without_a_gap(rates: tuple[int, int], drift: float) -> None:
    heard, following, _ = simulated(60, rates, drift)
    begun = int(np.argmax(~np.isnan(heard[:, 0])))
    assert begun < rates[1] // 10
    assert np.isfinite(heard[begun:]).all()
    assert following.late == 0
    assert following.drift == pytest.approx(drift, abs=1.2e-4)
    assert following.seconds < 0.012
    late = heard[-rates[1] :, 0]
    spectrum = np.abs(np.fft.rfft(late * np.hanning(len(late))))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)
    away = spectrum.copy()
    away[430:451] = 0
    assert away.max() < 1e-3 * spectrum.max()  # no clicks, and no wobble


def test_with_one_clock_less_waits() -> None:
    heard, following, _ = simulated(5, (48_000, 48_000), together=True)
    begun = int(np.argmax(~np.isnan(heard[:, 0])))
    assert np.isfinite(heard[begun:]).all()
    assert following.late == 0
    assert following.seconds < 0.006
    apart = simulated(5, (48_000, 48_000))[1]
    assert apart.seconds > following.seconds + 0.001


def test_a_device_that_pauses_is_a_gap_and_is_followed_again() -> None:
    heard, following, _ = simulated(10, (48_000, 48_000), stop=4.0)
    missing = np.isnan(heard[:, 0])
    assert following.late == 1
    assert missing[round(4.05 * 48_000) : round(4.25 * 48_000)].all()
    assert not missing[round(4.4 * 48_000) :].any()


def test_what_waits_in_excess_is_skipped_with_a_fade() -> None:
    _, following, ring = simulated(2, (48_000, 48_000))
    ring.put(np.zeros((9600, 1), np.float32))  # the engine stood still
    out = np.zeros((256, 2), np.float32)
    following.read(out)
    assert np.isnan(out).all()
    following.read(out)
    assert np.isfinite(out).all()
    assert following.late == 1
    assert ring.available < 1000


@pytest.mark.parametrize("rates", [(44_100, 48_000), (48_000, 44_100), (16_000, 48_000)])
def test_blocks_change_nothing_that_is_resampled(rates: tuple[int, int]) -> None:
    source, target = rates
    sound = tone(np.arange(source), 997, source)

    def made(*sizes: int) -> np.ndarray:
        resampler, taken, turn = DriftingResampler(source, target, 1, 512), 0, 0
        parts: list[np.ndarray] = []
        while True:
            out = np.zeros((sizes[turn % len(sizes)], 1), np.float32)
            count = resampler.wants(len(out), 1e-4)
            if taken + count > len(sound):
                return np.concatenate(parts)
            resampler.push(sound[taken : taken + count])
            resampler.pull(out, 1e-4)
            parts.append(out)
            taken, turn = taken + count, turn + 1

    one, other = made(512), made(7, 300, 1)
    size = min(len(one), len(other))
    np.testing.assert_allclose(one[:size], other[:size], atol=1e-4)
    step = (1 + 1e-4) * source / target
    delay = DriftingResampler(source, target, 1, 512).delay
    expected = tone(np.arange(size) * step - delay, 997, source)
    np.testing.assert_allclose(one[500 : size - 500], expected[500 : size - 500], atol=2e-3)


@pytest.mark.parametrize("before", [0.5, 1e30])
@pytest.mark.parametrize("rates", [(48_000, 44_100), (44_100, 48_000), (48_000, 48_000)])
@pytest.mark.parametrize("stalls", ["device", "engine"])
def test_nothing_from_before_a_gap_is_heard_behind_it(
    before: float, rates: tuple[int, int], stalls: str
) -> None:
    """Else there is a step where the two meet, in the fade or behind it."""
    source, target = rates
    ring = PythonInputRing(source, 1)
    following = Following(ring, source, target, 256, 300)
    heard, brought, now = [], 0, 0.0
    for number in range(100):
        now += 300 / target
        while (brought + 256) / source <= now:
            stands = stalls == "device" and 40 <= number < 50
            if not stands:
                ring.put(np.full((256, 1), before if number < 50 else -0.5, np.float32))
            brought += 256
        if stalls == "engine" and 50 <= number < 60:
            continue
        out = np.zeros((300, 2), np.float32)
        following.read(out)
        heard.append(out[:, 0])
    assert following.late == 1
    sound = np.concatenate(heard)
    behind = sound[np.flatnonzero(np.isnan(sound))[-1] + 1 :]
    assert len(behind) > 5000
    assert behind.max() < 0.1  # the filter swings a little
    assert behind[100:] == pytest.approx(-0.5, abs=1e-3)
