"""Latents that were heard elsewhere, moved to where the music of a model lies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo, LatentInfo
from musicvae.errors import LatentError, SettingError
from musicvae.latents.adapting import MOST_GAIN, Ground, Heard, Mover
from musicvae.latents.tape import Tape

SPACE = "0123456789abcdef"
D = 3
MEAN = np.array([0.5, -1.0, 0.25])
TURNED = np.linalg.qr(np.random.default_rng(4).standard_normal((D, D)))[0]
COVARIANCE = TURNED * np.array([1.5, 0.6, 0.2]) @ TURNED.T


def info(covariance: np.ndarray | None = COVARIANCE, **changes: object) -> ArtifactInfo:
    rows = () if covariance is None else tuple(map(tuple, covariance.tolist()))
    latents = tuple(
        LatentInfo(f"latent {i}", float(mean), 0.8, -2.0, 2.0, 0.3) for i, mean in enumerate(MEAN)
    )
    fields = {"latents": latents, "covariance": rows, "latent_space": SPACE, **changes}
    return ArtifactInfo("stream", "metal", "stream", 16_000, 1, D, 0, hop=64, stride=2, **fields)  # type: ignore[arg-type]


def jazz(steps: int = 4000, seed: int = 1) -> np.ndarray:
    """Latents of other music, float32: another mean, another spread, other axes."""
    drawn = np.random.default_rng(seed).standard_normal((steps, D))
    mixing = np.array([[1.0, 0.4, 0.0], [0.0, 0.7, -0.3], [0.2, 0.0, 0.5]])
    rows: np.ndarray = (drawn @ mixing + [-1.0, 0.5, 2.0]).astype(np.float32)
    return rows


def moved(rows: np.ndarray, place: float, spread: float) -> np.ndarray:
    mover, after = Mover(Ground(info())), rows.copy()
    mover.aim(Heard.all_of(rows))
    for row in after:
        mover.move(row, place, spread)
    return after


def test_mean_and_spread_along_the_axes_become_those_of_the_music() -> None:
    after = moved(jazz(), 1.0, 1.0).astype(np.float64)
    np.testing.assert_allclose(after.mean(axis=0), MEAN, atol=1e-4)
    along = (after - MEAN) @ Ground(info()).axes
    np.testing.assert_allclose(along.var(axis=0), Ground(info()).variances, rtol=1e-3)
    assert np.abs(jazz().mean(axis=0) - MEAN).min() > 0.5  # else the test could not fail


def test_nothing_moves_where_nothing_is_asked() -> None:
    np.testing.assert_array_equal(moved(jazz(50), 0.0, 0.0), jazz(50))


def test_half_of_the_way() -> None:
    rows = jazz().astype(np.float64)
    placed = moved(jazz(), 0.5, 0.0)
    np.testing.assert_allclose(placed - rows, np.tile((MEAN - rows.mean(0)) / 2, (len(rows), 1)),
                               atol=1e-4)  # fmt: skip
    axes = Ground(info()).axes
    spread = (moved(jazz(), 0.0, 0.5) - rows.mean(axis=0)) @ axes
    before = (rows - rows.mean(axis=0)) @ axes
    expected = np.sqrt(before.std(axis=0) * np.sqrt(Ground(info()).variances))  # half in decibels
    np.testing.assert_allclose(spread.std(axis=0), expected, rtol=1e-3)


def test_what_hardly_moves_is_not_blown_up() -> None:
    still = np.tile(np.array([[1.0, 2.0, 3.0]], np.float32), (100, 1))
    still[::2, 0] += 1e-3
    after = moved(still, 1.0, 1.0)
    np.testing.assert_allclose(after.mean(axis=0), MEAN, atol=1e-4)
    assert after.std(axis=0).max() <= MOST_GAIN * 1e-3
    np.testing.assert_allclose(moved(still[:1], 1.0, 1.0)[0], MEAN, atol=1e-5)


def test_what_is_heard_step_by_step_is_what_all_of_it_is() -> None:
    rows = jazz(500)
    heard, whole = Heard(D, 10_000, 80.0), Heard.all_of(rows)
    for row in rows:
        heard.note(row)
    np.testing.assert_allclose(heard.mean, whole.mean, atol=1e-4)
    np.testing.assert_allclose(heard.covariance, whole.covariance, atol=1e-3)
    assert heard.known == pytest.approx(500 / 580)


def test_old_rows_are_forgotten() -> None:
    heard = Heard(D, 100, 10.0)
    for row in (*jazz(1000), *(jazz(600, seed=2) * 0.5 + 3)):
        heard.note(row)
    latest = (jazz(600, seed=2) * 0.5 + 3)[-300:]
    np.testing.assert_allclose(heard.mean, latest.mean(axis=0), atol=0.3)
    assert np.diag(heard.covariance) == pytest.approx(latest.var(axis=0), rel=0.5)


def test_before_anything_was_heard_nothing_moves() -> None:
    mover, row = Mover(Ground(info())), jazz(1)[0]
    mover.aim(Heard(D, 100, 10.0))
    before = row.copy()
    mover.move(row, 1.0, 1.0)
    np.testing.assert_array_equal(row, before)


def test_another_model_goes_on_with_what_was_heard() -> None:
    heard, other = Heard(D, 1000, 50.0), Heard(D, 2000, 100.0)
    for row in jazz(300):
        heard.note(row)
    other.go_on(heard, 2.0)  # twice as many rows a second
    np.testing.assert_array_equal(other.mean, heard.mean)
    np.testing.assert_array_equal(other.covariance, heard.covariance)
    assert other.known == pytest.approx(heard.known)
    untold = Heard(D, 10, 0.0)
    untold.go_on(Heard(D, 10, 0.0), 1.0)
    assert untold.known == 0.0


@pytest.mark.parametrize("value", [1e6, -1e6, 1000.0])
def test_wild_latents_stay_finite(value: float) -> None:
    heard, mover = Heard(D, 100, 10.0), Mover(Ground(info()))
    row = np.zeros(D, np.float32)
    for number in range(50):
        row[:] = value if number % 2 else -value
        heard.note(row)
        mover.aim(heard)
        mover.move(row, 1.0, 1.0)
        assert np.isfinite(row).all()
    assert np.isfinite(heard.covariance).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -3e38, 1e299])
def test_files_may_say_anything(value: float) -> None:
    with np.errstate(over="ignore"):
        rows = np.full((4, D), value).astype(np.float32)
    rows[0] = 1.0
    heard = Heard.all_of(rows)
    covariance = COVARIANCE.copy()
    covariance[1, 2] = covariance[2, 1] = value
    ground = Ground(info(covariance))
    for numbers in (heard.mean, heard.covariance, ground.axes, ground.variances):
        assert np.isfinite(numbers).all()


def test_without_a_covariance_each_latent_is_an_axis() -> None:
    ground = Ground(info(None))
    np.testing.assert_array_equal(ground.axes, np.eye(D))
    assert ground.variances == pytest.approx([0.64] * D)


def test_nothing_is_allocated(allocated: Callable[..., tuple[int, int]]) -> None:
    rows, heard, mover = jazz(200), Heard(D, 100, 10.0), Mover(Ground(info()))

    def play() -> None:
        for row in rows:
            heard.note(row)
            mover.aim(heard)
            mover.move(row, 0.7, 0.4)

    kept, peak = allocated(play)
    assert kept < 2000
    assert peak < 5000


def test_a_tape_is_adapted_to_a_model() -> None:
    tape = Tape(jazz(300), 16_000, 64, 2, 300 * 128, SPACE, "jazz.wav")
    made = tape.adapted(info())
    assert (made.samples, made.source, made.steps) == (tape.samples, "jazz.wav", 300)
    np.testing.assert_allclose(made.latents, moved(jazz(300), 1.0, 1.0), atol=4e-3)
    assert tape.adapted(info(), 0.0, 0.0) == tape
    with pytest.raises(LatentError, match="another encoder"):
        tape.adapted(info(latent_space="f" * 16))
    for share in (1.5, -0.1, float("nan")):
        with pytest.raises(SettingError, match=r"cannot be moved so far: its spread.*0 to 1"):
            tape.adapted(info(), 1.0, share)
