"""Turns what a performer asks of a model into what is asked of a memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicvae.artifact import ArtifactInfo
from musicvae.latents.arrays import Float32
from musicvae.latents.memory.choosing import Wishes

#: Largest magnitude of a direction's numbers, which come from a file.
_MOST = 1000.0


class Steering:
    """The attributes of a model, as a memory knows them.

    An attribute that was measured when the memory was made is a target; of another one, only the
    direction in which the model moves the latents is known.

    Args:
        info: of the model.
    """

    def __init__(self, info: ArtifactInfo) -> None:
        self._names = [attribute.name for attribute in info.attributes]
        rows = [attribute.direction for attribute in info.attributes]
        directions = np.array(rows or np.zeros((0, info.latent_dim)), np.float64)
        self._directions = np.clip(np.nan_to_num(directions), -_MOST, _MOST).astype(np.float32)
        self.know(())

    def know(self, names: Sequence[str]) -> None:
        """The memory has these attributes, in this order."""
        self._asked: Float32 = np.zeros(len(names), np.float32)
        pairs = [
            (n, self._names.index(name)) for n, name in enumerate(names) if name in self._names
        ]
        self._theirs, self._mine = ([pair[side] for pair in pairs] for side in (0, 1))
        self._led = self._directions.copy()
        self._led[self._mine] = 0

    def steer(self, wishes: Wishes, hand: Float32, amounts: Float32) -> None:
        """Write what is asked for into wishes.

        Args:
            wishes: whose ``lead`` has D elements.
            hand: latents that were set, float32 (D,).
            amounts: of the model's attributes in their standard deviations, float32 (attributes,).
        """
        np.matmul(amounts, self._led, out=wishes.lead)
        np.add(wishes.lead, hand, out=wishes.lead)
        self._asked[self._theirs] = amounts[self._mine]
        wishes.asked = self._asked
