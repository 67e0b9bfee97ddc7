from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicvae.live.engine.decoding import DecodeCounts
from musicvae.live.engine.engine import Engine, SetGain, SetPlaying, Silence
from musicvae.live.osc.commands import Gain, Latent, LatentAt, Panic, Ping, Play
from musicvae.live.player import Player


class Listed:
    """Stands for the engine and the decoding; keeps the order of what they are told."""

    def __init__(self) -> None:
        self.counts = DecodeCounts()
        self.told: list[Any] = []

    def post(self, *events: Any) -> None:
        self.told.append(events)

    def request(self, latents: Any) -> None:
        self.told.append(latents.tolist())


@pytest.fixture
def listed() -> Listed:
    return Listed()


@pytest.fixture
def player(listed: Listed, monkeypatch: pytest.MonkeyPatch) -> Player:
    engine = Engine(8000)
    monkeypatch.setattr(engine, "post", listed.post)
    return Player(engine, listed, 3)


def test_one_datagram_is_one_decode(player: Player, listed: Listed) -> None:
    player.apply([Latent("a", (1, 2)), LatentAt("a", 2, 3), LatentAt("a", 0, 4), Ping(None)])
    assert listed.told == [[4, 2, 3]]


def test_short_vectors_leave_the_rest(player: Player, listed: Listed) -> None:
    player.apply([Latent("a", (1, 2, 3))])
    player.apply([Latent("a", (5,))])
    assert listed.told == [[1, 2, 3], [5, 2, 3]]


def test_events_of_one_datagram_are_posted_together_and_first(
    player: Player, listed: Listed
) -> None:
    player.apply([Latent("a", (1,)), Gain("a", -6), Play("a", False)])
    assert listed.told == [(SetGain(-6), SetPlaying(False)), [1, 0, 0]]
    assert (player.gain_db, player.playing) == (-6, False)


def test_panic_forgets_the_latents_and_stops(player: Player, listed: Listed) -> None:
    player.start(-3)
    player.apply([Latent("a", (1, 2, 3))])
    player.apply([Panic("a")])
    assert listed.told[2:] == [(Silence(),), [0, 0, 0]]
    assert not player.playing
    assert not np.any(player.latents)


def test_nothing_is_told_without_cause(player: Player, listed: Listed) -> None:
    player.apply([Ping(1)])
    assert listed.told == []
