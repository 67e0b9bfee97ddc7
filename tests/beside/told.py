"""What a daemon says of a model that it plays."""

from __future__ import annotations

from musicvae.beside.mirror import Mirror
from musicvae.live.osc.packets import Message


def load(
    mirror: Mirror, deck: str, name: str, latents: int, attributes: str = "", space: str = ""
) -> None:
    """The daemon says that a deck plays another model."""
    mirror.hear(Message("/get.reply", (f"/deck/{deck}/model/load", name)))
    facts = ("kind", "stream", "latents", latents, "attributes", attributes, "latent_space", space)
    mirror.hear(Message("/model/info.reply", (deck, *facts)))
    for number in range(latents):
        about = (0.5, "" if number else "louder", f"latent {number}", -2.0, 1.5 + number)
        mirror.hear(Message("/model/latents.reply", (deck, number, *about)))
    mirror.hear(Message("/done", (f"/deck/{deck}/model/latents", latents)))
    mirror.hear(Message("/get.reply", (f"/deck/{deck}/latent", *[0.5] * latents)))
    mirror.hear(Message("/get.reply", (f"/deck/{deck}/gain", -3.0)))
