"""What an address wants of those who send to it, for the model that plays."""

from __future__ import annotations

from collections.abc import Sequence

from musicvae.beside.mirror import Model
from musicvae.live.commands.address import Address
from musicvae.live.commands.wanted import Reader, Wanted


def wanted_by(row: Address, key: str, model: Model) -> list[Wanted]:
    """What an address wants, one for each argument, as often as the model has latents.

    The range of a latent is that of the music: its 1st to 99th percentile, where they are known.

    Args:
        row: of the address table.
        key: the number or name in place of ``<i>`` or ``<name>``.
        model: of its deck.
    """
    reader = row.read
    if not isinstance(reader, Reader):
        return []
    wants = list(reader.wants)
    if reader.each_latent:
        wants += wants[-1:] * (model.shape.latent_dim - 1)
    if not reader.in_latents or not model.latents:
        return wants
    if row.numbered:
        return _in_music(wants, int(key), model)
    first = len(reader.wants) - 1
    return [*wants[:first], *_in_music(wants[first:], 0, model)]


def _in_music(wants: Sequence[Wanted], start: int, model: Model) -> list[Wanted]:
    known = dict(enumerate(model.latents))
    return [
        wanted
        if (latent := known.get(start + at)) is None
        else Wanted(wanted.tag, latent.low, latent.high)
        for at, wanted in enumerate(wants)
    ]
