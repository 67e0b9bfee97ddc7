"""The ports of each kind, as docs/artifact.md promises them to hosts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from musicvae.artifact import Kind
from musicvae.artifact.ports import main_ports, ports_of
from musicvae.artifact.reading import read_info

Make = Callable[..., Path]


def test_a_clip_has_no_state(make_artifact: Make) -> None:
    info = read_info(make_artifact(channels=2, samples=300))
    ports = ports_of(info)
    assert ports.inputs == {"latent": ("batch", info.latent_dim)}
    assert ports.outputs == {"audio": ("batch", 300, 2)}


def test_an_encoder_is_a_stream_the_other_way_round(make_stream: Make, make_encoder: Make) -> None:
    stream, encoder = read_info(make_stream()), read_info(make_encoder())
    width, size = stream.latent_dim, (1, stream.state_size)
    assert list(ports_of(stream).inputs.items()) == [
        ("latent", (1, "frames", width)), ("state", size)
    ]  # fmt: skip
    assert list(ports_of(stream).outputs.items()) == [
        ("audio", (1, "samples", 1)), ("next_state", size)
    ]  # fmt: skip
    size = (1, encoder.state_size)
    assert ports_of(encoder).inputs == {"audio": (1, "samples", 1), "state": size}
    assert ports_of(encoder).outputs == {"latent": (1, "frames", width), "next_state": size}


@pytest.mark.parametrize("kind", ["clip", "stream", "encoder"])
def test_the_main_ports_come_first(
    kind: Kind, make_artifact: Make, make_stream: Make, make_encoder: Make
) -> None:
    path = {"clip": make_artifact, "stream": make_stream, "encoder": make_encoder}[kind]()
    ports = ports_of(read_info(path))
    assert main_ports(kind) == (next(iter(ports.inputs)), next(iter(ports.outputs)))
