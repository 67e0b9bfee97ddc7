from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musicvae.live import greeting
from musicvae.live.outputs.choice import Null


def test_it_says_what_where_and_how(make_decoder: Callable[..., Any]) -> None:
    info = make_decoder(latent_dim=20).info
    text = "\n".join(
        greeting.lines("jazz\x1b[2J.onnx", info, Null(8000), "127.0.0.1", 7700, ("10.0.0.1",))
    )
    assert "oscsend localhost 7700 /latent ffff 0.5 -1.2 0.4 2.0" in text
    assert "jazz?[2J.onnx" in text  # nothing that steers a terminal
    assert "0 sine 0 · 1 sine 1" in text
    assert "and 4 more" in text
    assert "this machine and 10.0.0.1" in text
    assert "64.0 ms" in text


def test_the_example_fits_small_models_and_other_addresses() -> None:
    assert greeting.example(1, "10.0.0.2", 7800) == "oscsend 10.0.0.2 7800 /latent f 0.5"
