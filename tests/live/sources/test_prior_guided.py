"""What a performer does to a prior: styles, attributes, a hand, listening, variation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.improviser import Improviser
from musicvae.latents.memory.places import Places
from musicvae.live.engine.controls import Controls
from musicvae.runtime.moods import usual
from musicvae.runtime.new_music import rolled_out
from musicvae.runtime.prior import Prior
from musicvae.runtime.rollout import Rollout
from musicvae.runtime.turns import shortened
from tests.live.sources.prior_decks import LIKE, do, frames, steps


def test_a_style_is_a_genre_and_at_first_that_of_the_model(
    deck: Controls, prior_file: Path
) -> None:
    do(deck, "/style", "metal")
    do(deck, "/seed", 3)
    np.testing.assert_array_equal(steps(deck, 20), Prior(prior_file).walk(20, 3, genre="metal"))
    do(deck, "/style", "jazz", "metal", "somebody")
    do(deck, "/seed", 3)
    both = Prior(prior_file).walk(20, 3, genre={"jazz": 0.5, "metal": 0.5})
    np.testing.assert_array_equal(steps(deck, 20), both)
    do(deck, "/style", "all")
    do(deck, "/seed", 3)
    # The model is of the genre "test", which the prior does not know.
    np.testing.assert_array_equal(steps(deck, 20), Prior(prior_file).walk(20, 3))
    source: Any = deck.sources["prior"]
    source._info, source._told = replace(deck.info, genre="jazz"), None
    do(deck, "/seed", 3)
    own = usual(deck.info, LIKE.attributes, 3)["loudness"].mean
    jazz = Prior(prior_file).walk(20, 3, genre="jazz", attributes={"loudness": own})
    np.testing.assert_allclose(steps(deck, 20), jazz, atol=1e-5)


def test_an_attribute_is_asked_for_and_not_added(
    deck: Controls, long_places: Places, prior_file: Path
) -> None:
    def heard(source: str) -> np.ndarray:
        do(deck, "/source", source)
        do(deck, "/seed", 3)
        return steps(deck, 20)

    do(deck, "/attr/<name>", 2.0, key="loudness")
    asked = Prior(prior_file).walk(20, 3, attributes={"loudness": 2.0})
    np.testing.assert_array_equal(heard("prior"), asked)
    do(deck, "/variation", 0.5)  # without a memory, the prior plays all the time
    np.testing.assert_array_equal(heard("prior"), asked)
    do(deck, "/attr/<name>", 10.0, key="loudness")  # farther than can be asked for
    assert np.isfinite(steps(deck, 20)).all()
    do(deck, "/attr/<name>", 2.0, key="loudness")
    do(deck, "/memory/load", "odd", payload=long_places)
    remembered = heard("memory")
    do(deck, "/variation", 0.0)  # the memory plays, and it is added as always
    np.testing.assert_allclose(heard("prior"), remembered, atol=1e-5)
    do(deck, "/variation", 0.25)
    whole = heard("prior")[:5] - remembered[:5]  # both begin with the memory
    np.testing.assert_allclose(whole, np.tile([-0.5, 0, 0, 0], (5, 1)), atol=1e-5)


def test_it_is_asked_for_music_like_that_of_the_model(
    prior_controls: Any, prior: Prior, prior_file: Path
) -> None:
    deck = prior_controls()
    own = replace(deck.info.attributes[0], mean=-14.0, std=3.0)
    source: Any = deck.sources["prior"]
    source._info = replace(deck.info, genre="jazz", attributes=(own,))
    do(deck, "/glide", 0.0)
    do(deck, "/prior/load", "tiny", payload=Rollout(prior))
    for seed in (3, 4):  # each has its mood
        mean, deviation = usual(source._info, LIKE.attributes, seed)["loudness"]
        for asked in (0.0, -1.0):
            do(deck, "/attr/<name>", asked, key="loudness")
            do(deck, "/seed", seed)
            told = {"loudness": mean + asked * deviation}
            walk = Prior(prior_file).walk(20, seed, genre="jazz", attributes=told)
            np.testing.assert_allclose(steps(deck, 20), walk, atol=1e-5)
    do(deck, "/style", "metal")  # of which the model's music is no example
    do(deck, "/attr/<name>", 0.0, key="loudness")
    do(deck, "/seed", 3)
    np.testing.assert_array_equal(steps(deck, 20), Prior(prior_file).walk(20, 3, genre="metal"))


def heard_last(deck: Controls) -> np.ndarray:
    source: Any = deck.sources["prior"]
    heard: np.ndarray = source._rollout._heard
    return heard


def test_a_hand_pushes_or_leads(deck: Controls, prior_file: Path) -> None:
    do(deck, "/latent", 2.0, 0.5)
    do(deck, "/seed", 3)
    pushed = steps(deck, 20) - Prior(prior_file).walk(20, 3)
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


def test_without_listening_it_goes_on_where_it_was(deck: Controls, prior_file: Path) -> None:
    first = steps(deck, 10)
    do(deck, "/source", "walk")
    frames(deck, 33)
    do(deck, "/source", "prior")
    again = steps(deck, 10)
    np.testing.assert_array_equal(np.concatenate([first, again]), Prior(prior_file).walk(20))


def test_variation_leads_from_the_memory_to_the_prior(
    deck: Controls, long_places: Places, prior_file: Path
) -> None:
    def heard(variation: float) -> np.ndarray:
        do(deck, "/variation", variation)
        do(deck, "/seed", 5)
        return steps(deck, 60)

    alone = heard(0.0)  # without a memory there is nothing to vary
    np.testing.assert_array_equal(alone, Prior(prior_file).walk(60, 5))
    do(deck, "/memory/load", "odd", payload=long_places)
    do(deck, "/source", "prior")
    remembered, row = np.empty((60, 4), np.float32), Improviser(long_places, 5)
    for out in remembered:
        row.next(out)
    np.testing.assert_array_equal(heard(0.0), remembered)
    np.testing.assert_array_equal(heard(1.0), alone)
    varied = heard(0.97)  # within a second, both play
    np.testing.assert_array_equal(varied, heard(0.97))
    np.testing.assert_array_equal(varied[:5], remembered[:5])
    assert not np.array_equal(varied, remembered)
    assert not np.array_equal(varied, alone)
    do(deck, "/variation", 0.0)
    frames(deck, 40)
    source: Any = deck.sources["memory"]
    assert source.jumps + source.place > 0  # the status says where


def test_turns_are_those_of_a_rollout_in_a_program(
    deck: Controls, long_places: Places, prior_file: Path
) -> None:
    do(deck, "/memory/load", "odd", payload=long_places)
    do(deck, "/source", "prior")
    do(deck, "/continuity", 8.0)
    do(deck, "/variation", 0.6)
    do(deck, "/seed", 5)
    played = steps(deck, 400)
    player = Improviser(long_places, 5, Wishes(continuity=shortened(8.0, 0.4)))
    expected = rolled_out(Rollout(Prior(prior_file), 5), 400, 1.0, player, 0.6)
    np.testing.assert_array_equal(played, expected)
    alone = rolled_out(Rollout(Prior(prior_file), 5), 400)
    assert np.any(played != alone, axis=1).mean() > 0.3


def test_while_it_takes_turns_the_memory_jumps_the_more_often_the_less_it_plays(
    deck: Controls, long_places: Places
) -> None:
    do(deck, "/memory/load", "odd", payload=long_places)
    do(deck, "/source", "prior")
    do(deck, "/continuity", 8.0)
    source: Any = deck.sources["memory"]
    for variation, seconds in ((0.0, 8.0), (0.5, 4.0), (0.75, 2.0)):
        do(deck, "/variation", variation)
        do(deck, "/seed", 5)
        frames(deck, 40)
        assert source._wishes.continuity == seconds
    do(deck, "/source", "memory")
    frames(deck, 40)
    assert source._wishes.continuity == 8.0


def test_the_memory_goes_on_where_it_was_varied_last(deck: Controls, long_places: Places) -> None:
    do(deck, "/memory/load", "odd", payload=long_places)
    do(deck, "/source", "prior")
    do(deck, "/variation", 0.0)
    do(deck, "/seed", 5)
    first = frames(deck, 40)
    do(deck, "/source", "memory")
    second = frames(deck, 40)
    row, expected = Improviser(long_places, 5), np.empty((42, 4), np.float32)
    for out in expected:
        row.next(out)
    np.testing.assert_array_equal(first[::2], expected[:20])
    played = second[::2]
    assert any(np.array_equal(played, expected[at : at + 20]) for at in (20, 21, 22))
