from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from musicvae.live.commands.address import Command
from musicvae.live.engine.engine import Engine
from musicvae.live.network.clients import Subscribers
from musicvae.live.network.peers import Peer
from musicvae.live.table import ADDRESSES
from musicvae.live.watching import Watching

ONE, TWO = Peer("127.0.0.1", 1, "tcp"), Peer("127.0.0.1", 2, "tcp")


class Watched:
    """A bench whose engine is watched by one peer, or by two."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.engine: Engine = bench.engine
        self.watchers = Subscribers()
        self.heard: list[tuple[Peer, str, tuple[Any, ...]]] = []
        self.watching = Watching(
            self.engine,
            ADDRESSES,
            self.watchers,
            lambda peer, address, *values: self.heard.append((peer, address, values)),
        )

    def look(self, peer: Peer = ONE) -> dict[str, tuple[Any, ...]]:
        """What a peer is told in a round, by address; what sounds under the name of its deck."""
        self.heard.clear()
        self.watching.look()
        return {values[0]: values[1:] for to, _, values in self.heard if to == peer}

    def do(self, path: str, deck: str = "", key: str = "", *values: Any) -> None:
        self.engine.post(ADDRESSES.command(path, deck, key, values))
        self.bench.render()


@pytest.fixture
def watched(make_bench: Callable[..., Any], decoder: Any) -> Watched:
    return Watched(make_bench(decoder))


def test_a_new_watcher_is_told_everything(watched: Watched) -> None:
    watched.watchers.add(ONE, 0.0)
    told = watched.look()
    assert told["/deck/a/model/load"] == ("test",)
    assert told["/deck/b/latent"] == (0.0, 0.0, 0.0)
    assert told["/crossfade"] == (0.0,)
    assert told["a"] == (0.0, 0.0, 0.0)
    assert "/deck/a/latent/0" not in told  # of a vector that is told


def test_then_only_what_changes(watched: Watched) -> None:
    watched.watchers.add(ONE, 0.0)
    watched.look()
    assert watched.look() == {}
    watched.do("/latent/<i>", "b", "1", 0.5)
    told = watched.look()
    assert told["/deck/b/latent"] == (0.0, 0.5, 0.0)
    assert set(told) <= {"/deck/b/latent", "b"}
    watched.watchers.add(TWO, 0.0)
    assert watched.look(TWO)["/deck/b/latent"] == (0.0, 0.5, 0.0)
    assert not [to for to, *_ in watched.heard if to == ONE]


def test_what_sounds_is_told_while_it_glides(watched: Watched) -> None:
    watched.watchers.add(ONE, 0.0)
    watched.look()
    watched.do("/play", "a", "", 1)
    watched.do("/glide", "a", "", 60_000.0)
    watched.do("/latent/<i>", "a", "0", 4.0)
    places = []
    for _ in range(3):
        watched.bench.render(8000)
        places.append(watched.look()["a"][0])
    assert 0 < places[0] < places[1] < places[2] < 4


def test_another_model_is_told_first_and_with_everything(watched: Watched) -> None:
    watched.watchers.add(ONE, 0.0)
    watched.look()
    load = Command(ADDRESSES.command("/model/load").row, "a", values=("test",))
    watched.engine.post(load, payloads=(watched.bench.handle.payload(load),))
    watched.bench.render(4000)
    told = watched.look()
    assert next(iter(told)) == "/deck/a/model/load"
    assert {"/deck/a/gain", "/deck/a/latent"} <= set(told)
    assert not [address for address in told if address.startswith("/deck/b")]


def test_nobody_is_told_nothing(watched: Watched) -> None:
    assert watched.look() == {}
    watched.watchers.add(ONE, 0.0)
    everything = watched.look()
    watched.watchers.remove(ONE)
    watched.look()
    watched.watchers.add(ONE, 0.0)
    assert watched.look() == everything


def test_only_connections_watch(make_bench: Callable[..., Any], decoder: Any, osc: Any) -> None:
    bench = make_bench(decoder)
    refused = bench.answered(osc("/watch", 1), Peer("127.0.0.1", 9))
    assert refused[0][:2] == ("/error", ["/watch", "only over TCP"])
    assert bench.answered(osc("/watch", 1), ONE)[0][:2] == ("/done", ["/watch", 1])
    assert bench.answered(osc("/watch", 0), ONE)[0][:2] == ("/done", ["/watch", 0])
