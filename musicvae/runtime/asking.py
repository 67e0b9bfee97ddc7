"""What is asked of a model's attributes: how far the latents are moved, and where a memory goes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.errors import SettingError
from musicvae.latents.arrays import Float32, Latents
from musicvae.latents.attributes import move
from musicvae.latents.memory import Memory
from musicvae.latents.memory.choosing import Wishes
from musicvae.latents.memory.steering import Steering
from musicvae.runtime.sounding import check_range

#: The most that may be asked of an attribute, in standard deviations.
MOST_ASKED = 10.0


def amounts_of(info: ArtifactInfo, attributes: Mapping[str, float]) -> Float32:
    """What is asked for of each attribute of a model, float32 (attributes,).

    Raises:
        SettingError: it has no such attribute, or the number is out of range.
    """
    if not isinstance(attributes, Mapping):
        raise SettingError(
            "attributes are given by name",
            expected='such as {"brightness": 1.5}',
            received=type(attributes).__name__,
        )
    names = [attribute.name for attribute in info.attributes]
    amounts = np.zeros(len(names), np.float32)
    for name, amount in attributes.items():
        if name not in names:
            raise SettingError(
                "the model has no such attribute",
                expected=", ".join(names) or "none: it has no attributes",
                received=f"{name!r:.40}",
            )
        check_range(name, amount, -MOST_ASKED, MOST_ASKED)
        amounts[names.index(name)] = amount
    return amounts


def moved(info: ArtifactInfo, rows: Latents, amounts: Float32) -> Latents:
    """Latents with the directions of what is asked for added, as ``/attr`` adds them.

    Args:
        info: of the model.
        rows: standardised latents, float32 (steps, D).
        amounts: of its attributes, in their standard deviations, float32 (attributes,).
    """
    for attribute, amount in zip(info.attributes, amounts.tolist(), strict=True):
        if amount:
            rows = move(rows, attribute, amount, info.latent_rate)
    return rows


def steered(
    info: ArtifactInfo, memory: Memory, amounts: Float32, continuity: float, temperature: float
) -> Wishes:
    """Wishes for a memory that is to go where the music has what is asked for.

    Args:
        info: of the model.
        memory: of its latent space.
        amounts: see :func:`moved`.
        continuity: seconds from jump to jump, on average.
        temperature: see :class:`musicvae.latents.memory.choosing.Wishes`.
    """
    wishes = Wishes(continuity=continuity, temperature=temperature)
    wishes.lead = np.zeros(info.latent_dim, np.float32)
    steering = Steering(info)
    steering.know([scale.name for scale in memory.header.attributes])
    steering.steer(wishes, np.zeros(info.latent_dim, np.float32), amounts)
    return wishes
