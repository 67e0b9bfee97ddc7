"""No command makes a click: the decoders give a constant ±0.5, so any step is a fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine.deck import GAIN_SECONDS, PLAY_SECONDS, SWAP_SECONDS, Deck
from musicvae.live.engine.describing import describe
from musicvae.live.fades import amplitude
from musicvae.live.table import ADDRESSES

RATE = 8000
PLAY, GAIN, SWAP = (round(s * RATE) for s in (PLAY_SECONDS, GAIN_SECONDS, SWAP_SECONDS))
#: A raised cosine, and a quarter of a sine, over n frames step by at most so much / n.
STEEPEST = np.pi / 2

Event = tuple[int, str, Any]


def steepest(out: Any, events: list[Event]) -> float:
    """The largest step after the first event."""
    first = min((frame for frame, *_ in events if frame), default=0)
    steps = np.abs(np.diff(out[:, 0], prepend=np.float32(0)))
    return float(steps[first:].max())


def play(rig: Any, events: list[Event], frames: int = 4000) -> Any:
    pieces = []
    for frame, address, *arguments in events:
        pieces.append(rig.render(frame - rig.engine.frame))
        rig.send(address, *arguments)
    pieces.append(rig.render(frames - rig.engine.frame))
    return np.concatenate(pieces)


def begun(*events: Any) -> list[Event]:
    return [(0, "/model/load", "steady"), (0, "/play", 1), *events]


#: What is done, the steepest that its fades allow in all, and where the sound is in the end.
SCENES: dict[str, tuple[list[Any], float, float]] = {
    "play": (begun(), 0.5 / PLAY, 0.5),
    "play before there is a model": (
        [(0, "/play", 1), (500, "/model/load", "steady")],
        0.5 / PLAY,
        0.5,
    ),
    "play and pause before there is a model": (
        [(0, "/play", 1), (500, "/play", 0), (520, "/model/load", "steady"), (530, "/play", 1)],
        0.5 / PLAY,
        0.5,
    ),
    "play and pause in quick succession": (
        begun(*((1000 + 7 * n, "/play", n % 2) for n in range(40))),
        0.5 / PLAY,
        0.5,
    ),
    "mute": (begun((1000, "/mute", 1), (1033, "/mute", 0), (2000, "/mute", 1)), 0.5 / PLAY, 0.0),
    "gain to silence": (begun((1000, "/gain", -96.0)), 0.5 / GAIN, 0.0),
    "gains in quick succession": (
        begun(*((1000 + 11 * n, "/gain", -30.0 * (n % 2)) for n in range(41))),
        0.5 / GAIN,
        0.5,
    ),
    "swap": (begun((1000, "/model/load", "minus")), 1 / SWAP, -0.5),
    "swap within a swap": (
        begun(*((1000 + 150 * n, "/model/load", ("minus", "steady")[n % 2]) for n in range(7))),
        1 / SWAP,
        -0.5,
    ),
    "swap while paused": (
        begun((1000, "/play", 0), (1500, "/model/load", "minus"), (1501, "/play", 1)),
        0.5 / PLAY,
        -0.5,
    ),
    "pause within a swap": (
        begun((1000, "/model/load", "minus"), (1300, "/play", 0), (2000, "/play", 1)),
        np.sqrt(0.5) / PLAY + 1 / SWAP,
        -0.5,
    ),
    "panic": (begun((1000, "/panic")), 0.5 / PLAY, 0.0),
    "panic and play": (begun((1000, "/panic"), (1000, "/play", 1)), 0.5 / PLAY, 0.5),
    "panic, play and pause": (
        begun((1000, "/panic"), (1010, "/play", 1), (1020, "/play", 0)),
        0.5 / PLAY,
        0.0,
    ),
    "panic within a swap": (
        begun((1000, "/model/load", "minus"), (1400, "/panic"), (1410, "/play", 1)),
        np.sqrt(0.5) / PLAY + 1 / SWAP,
        -0.5,
    ),
    "cross-fade and back": (
        begun((1000, "/crossfade", 1.0), (1050, "/crossfade", 0.25), (2000, "/crossfade", 1.0)),
        0.5 / GAIN,
        0.0,
    ),
    "all at once": (
        begun((1000, "/gain", -6.0), (1000, "/mute", 1), (1000, "/play", 0), (1040, "/mute", 0)),
        0.5 * (2 / PLAY + 1 / GAIN),
        0.0,
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_nothing_steps(rig: Any, name: str) -> None:
    events, steep, end = SCENES[name]
    out = play(rig, events)
    assert 0 < steepest(out, events) <= STEEPEST * steep + 1e-5
    assert out[-1, 0] == pytest.approx(end, abs=1e-5)


def test_a_panic_is_silent_after_ten_milliseconds(rig: Any) -> None:
    out = play(rig, begun((1000, "/panic")))
    assert out[1000 : 1000 + PLAY - 1].all()
    assert not out[1000 + PLAY :].any()
    assert rig.engine.silent
    assert not rig.engine.decks["a"].playing


@pytest.mark.parametrize("model", ["small", "slow", "failing", "clip"])
def test_after_a_panic_a_deck_sounds_like_a_new_one(
    make_rig: Callable[..., Any], model: str
) -> None:
    """No earlier sound is left in a decoder, a resampler or a buffer."""
    used, fresh = make_rig(), make_rig()
    used.send("/model/load", model)
    used.send("/play", 1)
    used.send("/latent", 2.0, -1.0, 0.5)
    used.send("/walk", 3.0)
    used.render(5013)
    used.send("/panic")
    used.render(PLAY + 7)
    fresh.send("/model/load", model)
    for rig in (used, fresh):
        rig.send("/play", 1)
        rig.send("/latent", -1.0, 1.0)
    np.testing.assert_array_equal(used.render(3000), fresh.render(3000))


def test_what_is_set_right_after_a_panic_holds(rig: Any) -> None:
    rig.send("/model/load", "small")
    rig.send("/play", 1)
    rig.send("/latent", 1.0, 2.0)
    rig.render(1000)
    rig.send("/panic")
    rig.send("/latent/1", 3.0)
    rig.send("/freeze", 1)
    rig.render(1000)
    controls = rig.engine.decks["a"].voice.controls
    assert controls.manual.target.tolist() == [0, 3, 0, 0]
    assert controls.frozen


def test_a_pause_goes_on_where_it_stopped(make_rig: Callable[..., Any]) -> None:
    paused, through = make_rig(), make_rig()
    for rig in (paused, through):
        rig.send("/model/load", "slow")
        rig.send("/play", 1)
        rig.send("/walk", 1.0)
        rig.render(1000)
    paused.send("/play", 0)
    paused.render(5000)
    paused.send("/play", 1)
    paused.render(PLAY)
    through.render(2 * PLAY)  # its fade out and its fade in
    np.testing.assert_array_equal(paused.render(2000), through.render(2000))


def test_a_swap_keeps_the_power_and_what_was_set(rig: Any) -> None:
    rig.send("/model/load", "small")
    rig.send("/latent", 1.0, 2.0)
    rig.send("/latent/bias", 0.25)
    rig.send("/attr/onsets", 0.5)
    rig.send("/walk", 2.0, 0.5)
    rig.send("/seed", 7)
    rig.send("/tape/load", "5 1")
    rig.send("/tape/scrub", 0.5)
    rig.send("/glide", 100.0)
    before = describe(rig.engine.decks["a"], ADDRESSES)
    old = rig.engine.decks["a"].voice
    rig.send("/model/load", "slow")  # of the same latent space
    assert describe(rig.engine.decks["a"], ADDRESSES) == before
    assert rig.engine.decks["a"].voice.controls.sources["tape"] is not old.controls.sources["tape"]
    rig.send("/model/load", "wide")  # of another one
    assert describe(rig.engine.decks["a"], ADDRESSES) != before
    assert rig.shapes["a"].latent_dim == 12


def test_a_tape_runs_no_faster_while_two_models_share_it(rig: Any) -> None:
    rig.send("/model/load", "small")
    rig.send("/play", 1)
    rig.send("/tape/load", "50 1")
    rig.render(4096)
    position = rig.engine.decks["a"].voice.controls.sources["tape"].position
    rig.send("/model/load", "small")
    rig.render(5120)
    assert (
        rig.engine.decks["a"].voice.controls.sources["tape"].position == position + 10
    )  # frames of 512


def test_models_that_come_during_a_swap_wait_and_only_the_newest_is_taken(rig: Any) -> None:
    deck = rig.engine.decks["a"]
    for name in ("steady", "minus", "small", "wide"):
        rig.send("/model/load", name)
        rig.send("/play", 1)
        rig.render(100)
    assert deck.voice.name == "wide"
    rig.render(2 * SWAP)
    assert (deck._voice.voice.name, deck._next, deck._waiting) == ("wide", None, None)


def test_gain_in_decibels_and_its_bounds(rig: Any) -> None:
    for db in (-20.0, 0.0, 3.0, -96.0):
        rig.send("/model/load", "steady")
        rig.send("/play", 1)
        rig.send("/gain", db)
        rig.render(2 * SWAP)
        expected = 0.0 if db == -96 else 0.5 * amplitude(db)
        assert rig.render(10)[:, 0] == pytest.approx([expected] * 10, abs=1e-5)


def test_a_deck_without_a_model_is_silent_and_minds_no_command() -> None:
    deck, mix = Deck("a", RATE, 2, 512), np.zeros((512, 2), np.float32)
    deck.play(True)
    deck.add_to(mix)
    assert not mix.any()
    assert describe(deck, ADDRESSES) == [["/gain", 0.0], ["/mute", 0]]
    assert deck.playing


@pytest.mark.parametrize(
    ("path", "key", "values"),
    [
        ("/latent", "", (1.0,) * 12),
        ("/latent/<i>", "7", (1.0,)),
        ("/latent/from", "", (3, 1.0, 2.0)),
        ("/latent/norm", "", (1.0,) * 12),
        ("/latent/norm/<i>", "7", (1.0,)),
        ("/latent/delta", "", (1.0,) * 12),
        ("/latent/traj", "", (10.0, *[1.0] * 6)),
        ("/latent/scale", "", (1.0,) * 5),
        ("/latent/bias", "", (1.0,) * 5),
        ("/attr/<name>", "unheard of", (1.0,)),
    ],
)
def test_what_does_not_fit_a_model_that_came_meanwhile_is_left_out(
    make_rig: Callable[..., Any], path: str, key: str, values: Any
) -> None:
    """Otherwise the log of such a session could not be rendered again."""
    rig = make_rig()
    rig.send("/model/load", "small")
    before, log = describe(rig.engine.decks["a"], ADDRESSES), len(rig.log)
    rig.engine.post(
        ADDRESSES.command("/gain", "a", "", (-3.0,)), ADDRESSES.command(path, "a", key, values)
    )
    rig.render(10)
    assert rig.engine.outdated == 1
    assert describe(rig.engine.decks["a"], ADDRESSES)[1:] == before[1:]
    assert rig.log[log:] == ['{"frame": 0, "do": [["/deck/a/gain", -3.0]]}']


@pytest.mark.parametrize("model", ["", "wide", "clip", "steady"])
def test_a_tape_of_another_space_is_left_out(rig: Any, models: Any, model: str) -> None:
    tape = models.tape(rig.voice("small", "a").controls.info, 5, 1)
    if model:
        rig.send("/model/load", model)
    log = len(rig.log)
    rig.engine.post(ADDRESSES.command("/tape/load", "a", "", ("5 1",)), payloads=[tape])
    rig.render(10)
    assert rig.engine.outdated == 1
    assert len(rig.log) == log
    assert not model or rig.engine.decks["a"].voice.controls.sources["tape"].ready is False


def test_a_horizon_ends_where_fades_do(rig: Any) -> None:
    deck = rig.engine.decks["a"]
    rig.send("/model/load", "steady")
    assert deck.horizon(512) == 512
    rig.send("/play", 1)
    assert deck.horizon(512) == PLAY
    rig.render(PLAY)
    rig.send("/model/load", "minus")
    rig.render(SWAP - 100)
    assert deck.horizon(512) == 100
    rig.send("/play", 0)
    rig.render(PLAY)  # in silence the newer model takes over at once
    assert deck.horizon(512) == 512
