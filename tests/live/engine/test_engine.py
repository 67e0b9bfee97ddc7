from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from musicvae.live.engine import agenda as module
from musicvae.live.engine.engine import Engine
from musicvae.live.fades import amplitude
from musicvae.live.table import ADDRESSES

RATE = 8000


def sounding(rig: Any, model: str = "steady") -> Any:
    for name in "ab":
        rig.send(f"/deck/{name}/model/load", model)
        rig.send(f"/deck/{name}/play", 1)
    rig.render(1000)
    return rig


def test_without_a_model_there_is_silence() -> None:
    engine = Engine(RATE, 2)
    out = np.full((1000, 2), np.nan, np.float32)
    engine.post(ADDRESSES.command("/play", "a", "", (1,)))
    engine.render(out)
    assert not out.any()
    assert engine.frame == 1000


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_every_channel_sounds(make_rig: Callable[..., Any], channels: int) -> None:
    rig = sounding(make_rig(channels=channels))
    assert rig.render(10) == pytest.approx(np.full((10, channels), 0.5))


@pytest.mark.parametrize(("position", "expected"), [(0.0, 0.5), (1.0, -0.5), (0.5, 0.0)])
def test_the_cross_fader(rig: Any, position: float, expected: float) -> None:
    sounding(rig)
    rig.send("/deck/b/model/load", "minus")
    rig.send("/crossfade", position)
    rig.render(2000)
    assert rig.render(10)[:, 0] == pytest.approx([expected] * 10, abs=1e-6)
    assert rig.engine.position == position


def test_the_cross_fader_keeps_the_power(rig: Any) -> None:
    sounding(rig)
    for position in (0.1, 0.5, 0.8):
        rig.send("/crossfade", position)
        rig.send("/deck/b/mute", 1)
        rig.render(500)
        first = rig.render(1)[0, 0]
        rig.send("/deck/a/mute", 1)
        rig.send("/deck/b/mute", 0)
        rig.render(500)
        assert first**2 + rig.render(1)[0, 0] ** 2 == pytest.approx(0.25, abs=1e-5)
        rig.send("/deck/a/mute", 0)


def test_the_ceiling_holds_at_any_gain(rig: Any) -> None:
    sounding(rig)
    rig.send("/deck/*/gain", 12.0)
    rig.send("/crossfade", 0.5)
    out = rig.render(RATE)
    assert 0.9 < np.abs(out).max() <= amplitude(-0.1) + 1e-6
    assert rig.engine.level == pytest.approx(np.abs(out).max())
    assert rig.engine.peaks == pytest.approx(np.abs(out).max(axis=0))


def test_the_meter_falls_by_6_db_in_300_ms(rig: Any) -> None:
    sounding(rig)
    rig.send("/panic")
    rig.render(80)
    before = rig.engine.level
    rig.render(2400)
    assert rig.engine.level == pytest.approx(before / 2, rel=1e-3)


def test_stopping_reaches_silence_at_the_frame(rig: Any) -> None:
    sounding(rig)
    rig.engine.stop(by=5000)
    out = rig.render(5000)
    assert out[3919, 0] == 0.5  # frame 4919; the fade takes 10 ms
    assert out[3998].all()
    assert not out[3999].any()
    assert not rig.render(1000).any()
    assert rig.engine.silent


def test_stopping_at_once(rig: Any) -> None:
    sounding(rig)
    rig.engine.stop()
    assert not rig.engine.silent
    assert not rig.render(1000)[80:].any()


def test_commands_wait_for_their_frame_whatever_the_blocks(make_rig: Callable[..., Any]) -> None:
    heard = []
    for block in (1, 100, 5000):
        rig = make_rig()
        frames: list[int] = []
        sounding(rig)
        for due in (3000, 1234, 2000, 2000):
            rig.engine.post(
                ADDRESSES.command("/gain", "a", "", (-due / 500,)), then=frames.append, due=due
            )
        heard.append(rig.render(3000, block))
        assert frames == [1234, 2000, 2000, 3000]
    np.testing.assert_array_equal(heard[0], heard[1])
    np.testing.assert_array_equal(heard[0], heard[2])


def test_what_is_due_already_happens_now_and_in_order(rig: Any) -> None:
    order: list[tuple[str, int]] = []
    rig.render(100)
    for name, due in (("first", None), ("second", 5), ("third", 100), ("fourth", None)):
        rig.engine.post(then=lambda frame, name=name: order.append((name, frame)), due=due)
    rig.render(1)
    assert order == [("first", 100), ("second", 100), ("third", 100), ("fourth", 100)]


def test_too_many_that_wait_happen_at_once(rig: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    frames: list[int] = []
    for number in range(5):
        rig.engine.post(then=frames.append, due=1000 + number)
    rig.render(2000)
    assert frames == [0, 0, 1000, 1001, 1002]


def test_only_the_newest_latents_are_set_and_the_rest_counted(rig: Any) -> None:
    rig.send("/model/load", "small")
    rig.log.clear()
    for value in (1.0, 2.0, 3.0):
        rig.engine.post(ADDRESSES.command("/latent", "a", "", (value,)))
    rig.engine.post(ADDRESSES.command("/gain", "a", "", (-1.0,)))
    rig.engine.post(ADDRESSES.command("/latent", "a", "", (4.0,)))
    rig.render(1)
    assert rig.engine.coalesced == 2
    assert [line.split('"do": ')[1] for line in rig.log] == [
        '[["/deck/a/latent", 3.0]]}',
        '[["/deck/a/gain", -1.0]]}',
        '[["/deck/a/latent", 4.0]]}',
    ]


def test_one_post_happens_at_one_frame_and_then_tells(rig: Any) -> None:
    rig.render(7)
    rig.log.clear()
    told: list[tuple[int, float]] = []
    rig.engine.post(
        ADDRESSES.command("/gain", "a", "", (-1.0,)),
        ADDRESSES.command("/crossfade", "", "", (0.25,)),
        then=lambda frame: told.append((frame, rig.engine.position)),
    )
    rig.render(1)
    assert rig.log == ['{"frame": 7, "do": [["/deck/a/gain", -1.0], ["/crossfade", 0.25]]}']
    assert told == [(7, 0.25)]


def test_the_tap_is_given_every_sample_once(rig: Any) -> None:
    heard: list[Any] = []
    rig.engine.tap = lambda mix: heard.append(mix.copy())
    sounding(rig, "small")
    rig.send("/walk", 5.0)
    out = rig.render(3000, 77)
    np.testing.assert_array_equal(np.concatenate(heard)[1000:], out)


def test_posting_from_other_threads_loses_nothing(rig: Any) -> None:
    frames: list[int] = []

    def post() -> None:
        for _ in range(500):
            rig.engine.post(then=frames.append)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) or rig.engine.backlog:
        rig.render(16)
    assert len(frames) == 2000


@pytest.mark.parametrize("model", ["small", "slow", "clip"])
def test_rendering_keeps_no_memory(rig: Any, model: str, allocated: Any) -> None:
    sounding(rig, model)
    if model != "clip":  # which is a new loop wherever its latents move
        rig.send("/walk", 5.0)
    out = np.zeros((4096, 2), np.float32)
    rig.engine.render(out)
    kept, _ = allocated(lambda: [rig.engine.render(out) for _ in range(10)])
    # One block of samples is 32 kB; views and numbers take a few hundred bytes.
    assert kept < 16_000
