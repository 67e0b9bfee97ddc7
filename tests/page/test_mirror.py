from __future__ import annotations

from typing import Any

from musicvae.live.osc.packets import Message
from musicvae.page.mirror import Mirror


def test_values_are_remembered_and_changes_are_told() -> None:
    told: list[Any] = []
    mirror = Mirror(on_value=lambda *change: told.append(change))
    for value in (1.0, 1.0, 2.0):
        assert mirror.hear(Message("/get.reply", ("/deck/a/gain", value))) == []
    assert mirror.values == {"/deck/a/gain": (2.0,)}
    assert told == [("/deck/a/gain", (1.0,), ()), ("/deck/a/gain", (2.0,), (1.0,))]


def test_another_model_makes_the_values_of_its_deck_old(stage: Any) -> None:
    mirror = stage.hub.mirror
    questions = mirror.hear(Message("/get.reply", ("/deck/b/model/load", "punk")))
    assert questions == ["/deck/b/model/info", "/deck/b/model/latents"]
    assert [key for key in mirror.values if key.startswith("/deck/b/")] == ["/deck/b/model/load"]
    assert mirror.values["/deck/a/gain"] == (-3.0,)


def test_a_model_is_known_once_all_of_it_was_told(stage: Any) -> None:
    mirror = stage.hub.mirror
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
