"""A learned prior as the source of a deck: what it plays, keeps, loads and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from musicvae.errors import ArtifactError, LatentError, LiveError, SettingError
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
from tests.latents.memories import SPACE
from tests.live.sources.prior_decks import do, frames, steps


def test_it_plays_what_the_prior_makes_of_the_seed(deck: Controls, prior_file: Path) -> None:
    assert deck.active_source == "prior"
    do(deck, "/seed", 7)
    first = steps(deck, 100)
    np.testing.assert_array_equal(first, Prior(prior_file).walk(100, seed=7))
    do(deck, "/temperature", 0.5)
    do(deck, "/seed", 7)
    np.testing.assert_array_equal(steps(deck, 100), Prior(prior_file).walk(100, 7, temperature=0.5))
    do(deck, "/seed", -7)
    assert not np.array_equal(steps(deck, 100), first)


def test_half_the_speed_takes_twice_as_long_and_moves_without_steps(
    prior_controls: Callable[[], Controls], prior_file: Path
) -> None:
    slow = prior_controls()
    do(slow, "/walk", 0.5, 1.0)
    do(slow, "/prior/load", "tiny", payload=Rollout(Prior(prior_file)))
    expected, rows = Prior(prior_file).walk(50), frames(slow, 196)
    np.testing.assert_allclose(rows[::4], expected[:49], atol=1e-6)
    np.testing.assert_allclose(rows[2::4], (expected[:49] + expected[1:]) / 2, atol=1e-6)


def test_no_frame_makes_more_than_a_step_however_fast(deck: Controls) -> None:
    frames(deck, 2)
    source: Any = deck.sources["prior"]
    made: list[int] = []
    real = source._rollout.prior.step

    def counted(*values: Any) -> Any:
        made.append(1)
        return real(*values)

    source._rollout.prior.step = counted
    do(deck, "/walk", 100.0, 1.0)
    do(deck, "/source", "prior")
    frames(deck, 50)
    assert 45 <= len(made) <= 51


def test_another_model_of_the_space_plays_on_while_the_first_holds(
    prior_controls: Callable[[], Controls], deck: Controls, prior_file: Path
) -> None:
    after = prior_controls()
    do(deck, "/lead", 0.5)
    do(deck, "/variation", 0.75)
    first = steps(deck, 10)
    after.adopt(deck)
    held = frames(deck, 10)
    second = steps(after, 10)
    np.testing.assert_array_equal(np.concatenate([first, second]), Prior(prior_file).walk(20))
    np.testing.assert_array_equal(held, np.tile(first[-1], (10, 1)))
    assert after.active_source == "prior"
    assert (after.guidance.leading, after.guidance.variation) == (0.5, 0.75)


def test_another_prior_goes_on_from_the_last_step(
    deck: Controls, prior_file: Path, prior_controls: Callable[[], Controls]
) -> None:
    steps(deck, 10)
    source: Any = deck.sources["prior"]
    before, after = source._rollout, Rollout(Prior(prior_file), seed=77)
    do(deck, "/source", "held")
    do(deck, "/prior/swap", "other", payload=after)
    assert deck.active_source == "held"
    assert source.prior_name == "other"
    np.testing.assert_array_equal(after._heard, before._heard)
    assert after._number == before._number > 0
    do(deck, "/source", "prior")
    np.testing.assert_array_equal(steps(deck, 1)[0], Prior(prior_file).walk(11)[10])
    empty = prior_controls()
    do(empty, "/prior/swap", "other", payload=Rollout(Prior(prior_file)))
    assert empty.active_source == "held"  # it is there, but nobody chose it
    do(empty, "/source", "prior")
    np.testing.assert_array_equal(steps(empty, 20), Prior(prior_file).walk(20))


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
    prior_controls: Callable[[], Controls], deck: Controls, prior_file: Path
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
    again = prior_controls()
    for (path, key), values in state.items():
        payload = Rollout(Prior(prior_file)) if path == "/prior/load" else None
        do(again, path, *values, key=key, payload=payload)
    np.testing.assert_array_equal(steps(again, 30), Prior(prior_file).walk(30, 9))


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
