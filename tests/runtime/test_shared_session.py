"""Players of the same file share its weights, and nothing else."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.runtime.encoder import Encoder
from musicvae.runtime.stream_decoder import StreamDecoder

BLOCKS = 200


def latents(decoder: Any, seed: int) -> Any:
    shape = (BLOCKS, 3, decoder.info.latent_dim)
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_the_same_file_is_in_memory_once_as_long_as_it_is_used(
    make_stream: Callable[..., Path], make_encoder: Callable[..., Path], tmp_path: Path
) -> None:
    path, copy = make_stream("one.onnx"), tmp_path / "copy.onnx"
    copy.write_bytes(path.read_bytes())
    one, same, other = (StreamDecoder(each) for each in (path, copy, make_stream("b.onnx", hop=32)))
    assert one._session is same._session
    assert other._session is not one._session
    assert StreamDecoder(path, threads=2)._session is not one._session
    assert Encoder(make_encoder())._session is not one._session
    seen = weakref.ref(one._session)
    del one, same
    gc.collect()
    assert seen() is None


def test_each_has_a_state_of_its_own(make_stream: Callable[..., Path]) -> None:
    path = make_stream()
    one, other = StreamDecoder(path), StreamDecoder(path)
    assert one._session is other._session
    mine, theirs = latents(one, 1), latents(other, 2)
    turns = [(one.push(a), other.push(b)) for a, b in zip(mine, theirs, strict=True)]
    for number, given in enumerate((mine, theirs)):
        alone = StreamDecoder(path)
        for turn, each in zip(turns, given, strict=True):
            np.testing.assert_array_equal(turn[number], alone.push(each))


def test_threads_that_run_it_at_once_do_not_disturb_each_other(
    make_stream: Callable[..., Path],
) -> None:
    path = make_stream()
    players = [StreamDecoder(path) for _ in range(4)]
    given = [latents(player, number) for number, player in enumerate(players)]
    pairs = zip(players, given, strict=True)
    expected = [np.concatenate([player.push(z) for z in each]) for player, each in pairs]
    made: dict[int, Any] = {}

    def play(number: int) -> None:
        players[number].reset()
        made[number] = np.concatenate([players[number].push(z) for z in given[number]])

    threads = [threading.Thread(target=play, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for number, sound in enumerate(expected):
        np.testing.assert_array_equal(made[number], sound)
