from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from musicvae.artifact.reading import read_info
from musicvae.audio import read
from musicvae.demo.performance import Gesture, Slide, perform, score


def test_a_fader_moves_from_its_start_to_its_end() -> None:
    slide = Slide("/latent/0", 2.0, -2.0)
    assert [slide.at(share) for share in (0.0, 0.25, 1.0)] == [
        ("/latent/0", (2.0,)),
        ("/latent/0", (1.0,)),
        ("/latent/0", (-2.0,)),
    ]


def test_the_score_shows_what_the_model_offers(make_stream: Callable[..., Path]) -> None:
    plain = score(read_info(make_stream("a.onnx", attributes=())))
    assert not any(gesture.slide and "/attr" in gesture.slide.address for gesture in plain)
    assert not any(address == "/model/load" for g in plain for address, _ in g.messages)
    assert 12 < sum(gesture.seconds for gesture in plain) < 30


def test_relatives_take_over_and_give_back(make_stream: Callable[..., Path]) -> None:
    gestures = score(read_info(make_stream("a.onnx")), "mine", ["jazz", "metal"])
    loads = [value for g in gestures for address, (value, *_) in g.messages if "load" in address]
    assert loads == ["jazz", "metal", "mine"]


def test_faders_end_where_they_began(make_stream: Callable[..., Path]) -> None:
    place: dict[str, float] = {}
    for gesture in score(read_info(make_stream("a.onnx"))):
        if gesture.slide is not None:
            assert place.get(gesture.slide.address, 0.0) == gesture.slide.start
            place[gesture.slide.address] = gesture.slide.end
    assert set(place.values()) == {0.0}


def test_gestures_reach_the_daemon(make_stream: Callable[..., Path], tmp_path: Path) -> None:
    slide = Slide("/latent/0", 0.0, 1.0)
    gestures = [Gesture("up", 0.3, [("/gain", (0.0,)), ("/walk", (1.0,))], slide)]
    status: dict[str, Any] = perform(make_stream("a.onnx"), gestures, output=tmp_path / "take.wav")
    assert status["packets_received"] >= 4  # two messages, and at least two positions
    assert status["packets_refused"] == 0
    assert read(tmp_path / "take.wav").seconds > 0


def test_an_output_that_does_not_open_is_an_error(
    make_stream: Callable[..., Path], tmp_path: Path
) -> None:
    from musicvae.errors import MusicVAEError

    with pytest.raises(MusicVAEError, match="nowhere"):
        perform(make_stream("a.onnx"), [], output=tmp_path / "nowhere" / "take.wav")
