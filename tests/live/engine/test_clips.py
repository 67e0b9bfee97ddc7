from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from musicvae.live.commands.address import Command
from musicvae.live.engine.clips import ClipRequest, InlineClips, Numbers, RecordedClips, ThreadClips
from musicvae.live.engine.loops import Loop
from musicvae.live.table import ADDRESSES


def loop_of(latents: Any) -> Loop:
    if latents[0] < 0:
        raise ValueError("no")
    return Loop(np.zeros((4, 1), np.float32), latents)


def wish(value: float, deck: str = "a") -> ClipRequest:
    return ClipRequest(deck, loop_of, np.array([value], np.float32))


def test_numbers_of_one_deck_do_not_depend_on_the_other() -> None:
    one, other = Numbers(), Numbers()
    first = [one.next(deck) for deck in "aabab"]
    second = [other.next(deck) for deck in "bbaaa"]
    assert [first[i] for i in (0, 1, 3)] == second[2:]
    assert [first[i] for i in (2, 4)] == second[:2]
    assert len({*first}) == 5
    assert min(first + second) == 1


def test_inline_gives_the_loop_at_once() -> None:
    clips = InlineClips()
    number, made = clips.request(wish(1))
    assert isinstance(made, Loop)
    again, failed = clips.request(wish(-1))
    assert isinstance(failed, ValueError)
    assert again > number > 0


def test_recorded_decodes_when_the_log_says_so_and_only_once() -> None:
    clips = RecordedClips()
    (first, _), (second, _) = clips.request(wish(1)), clips.request(wish(-1))
    assert isinstance(clips.loop(second), ValueError)
    made = clips.loop(first)
    assert isinstance(made, Loop)
    assert made.latents.tolist() == [1]
    assert clips.loop(first) is None
    assert clips.loop(12345) is None


def test_a_thread_posts_each_loop_or_why_there_is_none() -> None:
    posted: list[tuple[Command, Any]] = []
    threads, done = set(), threading.Event()

    def post(command: Command, payload: Any) -> None:
        posted.append((command, payload))
        threads.add(threading.current_thread().name)
        if len(posted) == 3:
            done.set()

    clips = ThreadClips(post)
    asked = [clips.request(wish(value, deck)) for value, deck in ((1, "a"), (-1, "b"), (2, "a"))]
    assert done.wait(10)
    clips.stop()
    assert [made for _, made in asked] == [None] * 3
    assert [command for command, _ in posted] == [
        ADDRESSES.command("/loop", deck, "", (number,))
        for (number, _), deck in zip(asked, "aba", strict=True)
    ]
    assert [type(payload) for _, payload in posted] == [Loop, ValueError, Loop]
    assert threads == {"musicvae-clips"}


def test_asking_does_not_wait_and_stopping_finishes_what_was_asked() -> None:
    go_on = threading.Event()
    posted: list[Any] = []

    def slow(latents: Any) -> Loop:
        assert go_on.wait(10)
        return loop_of(latents)

    clips = ThreadClips(lambda command, payload: posted.append(payload))
    for value in (1.0, 2.0):
        assert clips.request(ClipRequest("a", slow, np.array([value], np.float32)))[1] is None
    assert posted == []
    go_on.set()
    clips.stop()
    assert [float(loop.latents[0]) for loop in posted] == [1, 2]


@pytest.mark.parametrize("kind", [InlineClips, RecordedClips])
def test_numbers_begin_at_one(kind: Any) -> None:
    assert kind().request(wish(1, "b"))[0] == 1
    assert kind().request(wish(1, "a"))[0] == 2
