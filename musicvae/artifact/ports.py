"""Names and shapes of an artifact's inputs and outputs, by kind: the only place that lists them.

======== ================================ ====================================
kind     inputs                           outputs
======== ================================ ====================================
clip     latent (batch, D)                audio (batch, samples, channels)
stream   latent (1, frames, D), state     audio (1, samples, channels), next_state
encoder  audio (1, samples, channels),    latent (1, frames, D), next_state
         state
prior    latent (1, D), condition (1, C), next_latent (1, D), surprise (1, 1),
         noise (1, N), state              next_state
======== ================================ ====================================

Every port is float32; ``state`` and ``next_state`` have the shape (1, S). ``docs/artifact.md``
explains them for people who write hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from musicvae.artifact.info import ArtifactInfo, Kind
from musicvae.artifact.prior import PriorInfo

LATENT, AUDIO, STATE, NEXT_STATE = "latent", "audio", "state", "next_state"
CONDITION, NOISE = "condition", "noise"
NEXT_LATENT, SURPRISE = "next_latent", "surprise"

#: Sizes of a port's axes; an axis with a name is free.
Shape = tuple[int | str, ...]

#: Per kind: the port that takes the input and the port that answers.
_MAIN: dict[Kind, tuple[str, str]] = {
    "clip": (LATENT, AUDIO),
    "stream": (LATENT, AUDIO),
    "encoder": (AUDIO, LATENT),
    "prior": (LATENT, NEXT_LATENT),
}


@dataclass(frozen=True)
class Ports:
    """The inputs and outputs of a graph, in its order: shapes by name."""

    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]


def main_ports(kind: Kind) -> tuple[str, str]:
    """Names of the input that takes latents or sound, and of the output that answers."""
    return _MAIN[kind]


def ports_of(info: ArtifactInfo) -> Ports:
    """The ports that the graph of an artifact with this description must have."""
    if info.prior is not None:
        return _prior_ports(info, info.prior)
    source, target = _MAIN[info.kind]
    if info.kind == "clip":
        shapes: dict[str, Shape] = {
            LATENT: ("batch", info.latent_dim),
            AUDIO: ("batch", info.samples, info.channels),
        }
        return Ports({source: shapes[source]}, {target: shapes[target]})
    shapes = {LATENT: (1, "frames", info.latent_dim), AUDIO: (1, "samples", info.channels)}
    state = (1, info.state_size)
    return Ports(
        {source: shapes[source], STATE: state}, {target: shapes[target], NEXT_STATE: state}
    )


def _prior_ports(info: ArtifactInfo, prior: PriorInfo) -> Ports:
    """Those of a prior, which takes one step at a time."""
    row, state = (1, info.latent_dim), (1, info.state_size)
    inputs = {
        LATENT: row,
        CONDITION: (1, prior.condition_size(info.latent_dim)),
        NOISE: (1, prior.noise),
        STATE: state,
    }
    return Ports(inputs, {NEXT_LATENT: row, SURPRISE: (1, 1), NEXT_STATE: state})
