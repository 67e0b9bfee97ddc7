from __future__ import annotations

from typing import Any

import pytest

from musicvae.beside.mirror import Mirror, value_at
from musicvae.live.osc.packets import Message
from tests.beside.told import load


@pytest.fixture
def mirror() -> Mirror:
    told = Mirror()
    load(told, "a", "jazz", 3, "loudness")
    load(told, "b", "metal", 2)
    return told


def test_values_are_remembered_and_changes_are_told() -> None:
    told: list[Any] = []
    mirror = Mirror(on_value=lambda *change: told.append(change))
    for value in (1.0, 1.0, 2.0):
        assert mirror.hear(Message("/get.reply", ("/deck/a/gain", value))) == []
    assert mirror.values == {"/deck/a/gain": (2.0,)}
    assert told == [("/deck/a/gain", (1.0,), ()), ("/deck/a/gain", (2.0,), (1.0,))]


def test_another_model_makes_the_values_of_its_deck_old(mirror: Mirror) -> None:
    questions = mirror.hear(Message("/get.reply", ("/deck/b/model/load", "punk")))
    assert questions == ["/deck/b/model/info", "/deck/b/model/latents"]
    assert [key for key in mirror.values if key.startswith("/deck/b/")] == ["/deck/b/model/load"]
    assert mirror.values["/deck/a/gain"] == (-3.0,)


def test_a_model_is_known_once_all_of_it_was_told(mirror: Mirror) -> None:
    assert mirror.models["a"].shape.attributes == ("loudness",)
    assert [latent.label for latent in mirror.models["a"].latents] == [
        "louder",
        "latent 1",
        "latent 2",
    ]
    before = mirror.models["b"]
    mirror.hear(Message("/model/info.reply", ("b", "latents", 1, "kind", "clip")))
    assert mirror.models["b"] is before
    mirror.hear(Message("/done", ("/deck/b/model/latents", 0)))
    assert (mirror.shapes["b"].latent_dim, mirror.models["b"].latents) == (1, ())


def test_nonsense_is_passed_over() -> None:
    mirror = Mirror()
    for message in (
        Message("/get.reply"),
        Message("/get.reply", (1.0,)),
        Message("/model/info.reply", ("c",)),
        Message("/model/latents.reply", ("a", 0)),
        Message("/done", ("/deck/c/model/latents",)),
    ):
        assert mirror.hear(message) == []
    assert mirror.values == {}


def test_it_knows_as_many_decks_as_it_is_told() -> None:
    mirror = Mirror(decks=5)
    assert list(mirror.shapes) == ["a", "b", "c", "d", "e"]
    asked = mirror.hear(Message("/get.reply", ("/deck/e/model/load", "jazz")))
    assert asked == ["/deck/e/model/info", "/deck/e/model/latents"]
    assert mirror.hear(Message("/get.reply", ("/deck/f/model/load", "jazz"))) == []


def test_one_latent_is_an_element_of_all(mirror: Mirror) -> None:
    assert value_at("/deck/a/latent/2", mirror.values) == (0.5,)
    assert value_at("/deck/a/gain", mirror.values) == (-3.0,)
    for unknown in ("/deck/a/latent/3", "/deck/a/latent/x", "/deck/a/mute", "/latent"):
        assert value_at(unknown, mirror.values) == ()
