from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicvae.live.engine.decoding import ThreadDecoding
from musicvae.live.engine.engine import Engine, Event, SetGain, SetPlaying, Silence
from musicvae.live.engine.fades import amplitude
from musicvae.live.engine.loops import Loop, LoopMaker
from musicvae.live.offline import render
from musicvae.live.osc.commands import Command, Gain, Latent, Panic, Play
from musicvae.live.player import Player

RATE = 8000


def sounding(maker: LoopMaker, *latents: float) -> Engine:
    engine = Engine(maker.sample_rate, maker.channels)
    engine.decks["a"].offer(maker(np.array(latents, np.float32)))
    engine.post(SetPlaying(True))
    return engine


def rendered(engine: Engine, frames: int) -> np.ndarray:
    out = np.full((frames, engine.channels), np.nan, np.float32)
    engine.render(out)
    return out


@pytest.fixture
def maker(decoder: Any) -> LoopMaker:
    return LoopMaker(decoder, RATE, 2)


def test_without_a_loop_there_is_silence() -> None:
    engine = Engine(RATE)
    engine.post(SetPlaying(True))
    assert not rendered(engine, 1000).any()
    assert engine.frame == 1000


def test_mono_sounds_on_both_sides_and_loops(maker: LoopMaker) -> None:
    out = rendered(sounding(maker, 0.5, 0, 0), 3 * RATE)
    np.testing.assert_array_equal(out[:, 0], out[:, 1])
    # 100 Hz in 0.5 s less 30 ms of seam: 47 whole periods. Only in the seam an equal-power fade
    # lifts a sound that is the same on both sides.
    tail = out[RATE:, 0]
    assert np.sqrt(np.mean(tail**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def slope(latents: list[float], gain: float = 1.0) -> float:
    """The steepest step of the sines between two samples."""
    return gain * sum(
        abs(value) * 2 * np.pi * 100 * (index + 1) / RATE for index, value in enumerate(latents)
    )


def test_nothing_clicks(maker: LoopMaker) -> None:
    first, second = [0.3, 0.1, 0.0], [-0.2, 0.3, 0.1]
    engine = sounding(maker, *first)
    pieces = [rendered(engine, 1000)]
    engine.decks["a"].offer(maker(np.array(second, np.float32)))
    pieces.append(rendered(engine, 100))
    engine.post(SetGain(-20.0))
    pieces.append(rendered(engine, 50))
    engine.post(SetPlaying(False))
    pieces.append(rendered(engine, 37))
    engine.post(SetPlaying(True), SetGain(0.0))
    pieces.append(rendered(engine, 4 * RATE))
    engine.post(Silence())
    pieces.append(rendered(engine, 1000))
    out = np.concatenate(pieces)[:, 0]
    # Steepest: both sounds, times the steepest place of the shortest fade (10 ms) at full level.
    legal = max(slope(first), slope(second)) + 1.0 * np.pi / 2 / (0.01 * RATE)
    assert np.abs(np.diff(out)).max() <= legal
    # The fades pass quickly: away from them only the sound's own slope is left.
    settled = out[3000 : 1187 + 4 * RATE]
    assert np.abs(np.diff(settled)).max() <= slope(second) * 1.42


def test_the_beat_goes_on_when_the_latents_change(maker: LoopMaker) -> None:
    engine, reference = sounding(maker, 0.5, 0, 0), sounding(maker, 0, 0.5, 0)
    rendered(engine, 1234)
    engine.decks["a"].offer(maker(np.array([0, 0.5, 0], np.float32)))
    rendered(engine, 766)
    rendered(reference, 2000)
    np.testing.assert_allclose(rendered(engine, 500), rendered(reference, 500), atol=1e-6)


def test_a_loop_that_comes_during_a_fade_waits_and_only_the_newest_is_taken(
    maker: LoopMaker,
) -> None:
    engine = sounding(maker, 0.1, 0, 0)
    rendered(engine, 100)
    loops = [maker(np.array([value, 0, 0], np.float32)) for value in (0.2, 0.3, 0.4)]
    for loop in loops:
        engine.decks["a"].offer(loop)
    rendered(engine, 1000)
    assert [loop.taken_at for loop in loops] == [None, None, 240]  # where the first fade ended


def test_gain(maker: LoopMaker) -> None:
    engine = sounding(maker, 0.5, 0, 0)
    engine.post(SetGain(-20.0))
    # Looked at before the seam of the loop, at frame 3760.
    assert np.abs(rendered(engine, RATE)[1000:3700]).max() == pytest.approx(0.05, rel=0.01)
    engine.post(SetGain(-96.0))
    assert not rendered(engine, RATE)[1000:].any()


def test_pause_goes_on_where_it_stopped(maker: LoopMaker) -> None:
    engine = sounding(maker, 0.5, 0, 0)
    rendered(engine, 1000)
    engine.post(SetPlaying(False))
    assert not rendered(engine, 1000)[80:].any()
    position = engine.decks["a"].position
    assert position == 1080
    rendered(engine, 1000)
    assert engine.decks["a"].position == position
    engine.post(SetPlaying(True))
    assert rendered(engine, 1000).any()


def test_panic_is_silent_in_ten_milliseconds_and_forgets(maker: LoopMaker) -> None:
    engine = sounding(maker, 0.5, 0, 0)
    rendered(engine, 1000)
    engine.post(Silence())
    out = rendered(engine, 1000)
    assert out[:79].any()
    assert not out[80:].any()
    engine.post(SetPlaying(True))
    assert not rendered(engine, 1000).any()
    engine.decks["a"].offer(maker(np.array([0, 0.5, 0], np.float32)))
    assert rendered(engine, 1000).any()


def test_the_ceiling_holds_at_any_gain(maker: LoopMaker) -> None:
    engine = sounding(maker, 9.0, 5.0, 3.0)
    engine.post(SetGain(12.0))
    out = rendered(engine, RATE)
    assert 0.9 < np.abs(out).max() <= amplitude(-0.1) + 1e-6
    assert engine.level == pytest.approx(np.abs(out).max(), rel=0.1)


def test_finishing_reaches_silence_at_the_frame(maker: LoopMaker) -> None:
    engine = sounding(maker, 0.5, 0, 0)
    engine.finish_at(5000)
    out = rendered(engine, 6000)
    assert out[4900:4990].any()
    assert np.abs(out[4999]).max() < 1e-6
    assert not out[5000:].any()
    assert engine.silent


SCORE = st.lists(
    st.tuples(
        st.integers(0, 6000),
        st.one_of(
            st.builds(Gain, st.just("a"), st.floats(-96, 12)),
            st.builds(Play, st.just("a"), st.booleans()),
            st.builds(Panic, st.just("a")),
            st.builds(
                Latent, st.just("a"), st.lists(st.floats(-3, 3), min_size=1, max_size=3).map(tuple)
            ),
        ),
    ),
    max_size=8,
).map(lambda score: sorted(score, key=lambda item: item[0]))


@settings(max_examples=30, deadline=None)
@given(SCORE, st.integers(1, 700), st.floats(-20, 12))
def test_blocks_change_no_sample_and_nothing_leaves_full_scale(
    make_decoder: Callable[[], Any], score: list[tuple[int, Command]], block: int, gain: float
) -> None:
    whole = render(make_decoder(), score, 6500, gain_db=gain, block=6500).samples
    pieces = render(make_decoder(), score, 6500, gain_db=gain, block=block).samples
    np.testing.assert_array_equal(whole, pieces)
    assert np.abs(whole).max() <= amplitude(-0.1) + 1e-6


def test_what_was_heard_live_can_be_rendered_again(maker: LoopMaker) -> None:
    """Threads, coalescing and any blocks; then the same from the frames that were stamped."""
    engine, events, loops = Engine(RATE), list[Event](), list[Loop]()
    deck, posted = engine.decks["a"], engine.post

    def post(*now: Event) -> None:
        events.extend(now)
        posted(*now)

    def deliver(loop: Loop) -> None:
        loops.append(loop)
        deck.offer(loop)

    engine.post = post  # type: ignore[method-assign]
    decoding = ThreadDecoding(maker, deliver)
    decoding.start()
    player = Player(engine, decoding, 3)
    deliver(maker(player.latents.copy()))
    player.start(-3.0)
    random = np.random.default_rng(5)

    def perform() -> None:
        for number in range(200):
            player.apply([Latent("a", tuple(random.normal(0, 1, 3)))])
            if number % 20 == 10:
                player.apply([Gain("a", float(random.uniform(-30, 12)))])
            if number % 50 == 30:
                player.apply([Play("a", bool(number % 100 == 80)), Play("a", True)])

    performer = threading.Thread(target=perform)
    performer.start()
    heard = []
    while performer.is_alive() or engine.frame < RATE:
        heard.append(rendered(engine, int(random.integers(1, 400))))
    performer.join()
    decoding.stop()
    live = np.concatenate(heard)
    assert decoding.counts.coalesced + decoding.counts.decoded <= 200

    again = Engine(RATE)
    stamped: list[tuple[int, Any]] = [(e.frame, e) for e in events if e.frame is not None]
    stamped += [(loop.taken_at, loop) for loop in loops if loop.taken_at is not None]
    assert len(stamped) > 10
    pieces = []
    for frame, what in sorted(stamped, key=lambda item: (item[0], isinstance(item[1], Loop))):
        if frame > again.frame:
            pieces.append(rendered(again, frame - again.frame))
        if isinstance(what, Loop):
            again.decks["a"].offer(maker(what.latents))
        else:
            again.post(what)
    pieces.append(rendered(again, len(live) - again.frame))
    np.testing.assert_array_equal(np.concatenate(pieces), live)


def test_rendering_allocates_no_sample_memory(maker: LoopMaker) -> None:
    engine = sounding(maker, 0.5, 2.0, 0)
    loops = [maker(np.array([value, 0.5, 1], np.float32)) for value in np.linspace(0, 1, 50)]
    out = np.zeros((4096, 2), np.float32)
    engine.render(out)
    tracemalloc.start()
    try:
        for loop in loops:
            engine.decks["a"].offer(loop)
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            engine.render(out)
            # Views and numbers, a few hundred bytes at a time; one segment of samples is 4096.
            assert tracemalloc.get_traced_memory()[1] - before < 4096
    finally:
        tracemalloc.stop()
