from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicvae.latents.memory.places import Places
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.describing import describe
from musicvae.live.sources.memory import MemorySource
from musicvae.live.table import ADDRESSES
from tests.latents.memories import SPACE, make_memory


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(make_memory(parts=8, steps=500))


@pytest.fixture
def controls(models: Any) -> Callable[[], Controls]:
    def make() -> Controls:
        return Controls(models.stream_info(4, 8000, 64, SPACE, stride=2), 125.0)

    return make


def do(controls: Controls, address: str, *values: Any, payload: object = None) -> None:
    controls.do(ADDRESSES.command(address, "a", "", values), payload)


def heard(controls: Controls, frames: int) -> np.ndarray:
    return np.stack([controls.next().copy() for _ in range(frames)])


def test_it_plays_each_step_for_as_many_frames_as_in_training(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck = controls()
    do(deck, "/memory/load", "even", payload=places)
    assert deck.active_source == "memory"
    rows = heard(deck, 400)
    np.testing.assert_array_equal(rows[::2], rows[1::2])
    assert rows.std() > 0.3


def test_a_seed_plays_the_same_again_at_any_time(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck = controls()
    do(deck, "/seed", -7)
    do(deck, "/memory/load", "even", payload=places)
    first = heard(deck, 900)
    heard(deck, 33)
    do(deck, "/seed", -7)
    np.testing.assert_array_equal(heard(deck, 900), first)
    do(deck, "/seed", 8)
    assert not np.array_equal(heard(deck, 900), first)


def test_half_the_speed_takes_twice_as_long_and_moves_without_steps(
    controls: Callable[[], Controls], places: Places
) -> None:
    whole, half = controls(), controls()
    for deck, speed in ((whole, 1.0), (half, 0.5)):
        do(deck, "/walk", speed, 1.0)
        do(deck, "/memory/load", "even", payload=places)
    fast, slow = heard(whole, 200), heard(half, 396)
    np.testing.assert_allclose(slow[::4], fast[:198:2], atol=1e-6)
    np.testing.assert_allclose(slow[2::4], (fast[:198:2] + fast[2::2]) / 2, atol=1e-6)


def test_what_a_performer_sets_leads_it_and_is_added(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck = controls()
    do(deck, "/memory/load", "even", payload=places)
    do(deck, "/latent", 1.5)
    heard(deck, 10)
    source: Any = deck.sources["memory"]
    assert source._wishes.lead.tolist() == [1.5, 0, 0, 0]
    alone = controls()
    do(alone, "/memory/load", "even", payload=places)
    np.testing.assert_allclose(heard(deck, 1)[0, 1:], heard(alone, 11)[10, 1:], atol=1e-6)


def test_a_hand_that_leads_chooses_places_and_is_not_added(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck, alone = controls(), controls()
    for each in (deck, alone):
        do(each, "/memory/load", "even", payload=places)
    do(deck, "/latent", 1.5)
    do(deck, "/lead", 1.0)
    np.testing.assert_array_equal(heard(deck, 20), heard(alone, 20))
    assert deck.guidance.lead[0] == 1.5
    do(deck, "/lead", 0.5)
    np.testing.assert_allclose(
        heard(deck, 10) - heard(alone, 10), [[0.75, 0, 0, 0]] * 10, atol=1e-6
    )


def test_listening_it_goes_on_from_what_was_played(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck = controls()
    do(deck, "/memory/load", "even", payload=places)
    do(deck, "/source", "held")
    do(deck, "/listen", 1)
    do(deck, "/latent/bias", 1.0)
    before = heard(deck, 50)[-1]
    do(deck, "/latent/bias", 0.0)
    do(deck, "/glide", 0.0)
    do(deck, "/source", "memory")
    after = deck.sources["memory"]
    out = np.zeros(4, np.float32)
    after.next(out)
    assert np.abs(out - before).max() < 0.1


def test_a_deck_is_described_and_restored_to_the_bit(
    controls: Callable[[], Controls], places: Places
) -> None:
    class Deck:
        def __init__(self, controls: Controls) -> None:
            self.controls = controls

        def target_of(self, row: Any) -> object:
            return (
                self.controls.target_of(row) if row.target.name in ("CONTROLS", "SOURCE") else None
            )

    first = controls()
    for message in [("/seed", 5), ("/continuity", 1.5), ("/temperature", 0.3), ("/listen", 0)]:
        do(first, *message)
    do(first, "/region", 0.25, 0.75)
    do(first, "/style", "odd")
    do(first, "/memory/load", "even", payload=places)
    heard(first, 777)
    shown: Any = Deck(first)
    state = [message for message in describe(shown, ADDRESSES) if message[0] != "/mute"]
    paths = [message[0] for message in state]
    assert paths.index("/seed") < paths.index("/memory/load") < paths.index("/memory/place")
    assert ["/region", 0.25, 0.75] in state
    assert ["/style", "odd"] in state
    copies = [controls(), controls()]
    for copy in copies:
        for address, *values in state:
            if not address.startswith("/attr"):
                do(copy, address, *values, payload=places if address == "/memory/load" else None)
    one, other = (heard(copy, 500) for copy in copies)
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one[0], first.next())  # from the same place, too
    again: Any = Deck(copies[0])
    assert copies[0].active_source == "memory"
    assert [m for m in describe(again, ADDRESSES) if m[0] == "/seed"] == [["/seed", 5]]


def test_another_model_of_the_space_plays_on(
    controls: Callable[[], Controls], places: Places
) -> None:
    before, after = controls(), controls()
    do(before, "/continuity", 1.0)
    do(before, "/memory/load", "even", payload=places)
    heard(before, 301)
    after.adopt(before)
    np.testing.assert_array_equal(heard(after, 800), heard(before, 800))
    assert after.guidance.continuity == 1.0


def test_it_fits_its_latent_space_alone(places: Places) -> None:
    from musicvae.live.commands.arguments import Shape

    load = ADDRESSES.command("/memory/load", "a", "", ("even",))
    assert load.row.suits(load, Shape(4, (), SPACE, "stream"), places)
    for shape in [Shape(4, (), "f" * 16, "stream"), Shape(5, (), SPACE, "stream"),
                  Shape(4, (), SPACE, "clip")]:  # fmt: skip
        assert not load.row.suits(load, shape, places)


def test_without_a_memory_it_moves_nothing(models: Any) -> None:
    source = MemorySource(models.stream_info(4, 8000, 64, ""), 125.0)
    assert not source.ready
    assert (source.place, source.track, source.jumps, source.styles) == (0.0, "", 0, ())
    out = np.ones(4, np.float32)
    source.next(out)
    assert out.tolist() == [0] * 4


def test_speeds_take_no_more_steps_than_there_is_time_for(
    controls: Callable[[], Controls], places: Places
) -> None:
    deck = controls()
    do(deck, "/walk", 100.0, 1.0)
    do(deck, "/memory/load", "even", payload=places)
    source: Any = deck.sources["memory"]
    steps: list[int] = []
    real = source._player.next

    def counted(out: Any) -> None:
        steps.append(1)
        real(out)

    source._player.next = counted
    heard(deck, 50)
    assert len(steps) <= 50 * 4 + 4


def test_a_file_beside_a_model_is_found_and_loaded(
    make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    from musicvae.errors import LatentError, SettingError
    from musicvae.live.engine.clips import InlineClips
    from musicvae.live.stage.loading import Loader
    from musicvae.live.storage.library import Library

    model = make_stream("jazz.onnx")
    make_memory().save(model.with_name("jazz.memory"))
    make_memory(space="f" * 16).save(model.with_name("other.memory"))
    model.with_name("bad.memory").write_bytes(b"MVMEM01\nxxxx")
    library = Library([model], model.parent)
    assert {row.name: bool(row.reason) for row in library.memories()} == {
        "jazz": False, "other": False, "bad": True,
    }  # fmt: skip
    assert library.memory_of("jazz") is not None
    assert library.memory_of("nobody") is None
    loader = Loader(library, 16_000, 1, InlineClips())
    voice = loader.voice("jazz", "a")
    places = loader.memory("jazz", voice)
    assert places.memory.seconds > 1
    assert loader.memory("jazz", voice) is places  # one in memory, whoever plays it
    make_memory(parts=3).save(model.with_name("jazz.memory"))
    assert loader.memory("jazz", voice) is not places
    with pytest.raises(LatentError, match="another encoder"):
        loader.memory("other", voice)
    with pytest.raises(SettingError, match="cannot be played"):
        loader.memory("bad", voice)
    with pytest.raises(SettingError, match="stream model"):
        loader.memory("jazz", None)


def test_an_attribute_that_the_memory_knows_is_asked_of_it(
    models: Any, places: Places, make_bright: Callable[..., Controls]
) -> None:
    deck = make_bright("brightness", "soul")
    do(deck, "/memory/load", "even", payload=places)
    deck.set_attribute("brightness", 1.5)
    deck.set_attribute("soul", 2.0)
    heard(deck, 10)
    source: Any = deck.sources["memory"]
    assert source._wishes.asked.tolist() == [1.5]
    assert source._wishes.lead.tolist() == [0, 2.0, 0, 0]  # of this one, the direction alone
    after = make_bright("soul", "brightness")
    after.adopt(deck)
    heard(after, 10)
    other: Any = after.sources["memory"]
    assert other._wishes.asked.tolist() == [1.5]
    assert other._wishes.lead.tolist() == [2.0, 0, 0, 0]


@pytest.fixture
def make_bright(models: Any) -> Callable[..., Controls]:
    """Controls of a model with these attributes: the direction of each is a latent's."""
    import dataclasses

    from musicvae.artifact import AttributeInfo

    def make(*names: str) -> Controls:
        rows = np.eye(4).tolist()
        attributes = tuple(
            AttributeInfo(name, "", tuple(rows[number]), 0.0, 1.0, 0.5)
            for number, name in enumerate(names)
        )
        info = models.stream_info(4, 8000, 64, SPACE, stride=2)
        return Controls(dataclasses.replace(info, attributes=attributes), 125.0)

    return make
