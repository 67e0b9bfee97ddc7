"""Names and shapes of an artifact's inputs and outputs, by kind: the only place that lists them.

======== ================================ ====================================
kind     inputs                           outputs
======== ================================ ====================================
clip     latent (batch, D)                audio (batch, samples, channels)
stream   latent (1, frames, D), state     audio (1, samples, channels), next_state
encoder  audio (1, samples, channels),    latent (1, frames, D), next_state
         state
======== ================================ ====================================

Every port is float32; ``state`` and ``next_state`` have the shape (1, S). ``docs/artifact.md``
explains them for people who write hosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from musicvae.artifact.info import ArtifactInfo, Kind

LATENT, AUDIO, STATE, NEXT_STATE = "latent", "audio", "state", "next_state"

#: Sizes of a port's axes; an axis with a name is free.
Shape = tuple[int | str, ...]

#: Per kind: the port that takes the input and the port that answers.
_MAIN: dict[Kind, tuple[str, str]] = {
    "clip": (LATENT, AUDIO),
    "stream": (LATENT, AUDIO),
    "encoder": (AUDIO, LATENT),
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
