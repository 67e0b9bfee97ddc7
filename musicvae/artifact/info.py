"""The description that an exported ``.onnx`` file carries: its fields, and how it is written.

It is JSON under the metadata key ``musicvae`` of the ONNX file, so that one file is all a host
needs. :mod:`musicvae.artifact.parsing` reads it; ``docs/artifact.md`` documents it for people who
write hosts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from musicvae.artifact.parts import AttributeInfo as AttributeInfo
from musicvae.artifact.parts import DynamicsInfo as DynamicsInfo
from musicvae.artifact.parts import LatentInfo as LatentInfo
from musicvae.artifact.parts import Matrix, rounded_matrix
from musicvae.artifact.prior import PriorInfo as PriorInfo

METADATA_KEY = "musicvae"

#: The newest version of the description that is read. Version 1 had clips only, and none of the
#: fields marked "schema 2" below; version 3 adds weights of 8 bits, and priors.
SCHEMA = 3
#: What is written: the oldest version that says it all, so that older readers take the file.
_PLAIN_SCHEMA, SMALL_SCHEMA, PRIOR_SCHEMA = 2, 3, 3
#: The kinds whose weights may have 8 bits.
SMALL_KINDS = ("stream", "encoder", "prior")

Kind = Literal["clip", "stream", "encoder", "prior"]


@dataclass(frozen=True)
class ArtifactInfo:
    """The description of one artifact.

    Attributes:
        kind: ``"clip"`` (one latent vector decodes to a whole clip), ``"stream"`` (a sequence of
            latents decodes to ``hop`` samples each, without end) or ``"encoder"`` (sound to
            latents) or ``"prior"`` (how latents go on, step by step; schema 3).
        genre: name of the music it was trained on.
        recipe: the recipe's name.
        sample_rate: in Hz.
        channels: 1 or 2.
        latent_dim: D, the width of the port ``latent``.
        samples: length of a decoded clip in samples; 0 for the other kinds.
        hop: of a stream: samples per frame; of an encoder or a prior: samples per latent; 0 for a
            clip.
        state_size: S, the width of the input ``state``; 0 for a clip.
        latency: algorithmic latency in samples; 0 for a clip. A stream's sound lags this much
            behind its latents; an encoder's latents describe sound this much earlier than the
            newest sample it was given.
        receptive_field: samples of sound that one latent vector influences; of an encoder: samples
            of sound that influence one latent vector.
        stride: of a stream: frames for which training held each latent vector (schema 2); of an
            encoder or a prior: frames of the decoder per latent vector, 0 where it is not stated; 0
            for a clip.
        latent_space: 16 hex digits that identify the encoder and the basis of the latents. Two
            artifacts with the same digits give the same meaning to the same latents (schema 2);
            empty where it is not stated.
        precision: of the weights in the file, ``"float32"``, ``"float16"`` (schema 2) or ``"int8"``
            (schema 3, a stream or an encoder). The graph computes in float32, but for products with
            the last.
        latents: name, range and importance of each latent, in order, and what it does to the sound.
        covariance: of a stream's latents over the training set, standardised, D × D (schema 2);
            empty where it is not known.
        dynamics: how a stream's latents change from step to step in music (schema 2).
        attributes: directions in a stream's latent space that change an audible property, such as
            loudness (schema 2).
        prior: of a prior: its noise and its conditions (schema 3).
        parity: largest difference between the artifact and the model it was exported from,
            relative to full scale ±1, by kind of input (``"random"``, ``"real"``) or by the check
            that measured it; for weights of 8 bits also ``"snr"``, ``"log_mel"`` and ``"onsets"``,
            and of an encoder ``"latents_p50"``, ``"latents_p99"`` and ``"log_mel_model"``.
        provenance: data hash, steps, package versions, seed, date.
        licence: licence of the artifact, as its author states it.
        graph_sha256: hex digest of the graph's bytes in the file, which reveals later damage.
        schema: version of this description.
    """

    kind: Kind
    genre: str
    recipe: str
    sample_rate: int
    channels: int
    latent_dim: int
    samples: int = 0
    hop: int = 0
    state_size: int = 0
    latency: int = 0
    receptive_field: int = 0
    stride: int = 0
    latent_space: str = ""
    precision: str = "float32"
    latents: tuple[LatentInfo, ...] = ()
    covariance: Matrix = ()
    dynamics: DynamicsInfo | None = None
    attributes: tuple[AttributeInfo, ...] = ()
    prior: PriorInfo | None = None
    parity: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "unstated"
    graph_sha256: str = ""
    schema: int = _PLAIN_SCHEMA

    @property
    def seconds(self) -> float:
        """Length of a decoded clip in seconds; 0 for the other kinds."""
        return self.samples / self.sample_rate

    @property
    def latent_rate(self) -> float:
        """Latent steps per second (Hz) of a stream, an encoder or a prior; 0 for a clip.

        One step lasts ``hop · stride`` samples in a stream and ``hop`` samples in the others.
        """
        step = self.hop * (self.stride if self.kind == "stream" else 1)
        return self.sample_rate / step if step else 0.0

    def to_json(self) -> str:
        """The JSON text for the file; matrices are rounded to six significant digits."""
        info = dataclasses.replace(
            self,
            covariance=rounded_matrix(self.covariance),
            dynamics=None if self.dynamics is None else self.dynamics.rounded(),
            attributes=tuple(attribute.rounded() for attribute in self.attributes),
        )
        values = dataclasses.asdict(info) | {"latents": [one.to_json() for one in self.latents]}
        if self.prior is None:  # readers of before know no such key
            del values["prior"]
        return json.dumps(values, ensure_ascii=False, sort_keys=True)
