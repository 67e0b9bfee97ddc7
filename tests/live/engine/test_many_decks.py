"""More decks than two: what they add to the mix, and that what nobody hears costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands.table import Refusal
from musicvae.live.engine.clips import Numbers
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.stream_voice import StreamVoice
from musicvae.live.fades import amplitude
from musicvae.live.osc.packets import Message
from musicvae.live.table import ADDRESSES

RATE = 8000
#: Sample frames after which every fade is over.
SETTLED = 1000


class Counting:
    """A stream decoder of constant sound that counts its frames, and remembers the last latents."""

    def __init__(self, info: Any, level: float = 0.1) -> None:
        self.info, self.level, self.frames = info, level, 0
        self.latents: list[float] = []

    def push(self, latents: Any, out: Any) -> Any:
        self.frames += len(latents)
        self.latents = latents[-1].tolist()
        out[:] = self.level
        return out

    def reset(self) -> None:
        """It has no state."""


@pytest.fixture
def made() -> dict[str, Counting]:
    """The decoder that was made last under each name."""
    return {}


@pytest.fixture
def four(make_rig: Callable[..., Any], models: Any, made: dict[str, Counting]) -> Any:
    """Four decks, each of which plays a counter of its own at the rate of its engine."""
    rate = {"own": RATE, "other": 11_025}

    def maker(name: str, kind: str) -> Callable[[], Counting]:
        def make() -> Counting:
            info = models.stream_info(2, rate[kind], 64, "00000000000000ab")
            made[name] = Counting(info)
            return made[name]

        return make

    makers = {f"{kind}_{deck}": maker(deck, kind) for deck in "abcd" for kind in rate}
    rig = make_rig(decks=4, **makers)
    for deck in "abcd":
        rig.send(f"/deck/{deck}/model/load", f"own_{deck}")
    return rig


def settled(rig: Any) -> float:
    """The level of the sound once every fade is over."""
    rig.render(SETTLED)
    return float(rig.render(1)[0, 0])


def test_the_decks_behind_the_cross_fader_add_at_their_gain(four: Any) -> None:
    four.send("/deck/*/play", 1)
    assert settled(four) == pytest.approx(0.3)  # a, c and d
    four.send("/crossfade", 1.0)
    assert settled(four) == pytest.approx(0.3)  # b, c and d
    four.send("/deck/c/gain", -6.0)
    assert settled(four) == pytest.approx(0.2 + 0.1 * amplitude(-6.0))
    four.send("/deck/d/mute", 1)
    assert settled(four) == pytest.approx(0.1 + 0.1 * amplitude(-6.0))
    four.send("/deck/[bc]/gain", -96.0)
    assert settled(four) == 0.0


def test_two_decks_sound_as_ever_whatever_there_is_beside_them(make_rig: Any) -> None:
    def sound(decks: int) -> Any:
        rig = make_rig(decks=decks)
        for deck in "ab":
            rig.send(f"/deck/{deck}/model/load", "small")
            rig.send(f"/deck/{deck}/play", 1)
            rig.send(f"/deck/{deck}/latent", 0.5, -0.5)
        pieces = []
        for position in (0.0, 0.3, 1.0, 0.6):
            rig.send("/crossfade", position)
            pieces.append(rig.render(SETTLED, 128))
        return np.concatenate(pieces)

    np.testing.assert_array_equal(sound(26), sound(2))


@pytest.mark.parametrize(("address", "off", "on"), [("mute", 1, 0), ("gain", -96.0, 0.0)])
def test_a_deck_that_nobody_hears_is_not_decoded_but_goes_on(
    four: Any, made: dict[str, Counting], address: str, off: float, on: float
) -> None:
    four.send("/deck/c/play", 1)
    four.send(f"/deck/c/{address}", off)
    four.render(SETTLED)
    counter = made["c"]
    before = counter.frames
    four.send("/deck/c/latent", 1.0, 2.0)
    four.render(10 * SETTLED)
    assert counter.frames == before
    assert four.engine.decks["c"].voice.controls.sounding() == (1.0, 2.0)
    four.send(f"/deck/c/{address}", on)
    assert settled(four) == pytest.approx(0.1)
    assert before < counter.frames < before + SETTLED // 64 + 3
    assert counter.latents == [1.0, 2.0]


def test_a_stopped_deck_is_not_read_and_an_empty_one_is_nothing(
    four: Any, made: dict[str, Counting]
) -> None:
    four.render(10 * SETTLED)
    assert [made[deck].frames for deck in "abcd"] == [0] * 4


def test_the_decks_of_the_cross_fader_never_rest(four: Any, made: dict[str, Counting]) -> None:
    """Recordings that are older than the rest of decks must sound as they did."""
    four.send("/deck/[ab]/play", 1)
    four.send("/deck/a/mute", 1)
    four.render(64 * 100)
    assert made["a"].frames == made["b"].frames == 100


@pytest.mark.parametrize("kind", ["own", "other"])
def test_what_rested_comes_back_without_a_click_for_any_blocks(
    make_rig: Callable[..., Any], four: Any, kind: str
) -> None:
    heard = []
    four.send("/deck/c/model/load", f"{kind}_c")
    four.send("/deck/c/play", 1)
    makers = four._makers
    for block in (1, 37, 2048):
        rig = make_rig(decks=4, **makers)
        rig.send("/deck/c/model/load", f"{kind}_c")
        rig.send("/deck/c/play", 1)
        pieces = []
        for number in range(12):
            rig.send("/deck/c/mute", number % 2)
            pieces.append(rig.render(333 + 17 * number, block))
        heard.append(np.concatenate(pieces)[:, 0])
    np.testing.assert_array_equal(heard[0], heard[1])
    np.testing.assert_array_equal(heard[0], heard[2])
    assert heard[0].max() == pytest.approx(0.1, abs=1e-3)
    assert np.abs(np.diff(heard[0])).max() < 0.1 / 20  # a fade of 10 ms has 80 steps


@pytest.mark.parametrize("fails", [(), (3,), (0, 7), (4, 5, 6)])
def test_a_source_that_fails_during_a_rest_leaves_the_same_for_any_blocks(
    models: Any, fails: tuple[int, ...]
) -> None:
    heard, decoded = [], []
    for block in (1, 100, 512):
        decoder = Counting(models.stream_info(2, RATE, 64, "00000000000000ab"))
        voice, number = StreamVoice("x", decoder, RATE, 2, together=8), iter(range(100))
        following = voice.controls.next

        def moved(following: Any = following, number: Any = number) -> Any:
            if next(number) in fails:
                raise ArithmeticError("it broke")
            return following()

        voice.controls.next = moved  # type: ignore[method-assign]
        out = np.zeros((1024, 2), np.float32)
        for first in range(0, 512, block):
            voice.rest(out[first : min(512, first + block)])
        for first in range(512, 1024, block):
            voice.read(out[first : min(1024, first + block)])
        heard.append(out)
        decoded.append(decoder.frames)
    np.testing.assert_array_equal(heard[0], heard[1])
    np.testing.assert_array_equal(heard[0], heard[2])
    assert decoded[0] == decoded[1] == decoded[2] == 8
    assert not heard[0][:512].any()
    assert heard[0][-1, 0] == pytest.approx(0.1)


def test_an_address_of_no_deck_names_those_that_there_are() -> None:
    for decks, expected in ((1, "there is a"), (2, "there are a, b"), (4, "there are a, b, c, d")):
        shapes = {name: deck.shape for name, deck in Engine(RATE, 2, decks).decks.items()}
        for deck in ("e", "z", "aa", "A", "", " ", "ä", "1"):
            told = ADDRESSES.parse(Message(f"/deck/{deck}/gain", (0.0,)), shapes)
            assert isinstance(told, Refusal)
            assert told.reason == f"no such deck; {expected}"
        assert len(list(ADDRESSES.parse(Message("/deck/*/gain", (0.0,)), shapes))) == decks


def test_one_deck_alone_has_the_cross_fader_to_itself(make_rig: Callable[..., Any]) -> None:
    rig = make_rig(decks=1)
    rig.send("/model/load", "steady")
    rig.send("/play", 1)
    assert settled(rig) == 0.5
    rig.send("/crossfade", 1.0)
    assert settled(rig) == 0.0


def test_requests_for_clips_are_numbered_as_ever_and_never_twice() -> None:
    pair, many = Numbers(), Numbers(26)
    assert [pair.next(deck) for deck in "aabb"] == [2, 4, 1, 3]
    drawn = [many.next(deck) for _ in range(3) for deck in "abcdefghijklmnopqrstuvwxyz"]
    assert sorted(drawn) == [*range(1, 79)]
