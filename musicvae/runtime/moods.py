"""What a prior is asked for where nobody asks: music like that of a model, in the moods of a seed.

Left to the genre alone, rollouts drift towards what is common to all genres. So their attributes
are asked for as they are in the music of the model; not on average, or all seeds would sound alike:
each piece is another one, as tracks are, and its sections differ a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from musicvae.artifact import ArtifactInfo, AttributeInfo
from musicvae.artifact.prior import KnobInfo
from musicvae.latents.attributes import SLOW

#: Deviations of a model's attributes are those of single steps, where a prior knows means over a
#: second: these vary so many times as much (0.5 to 0.8, in the ten genres).
SECOND = 0.6
#: Standard deviations of the mood of a piece, and of what a section adds to it, in those of the
#: model, or of the prior where they are smaller. In the ten genres the means of tracks vary by 0.26
#: to 1.17 of those of the model, 0.7 on average, and those of 6 s by about 0.25 within a track.
PIECE_MOOD, SECTION_MOOD = 0.7, 0.25
#: Sections of a piece, which together last three minutes, on average.
SECTIONS = 8
#: Tell these draws from others of the same seed.
_OF_SECTION, _OF_PIECE = 2, 4
#: Directions come from a file.
_MOST = 1000.0


class Usual(NamedTuple):
    """How an attribute is in the music of a model, in the standard deviations of a prior.

    Attributes:
        mean: where it is when nobody asks for it.
        deviation: one standard deviation of the model's.
    """

    mean: float
    deviation: float


def usual(
    model: ArtifactInfo, knobs: Sequence[KnobInfo], seed: int, section: int = 0
) -> dict[str, Usual]:
    """How the attributes are that a model and a prior have in common, by name.

    Moods are drawn as latents, since attributes go together: what is brighter is noisier, too.

    Args:
        model: whose music it shall be.
        knobs: the attributes that the prior knows.
        seed: of the moods, 0 to 4294967295.
        section: its number, from 0.
    """
    piece, own = (
        np.random.default_rng([seed, *stream]).standard_normal(model.latent_dim)
        for stream in ((_OF_PIECE, section // SECTIONS), (_OF_SECTION, section))
    )
    draws = PIECE_MOOD * piece + SECTION_MOOD * own
    known = {knob.name: knob for knob in knobs}
    return {
        own.name: _usual(own, known[own.name], draws)
        for own in model.attributes
        if own.name in known and known[own.name].unit == own.unit and own.std
    }


def _usual(own: AttributeInfo, knob: KnobInfo, draws: np.ndarray) -> Usual:
    direction = np.clip(np.nan_to_num(np.array(own.direction, np.float64)), -_MOST, _MOST)
    length = max(float(np.sqrt(np.square(direction).sum())), 1e-9)
    mood = min(own.std / knob.std, 1.0) * float((direction * draws).sum()) / length
    deviation = own.std / knob.std * (1.0 if own.name in SLOW else SECOND)
    return Usual((own.mean - knob.mean) / knob.std + mood, deviation)
