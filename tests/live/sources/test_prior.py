from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.artifact.prior import KnobInfo, PriorInfo
from musicvae.errors import ArtifactError, LatentError, LiveError, SettingError
from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.places import Places
from musicvae.live.commands.arguments import Shape
from musicvae.live.engine.clips import InlineClips
from musicvae.live.engine.controls import Controls
from musicvae.live.sources.prior import PriorSource
from musicvae.live.stage.loading import Loader
from musicvae.live.stage.pace import TRIES, Pace
from musicvae.live.storage.library import Library
from musicvae.live.table import ADDRESSES
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from tests.latents.memories import SPACE, make_memory

STRIDE = 2
LIKE = PriorInfo(
    "tiny", 4, 2, ("jazz", "metal"), (KnobInfo("loudness", "dB", -20.0, 6.0),), hints=True
)


@pytest.fixture
def file(prior_artifacts: ModuleType, tmp_path: Path) -> Path:
    path: Path = prior_artifacts.write_prior_artifact(tmp_path / "tiny.onnx", prior=LIKE)
    return path


@pytest.fixture
def prior(file: Path) -> Prior:
    return Prior(file)


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=8, steps=500))


@pytest.fixture
def controls(models: Any) -> Callable[[], Controls]:
    return lambda: Controls(models.stream_info(4, 8000, 64, SPACE, stride=STRIDE), 125.0)


@pytest.fixture
def deck(controls: Callable[[], Controls], prior: Prior) -> Controls:
    made = controls()
    do(made, "/glide", 0.0)
    do(made, "/prior/load", "tiny", payload=Rollout(prior))
    return made


def do(controls: Controls, address: str, *values: Any, key: str = "", payload: Any = None) -> None:
    controls.do(ADDRESSES.command(address, "a", key, values), payload)


def frames(controls: Controls, count: int) -> np.ndarray:
    return np.stack([controls.next().copy() for _ in range(count)])


def steps(controls: Controls, count: int) -> np.ndarray:
    rows = frames(controls, count * STRIDE)
    np.testing.assert_array_equal(rows[::STRIDE], rows[1::STRIDE])
    return rows[::STRIDE]


def test_it_plays_what_the_prior_makes_of_the_seed(deck: Controls, file: Path) -> None:
    assert deck.active_source == "prior"
    do(deck, "/seed", 7)
    first = steps(deck, 100)
    np.testing.assert_array_equal(first, Prior(file).walk(100, seed=7))
    do(deck, "/temperature", 0.5)
    do(deck, "/seed", 7)
    np.testing.assert_array_equal(steps(deck, 100), Prior(file).walk(100, 7, temperature=0.5))
    do(deck, "/seed", -7)
    assert not np.array_equal(steps(deck, 100), first)


def test_half_the_speed_takes_twice_as_long_and_moves_without_steps(
    controls: Callable[[], Controls], file: Path
) -> None:
    slow = controls()
    do(slow, "/walk", 0.5, 1.0)
    do(slow, "/prior/load", "tiny", payload=Rollout(Prior(file)))
    expected, rows = Prior(file).walk(50), frames(slow, 196)
    np.testing.assert_allclose(rows[::4], expected[:49], atol=1e-6)
    np.testing.assert_allclose(rows[2::4], (expected[:49] + expected[1:]) / 2, atol=1e-6)


def test_no_frame_makes_more_than_a_step_however_fast(deck: Controls) -> None:
    frames(deck, 2)
    source: Any = deck.sources["prior"]
    made: list[int] = []
    real = source._rollout.prior.step
    source._rollout.prior.step = lambda *values: (made.append(1), real(*values))[1]
    do(deck, "/walk", 100.0, 1.0)
    do(deck, "/source", "prior")
    frames(deck, 50)
    assert 45 <= len(made) <= 51


def test_a_style_is_a_genre_and_at_first_that_of_the_model(deck: Controls, file: Path) -> None:
    do(deck, "/style", "metal")
    do(deck, "/seed", 3)
    np.testing.assert_array_equal(steps(deck, 20), Prior(file).walk(20, 3, genre="metal"))
    do(deck, "/style", "jazz", "metal", "somebody")
    do(deck, "/seed", 3)
    both = Prior(file).walk(20, 3, genre={"jazz": 0.5, "metal": 0.5})
    np.testing.assert_array_equal(steps(deck, 20), both)
    do(deck, "/style", "all")
    do(deck, "/seed", 3)
    np.testing.assert_array_equal(steps(deck, 20), Prior(file).walk(20, 3))  # which knows no "test"
    source: Any = deck.sources["prior"]
    source._genre, source._told = "jazz", None
    do(deck, "/seed", 3)
    np.testing.assert_array_equal(steps(deck, 20), Prior(file).walk(20, 3, genre="jazz"))


def test_an_attribute_is_asked_for_and_added(deck: Controls, file: Path) -> None:
    do(deck, "/attr/<name>", 2.0, key="loudness")
    do(deck, "/seed", 3)
    rows, asked = steps(deck, 20), Prior(file).walk(20, 3, attributes={"loudness": 2.0})
    np.testing.assert_allclose(rows - asked, np.tile([2.0, 0, 0, 0], (20, 1)), atol=1e-5)
    do(deck, "/attr/<name>", 10.0, key="loudness")  # farther than can be asked for
    assert np.isfinite(steps(deck, 20)).all()


def heard_last(deck: Controls) -> np.ndarray:
    source: Any = deck.sources["prior"]
    heard: np.ndarray = source._rollout._heard
    return heard


def test_a_hand_pushes_or_leads(deck: Controls, file: Path) -> None:
    do(deck, "/latent", 2.0, 0.5)
    do(deck, "/seed", 3)
    pushed = steps(deck, 20) - Prior(file).walk(20, 3)
    np.testing.assert_allclose(pushed, np.tile([2.0, 0.5, 0, 0], (20, 1)), atol=1e-5)
    do(deck, "/lead", 1.0)
    do(deck, "/seed", 3)
    rows = steps(deck, 20)
    assert heard_last(deck)[0] == 2.0
    source: Any = deck.sources["prior"]
    made = source._rollout.row
    np.testing.assert_allclose(heard_last(deck)[1], (made[1] + 0.5) / 2, atol=1e-6)
    np.testing.assert_array_equal(heard_last(deck)[2:], made[2:])
    assert rows[5:, 0].mean() > 0.9  # it follows by half and a quarter of what it hears
    assert rows[-1, 0] != 2.0
    do(deck, "/lead", 0.25)
    frames(deck, 4)
    np.testing.assert_allclose(heard_last(deck)[0], source._rollout.row[0] * 0.75 + 0.5, atol=1e-6)


def test_listening_it_goes_on_from_what_was_played(deck: Controls, prior: Prior) -> None:
    do(deck, "/source", "held")
    do(deck, "/latent", 1.0, -1.0, 2.0, 0.0)
    frames(deck, 20)
    before = prior.state.values
    do(deck, "/listen", 1)
    frames(deck, 20)
    assert not np.array_equal(prior.state.values, before)
    played = np.array([1, -1, 2, 0], np.float32)
    np.testing.assert_array_equal(heard_last(deck), played)
    do(deck, "/latent", 0.0, 0.0, 0.0, 0.0)
    do(deck, "/temperature", 0.0)
    do(deck, "/source", "prior")
    np.testing.assert_allclose(frames(deck, 1)[0], 0.75 * played, atol=1e-6)
    do(deck, "/listen", 0)
    do(deck, "/source", "held")
    state = prior.state.values
    frames(deck, 20)
    np.testing.assert_array_equal(prior.state.values, state)


def test_without_listening_it_goes_on_where_it_was(deck: Controls, file: Path) -> None:
    first = steps(deck, 10)
    do(deck, "/source", "walk")
    frames(deck, 33)
    do(deck, "/source", "prior")
    again = steps(deck, 10)
    np.testing.assert_array_equal(np.concatenate([first, again]), Prior(file).walk(20))


def test_variation_leads_from_the_memory_to_the_prior(
    deck: Controls, places: Places, file: Path
) -> None:
    def heard(variation: float) -> np.ndarray:
        do(deck, "/variation", variation)
        do(deck, "/seed", 5)
        return steps(deck, 60)

    alone = heard(0.0)  # without a memory there is nothing to vary
    np.testing.assert_array_equal(alone, Prior(file).walk(60, 5))
    do(deck, "/memory/load", "odd", payload=places)
    do(deck, "/source", "prior")
    remembered, row = np.empty((60, 4), np.float32), Improviser(places, 5)
    for out in remembered:
        row.next(out)
    np.testing.assert_array_equal(heard(0.0), remembered)
    np.testing.assert_array_equal(heard(1.0), alone)
    half = heard(0.5)
    np.testing.assert_array_equal(half, heard(0.5))
    assert not np.array_equal(half, alone)
    assert not np.array_equal(half, remembered)
    do(deck, "/variation", 0.0)
    frames(deck, 40)
    source: Any = deck.sources["memory"]
    assert source.jumps + source.place > 0  # the status says where


def test_the_memory_goes_on_where_it_was_varied_last(deck: Controls, places: Places) -> None:
    do(deck, "/memory/load", "odd", payload=places)
    do(deck, "/source", "prior")
    do(deck, "/variation", 0.0)
    do(deck, "/seed", 5)
    first = frames(deck, 40)
    do(deck, "/source", "memory")
    second = frames(deck, 40)
    row, expected = Improviser(places, 5), np.empty((42, 4), np.float32)
    for out in expected:
        row.next(out)
    np.testing.assert_array_equal(first[::2], expected[:20])
    played = second[::2]
    assert any(np.array_equal(played, expected[at : at + 20]) for at in (20, 21, 22))


def test_another_model_of_the_space_plays_on_while_the_first_holds(
    controls: Callable[[], Controls], deck: Controls, file: Path
) -> None:
    after = controls()
    do(deck, "/lead", 0.5)
    do(deck, "/variation", 0.75)
    first = steps(deck, 10)
    after.adopt(deck)
    held = frames(deck, 10)
    second = steps(after, 10)
    np.testing.assert_array_equal(np.concatenate([first, second]), Prior(file).walk(20))
    np.testing.assert_array_equal(held, np.tile(first[-1], (10, 1)))
    assert after.active_source == "prior"
    assert (after.guidance.leading, after.guidance.variation) == (0.5, 0.75)


def test_one_that_fails_is_given_up_and_the_deck_goes_on(deck: Controls) -> None:
    frames(deck, 4)
    source: Any = deck.sources["prior"]

    def broken(*values: Any) -> None:
        raise ArtifactError("it broke")

    source._rollout.prior.step = broken
    with pytest.raises(LiveError, match="'tiny' fails: it broke"):
        frames(deck, 4)
    assert deck.active_source == "held"
    do(deck, "/listen", 1)
    assert not frames(deck, 10).any()
    assert source.message("x") == []


def test_it_is_described_and_begins_with_its_seed_when_restored(
    controls: Callable[[], Controls], deck: Controls, file: Path
) -> None:
    do(deck, "/seed", 9)
    do(deck, "/lead", 0.25)
    frames(deck, 77)
    state = {}
    for row in ADDRESSES.kept:
        target: Any = deck.target_of(row) if row.target.name in ("CONTROLS", "SOURCE") else None
        if target is not None and row.describe is not None:
            for key, values in row.describe(target):
                state[row.path, key] = values
    assert [*state].index(("/seed", "")) < [*state].index(("/prior/load", ""))
    assert state["/prior/load", ""] == ("tiny",)
    assert state["/source", ""] == ("prior",)
    assert (state["/variation", ""], state["/lead", ""]) == ((1.0,), (0.25,))
    again = controls()
    for (path, key), values in state.items():
        payload = Rollout(Prior(file)) if path == "/prior/load" else None
        do(again, path, *values, key=key, payload=payload)
    np.testing.assert_array_equal(steps(again, 30), Prior(file).walk(30, 9))


def test_it_keeps_no_memory_while_it_plays(
    deck: Controls, allocated: Callable[..., tuple[int, int]]
) -> None:
    frames(deck, 200)

    def play() -> None:
        for _ in range(200):
            deck.next()

    kept, _ = allocated(play)
    assert kept < 2000


def test_it_fits_its_latent_space_alone(prior: Prior) -> None:
    load = ADDRESSES.command("/prior/load", "a", "", ("tiny",))
    made = Rollout(prior)
    assert load.row.suits(load, Shape(4, (), SPACE, "stream"), made)
    for shape in [Shape(4, (), "f" * 16, "stream"), Shape(5, (), SPACE, "stream"),
                  Shape(4, (), SPACE, "clip")]:  # fmt: skip
        assert not load.row.suits(load, shape, made)


def test_without_a_prior_it_moves_nothing(models: Any) -> None:
    source = PriorSource(models.stream_info(4, 8000, 64, ""), 125.0)
    assert not source.ready
    assert (source.genres, source.surprise) == ((), 0.0)
    out = np.ones(4, np.float32)
    source.next(out)
    assert out.tolist() == [0] * 4


def test_the_surprise_is_that_of_what_was_heard_last(deck: Controls, prior: Prior) -> None:
    frames(deck, 30)
    source: Any = deck.sources["prior"]
    assert source.surprise == prior.surprise > 0


def test_a_file_beside_a_model_is_found_and_loaded(
    make_stream: Callable[..., Path], make_artifact: Callable[..., Path],
    prior_artifacts: ModuleType,
) -> None:  # fmt: skip
    model = make_stream("jazz.onnx")
    folder, write = model.parent, prior_artifacts.write_prior_artifact
    write(folder / "jazz.prior.onnx")
    write(folder / "ten.onnx")
    write(folder / "other.prior.onnx", latent_space="f" * 16)
    (folder / "bad.prior.onnx").write_bytes(b"no model")
    make_stream("stream.prior.onnx")
    make_artifact("loops.onnx", latent_dim=3, samples=4096)
    library = Library([folder], folder)
    assert {row.name: bool(row.reason) for row in library.priors()} == {
        "bad": True, "jazz": False, "other": False, "stream": True, "ten": False,
    }  # fmt: skip
    assert {row.name for row in library.models()} == {"jazz", "ten", "loops"}
    assert library.prior_of("jazz") is not None
    assert library.prior_of("bad") is None
    loader = Loader(library, 16_000, 1, InlineClips())
    voice = loader.voice("jazz", "a")
    assert isinstance(loader.prior("jazz", voice), Rollout)
    assert isinstance(loader.prior("ten", voice), Rollout)
    with pytest.raises(LatentError, match="another latent space"):
        loader.prior("other", voice)
    for name, reason in [("bad", "cannot be played"), ("stream", "and no prior"),
                         ("nobody", "no prior of that name")]:  # fmt: skip
        with pytest.raises(SettingError, match=reason):
            loader.prior(name, voice)
    for deaf in (None, loader.voice("loops", "a")):
        with pytest.raises(SettingError, match="stream model"):
            loader.prior("jazz", deaf)
    alone = Library([model], folder / "tapes")
    assert [row.name for row in alone.priors()] == ["jazz"]


def test_one_that_is_too_slow_is_refused(prior: Prior) -> None:
    def pace(seconds: float) -> tuple[Pace, list[float]]:
        now = [0.0]

        def clock() -> float:
            now[0] += seconds / 2
            return now[0]

        return Pace(16_000, 1, clock), now

    frame = 64 / 2 / 8000  # of the decoder that it was made for
    quick, _ = pace(0.2 * frame)
    quick.check_prior("tiny", prior)
    slow, now = pace(1.2 * frame)
    with pytest.raises(ArtifactError, match=r"'tiny' is too slow.* 2 ms for a step.* 2.4 ms"):
        slow.check_prior("tiny", prior)
    assert now[0] == pytest.approx(TRIES * 1.2 * frame)
