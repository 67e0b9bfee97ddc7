from __future__ import annotations

import pytest

from musicvae.live.engine.batch import Batch
from musicvae.live.table import ADDRESSES


def latent(*values: float, deck: str = "a") -> Batch:
    return Batch((ADDRESSES.command("/latent", deck, "", values),))


def at(key: str, value: float, deck: str = "a") -> Batch:
    return Batch((ADDRESSES.command("/latent/<i>", deck, key, (value,)),))


def test_newer_latents_replace_older_ones() -> None:
    assert latent(1, 2).replaces(latent(3, 4))
    assert at("3", 1).replaces(at("3", 2))


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        (latent(1), latent(1, 2)),
        (latent(1, 2), latent(1)),
        (latent(1), latent(1, deck="b")),
        (at("1", 0), at("2", 0)),
        (at("1", 0), latent(0)),
        (latent(1), Batch(latent(2).commands, then=lambda frame: None)),
        (latent(1), Batch(latent(2).commands, due=5)),
        (Batch(latent(2).commands, due=5), latent(1)),
        (latent(1), Batch((*latent(2).commands, *latent(3).commands))),
        (latent(1), Batch()),
        (
            Batch((ADDRESSES.command("/latent/delta", "a", "", (1.0,)),)),
            Batch((ADDRESSES.command("/latent/delta", "a", "", (1.0,)),)),
        ),
        (
            Batch((ADDRESSES.command("/play", "a", "", (1,)),)),
            Batch((ADDRESSES.command("/play", "a", "", (0,)),)),
        ),
    ],
)
def test_what_would_be_heard_is_kept(newer: Batch, older: Batch) -> None:
    assert not newer.replaces(older)
