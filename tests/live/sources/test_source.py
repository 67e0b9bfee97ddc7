"""The registration of latent sources, shown by a made-up one that is a class and nothing else."""

from __future__ import annotations

import dataclasses
import runpy
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Latents
from musicvae.live.commands import readers
from musicvae.live.commands.address import Row, Target
from musicvae.live.commands.morphing import between
from musicvae.live.commands.table import AddressTable
from musicvae.live.engine import control_addresses
from musicvae.live.engine.deck_addresses import DECK_ADDRESSES
from musicvae.live.engine.describing import describe
from musicvae.live.network.peers import Peer
from musicvae.live.sources import SOURCES, Source
from musicvae.live.stage.queries import GET
from musicvae.live.table import ADDRESSES

ME = Peer("127.0.0.1", 50_000)
_row = partial(Row["Stairs"], deck=True, target=Target.SOURCE, source="stairs", kept=True)


class Stairs(Source):
    """Rises by a step in each frame."""

    name = "stairs"
    meaning = "a staircase"
    step: float
    addresses = (
        _row(
            "/stairs",
            "f",
            "Rise by so much in each frame. It becomes the source.",
            readers.number(-1, 1),
            apply=lambda stairs, c, _: stairs.rise_by(c.number),
            describe=lambda stairs: [("", (stairs.step,))],
            selects=True,
        ),
    )

    def __init__(self, info: ArtifactInfo, frame_rate: float) -> None:
        self.step = self.height = 0.0

    def rise_by(self, step: float) -> None:
        self.step = step

    def next(self, out: Latents) -> None:
        out[:] = self.height
        self.height += self.step

    def adopt(self, other: Stairs) -> None:
        self.step, self.height = other.step, other.height


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """The rows of a deck's latents, as they are when one more source is registered."""
    monkeypatch.setitem(SOURCES, Stairs.name, Stairs)
    made: tuple[Any, ...] = runpy.run_path(control_addresses.__file__)["CONTROL_ADDRESSES"]
    return made


@pytest.fixture
def bench(rows: tuple[Any, ...], make_bench: Callable[..., Any], decoder: Any) -> Any:
    decoder.info = dataclasses.replace(decoder.info, latent_space="0123456789abcdef")
    bench = make_bench(decoder, table=AddressTable((*rows, *DECK_ADDRESSES, GET)))
    for deck in bench.engine.decks.values():
        deck.play(True)
    return bench


def test_its_addresses_and_its_legal_word_are_known(rows: tuple[Any, ...]) -> None:
    assert Stairs.addresses[0] in rows
    (source,) = (row for row in rows if row.path == "/source")
    assert source.arguments == "s: held, tape, walk, memory, prior, input or stairs"
    assert "nothing, a tape, a random walk, a memory of encoded tracks, a learned" in source.doc
    assert "the sound that comes in, or a staircase" in source.doc


def test_every_address_of_a_registered_source_is_in_the_table() -> None:
    assert list(SOURCES) == ["tape", "walk", "memory", "prior", "input"]
    for name, kind in SOURCES.items():
        assert kind.name == name
        assert {row.source for row in kind.addresses} == {name}
        assert set(kind.addresses) <= set(ADDRESSES)


def test_it_is_chosen_by_its_word_or_its_address(bench: Any, osc: Callable[..., bytes]) -> None:
    controls = bench.engine.decks["a"].voice.controls
    assert bench.answered(osc("/source", "stairs")) == []
    assert controls.active_source == "stairs"
    assert bench.answered(osc("/source", "lift")) == [
        ("/error", ["/source", "wants one of held, tape, walk, memory, prior, input, stairs"], ME)
    ]
    bench.answered(osc("/source", "held"))
    bench.answered(osc("/stairs", 0.25))
    assert controls.source == "stairs"
    assert bench.answered(osc("/get", "/stairs")) == [("/get.reply", ["/stairs", 0.25], ME)]


def test_it_moves_the_latents(bench: Any, osc: Callable[..., bytes]) -> None:
    controls = bench.engine.decks["a"].voice.controls
    bench.answered(osc("/stairs", 0.25))
    heights = [float(controls.next()[0]) for _ in range(4)]
    np.testing.assert_allclose(np.diff(heights), 0.25)


def test_presets_keep_it_and_morph_it(bench: Any, osc: Callable[..., bytes]) -> None:
    deck, table = bench.engine.decks["a"], bench.handle.table
    states = []
    for step in (0.25, 0.75):
        bench.answered(osc("/stairs", step))
        states.append(describe(deck, table))
    low, high = states
    assert ["/stairs", 0.25] in low
    assert low[-1] == ["/source", "stairs"]
    middle = between(low, high, 0.5, table.morph_of)
    assert ["/stairs", 0.5] in middle
    commands = [bench.handle.restore(message, "b") for message in middle]
    bench.engine.post(*commands)
    bench.render()
    assert describe(bench.engine.decks["b"], table) == middle


def test_it_goes_on_when_the_model_is_changed(bench: Any, osc: Callable[..., bytes]) -> None:
    deck = bench.engine.decks["a"]
    bench.answered(osc("/stairs", 0.25))
    bench.render(1000)
    before = deck.voice.controls
    load = bench.handle.table.command("/model/load", "a", "", ("test",))
    bench.engine.post(load, payloads=(bench.handle.payload(load),))
    bench.engine.settle()
    after = deck.voice.controls
    assert after is not before
    assert after.source == "stairs"
    assert after.sources["stairs"].height == before.sources["stairs"].height > 1
    assert float(after.next()[0]) == float(before.next()[0]) > 1
