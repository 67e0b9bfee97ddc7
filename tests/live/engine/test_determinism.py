"""The same commands at the same sample frames give the same samples for any block lengths."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.commands.address import DECKS, Command
from musicvae.live.engine.clips import InlineClips, RecordedClips, ThreadClips
from musicvae.live.table import ADDRESSES

MODELS = ("small", "slow", "wide", "failing", "clip")
FRAMES = 12_000


def perform(rig: Any, performer: Any, seed: int, cuts: int) -> Any:
    """Render FRAMES with a message about every 20 ms; block lengths are drawn from ``cuts``."""
    player, blocks, pieces = performer(seed, pause=0.02), random.Random(cuts), []
    for name in rig.engine.decks:
        rig.send(f"/deck/{name}/model/load", player.random.choice(MODELS))
        rig.send(f"/deck/{name}/play", 1)
    while rig.engine.frame < FRAMES:
        left = min(player.gap(rig.engine.sample_rate), FRAMES - rig.engine.frame)
        while left > 0:
            count = min(left, blocks.choice((1, 7, 80, 512, 2000)))
            pieces.append(rig.render(count))
            left -= count
        act(rig, player)
    return np.concatenate(pieces)


def act(rig: Any, player: Any) -> None:
    draw, deck = player.random.random(), player.random.choice([*rig.engine.decks])
    if draw < 0.03:  # made for a model that is gone
        rig.engine.post(ADDRESSES.command("/latent", deck, "", (0.5,) * 12))
    elif draw < 0.07:
        rig.send(f"/deck/{deck}/model/load", player.random.choice(MODELS))
    elif draw < 0.1 and rig.engine.decks[deck].voice.controls.info.kind == "stream":
        rig.send(f"/deck/{deck}/tape/load", f"{player.random.randint(1, 9)} 1")
    else:
        sent = player.message(rig.shapes)
        rig.send(sent.address, *sent.arguments)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 99), st.integers(100, 199), st.sampled_from([1, 2, 4]))
def test_blocks_change_no_sample_and_a_log_gives_the_same_again(
    make_rig: Callable[..., Any], performer: Any, seed: int, cuts: int, others: int, decks: int
) -> None:
    def made() -> Any:
        return make_rig(decks=decks, clips=InlineClips(decks))

    first, second = made(), made()
    heard = perform(first, performer, seed, cuts)
    np.testing.assert_array_equal(perform(second, performer, seed, others), heard)
    assert first.log == second.log
    np.testing.assert_array_equal(made().replay(first.log, FRAMES, block=4096), heard)
    assert np.isfinite(heard).all()


def test_the_performances_leave_no_address_of_a_deck_out(soak: Any) -> None:
    import soak_score

    applied = {row.path for row in ADDRESSES if row.deck and not row.is_job and not row.internal}
    assert applied - {"/model/info", "/model/latents"} == set(soak_score.DRAWS)


@pytest.mark.parametrize("commands", [[("/panic",), ("/play", 1)], [("/play", 1), ("/panic",)]])
def test_panic_and_play_at_one_frame_while_silent(
    make_rig: Callable[..., Any], commands: list[tuple[Any, ...]]
) -> None:
    """A silent deck is not rendered, so nothing on it may wait for the end of a block."""
    heard = []
    for block in (1, 64, 500):
        rig = make_rig()
        rig.send("/model/load", "small")
        rig.send("/latent", 1.0)
        rig.render(200, block)
        for address, *arguments in commands:
            rig.send(address, *arguments)
        rig.send("/latent", 2.0, 1.0)
        heard.append(rig.render(2000, block))
        rig.send("/play", 1)
        heard[-1] = np.concatenate([heard[-1], rig.render(2000, block)])
    np.testing.assert_array_equal(heard[0], heard[1])
    np.testing.assert_array_equal(heard[0], heard[2])
    assert heard[0][2000:].any()


class Asked(RecordedClips):
    """Stores the requests by their numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes: dict[int, tuple[str, float]] = {}

    def request(self, wish: Any) -> tuple[int, None]:
        number, _ = super().request(wish)
        self.wishes[number] = (wish.deck, float(wish.latents[0]))
        return number, None


def later(frames: int, value: float) -> list[float]:
    """A trajectory of three latents that stays at 0 for a number of frames of 10 ms."""
    return [10.0, *[0.0] * (3 * frames), value, 0.0, 0.0]


def asked_for(make_rig: Callable[..., Any], block: int) -> dict[int, tuple[str, float]]:
    clips = Asked()
    rig = make_rig(clips=clips)
    for name in DECKS:
        rig.send(f"/deck/{name}/model/load", "clip")
        rig.send(f"/deck/{name}/play", 1)
    # Deck a is rendered first, but its latents move after those of b.
    rig.send("/deck/a/latent/traj", *later(15, 1.0))
    rig.send("/deck/b/latent/traj", *later(14, 2.0))
    rig.render(2000, block)
    # Likewise a model that leaves while another one comes.
    rig.do(
        ADDRESSES.command(
            "/loop", "a", "", (next(n for n, w in clips.wishes.items() if w[0] == "a"),)
        )
    )
    rig.send("/deck/a/latent/traj", *later(7, 3.0))
    rig.send("/deck/a/model/load", "clip")
    rig.send("/deck/a/latent/traj", *later(6, 4.0))
    rig.render(2000, block)
    return clips.wishes


@pytest.mark.parametrize("block", [1, 64, 300])
def test_requests_for_clips_have_the_same_numbers_in_any_blocks(
    make_rig: Callable[..., Any], block: int
) -> None:
    asked = asked_for(make_rig, block)
    assert asked == asked_for(make_rig, 1000)
    assert sorted(asked.values()) == [("a", 1.0), ("a", 4.0), ("b", 2.0)]


def test_a_live_session_with_its_threads_can_be_rendered_again(
    make_rig: Callable[..., Any], performer: Any
) -> None:
    live: Any = None

    def post(command: Command, payload: Any) -> None:
        live.engine.post(command, payloads=(payload,))

    clips = ThreadClips(post)
    live = make_rig(clips=clips)
    player, random_blocks, heard = performer(3), random.Random(4), []
    for name in DECKS:
        live.send(f"/deck/{name}/model/load", "clip")
        live.send(f"/deck/{name}/play", 1)
        live.send(f"/deck/{name}/walk", 20.0)
    live.send("/crossfade", 0.5)

    def send() -> None:
        for number in range(200):
            path = "/latent" if number % 9 else "/gain"
            deck = DECKS[number % 2]
            value = player.random.uniform(-3, 3)
            live.engine.post(ADDRESSES.command(path, deck, "", (value,)))

    sender = threading.Thread(target=send)
    sender.start()
    loops = 0
    while sender.is_alive() or live.engine.frame < 16_000 or loops < 4:
        assert live.engine.frame < 10_000_000, "no clip ever came"
        loops = sum("/loop" in line for line in live.log)
        heard.append(live.render(random_blocks.randint(1, 700)))
        if live.engine.frame % 7 == 0:
            live.send("/deck/b/model/load", player.random.choice(("clip", "small")))
    sender.join()
    clips.stop()
    whole = np.concatenate(heard)
    again = make_rig(clips=RecordedClips())
    np.testing.assert_array_equal(again.replay(live.log, len(whole), block=4096), whole)


def test_inline_clips_come_at_once(make_rig: Callable[..., Any]) -> None:
    rig = make_rig(clips=InlineClips())
    rig.send("/model/load", "clip")
    rig.send("/play", 1)
    rig.send("/latent", 1.0)
    rig.render(1000)
    assert not any("/loop" in line for line in rig.log)
    assert rig.render(1000).any()
