"""What an exported ``.onnx`` says about itself.

It is JSON under the metadata key ``musicvae`` of the ONNX file, so one file is all
that a host needs. ``docs/artifact.md`` documents it for people who write hosts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from musicvae.artifact.checks import is_whole, problems
from musicvae.artifact.parts import AttributeInfo as AttributeInfo
from musicvae.artifact.parts import DynamicsInfo as DynamicsInfo
from musicvae.artifact.parts import LatentInfo as LatentInfo
from musicvae.artifact.parts import Matrix, matrix, rounded_matrix
from musicvae.errors import ArtifactSchemaError, CorruptArtifactError

METADATA_KEY = "musicvae"

#: Written today. 1 knew clips only, and none of the fields that are said to be of schema 2.
SCHEMA = 2

Kind = Literal["clip", "stream", "encoder"]


@dataclass(frozen=True)
class ArtifactInfo:
    """The description of one artifact.

    Attributes:
        kind: ``"clip"`` (one latent vector decodes to a whole buffer), ``"stream"`` (a sequence of
            latents decodes to ``hop`` samples each, for ever) or ``"encoder"`` (sound to latents).
        genre: what it was trained on.
        recipe: the recipe's name.
        sample_rate: in Hz.
        channels: 1 or 2.
        latent_dim: D, the width of the port ``latent``.
        samples: length of a decoded clip in samples; 0 for the other kinds.
        hop: of a stream: samples per frame; of an encoder: samples per latent; 0 for a clip.
        state_size: S, the width of the input ``state``; 0 for a clip.
        latency: algorithmic latency in samples; 0 for a clip. A stream's audio lags so much behind
            its latents; an encoder's latents describe sound so much earlier than its newest sample.
        receptive_field: samples of sound that one latent frame shapes (encoder: is shaped by).
        stride: of a stream: frames for which training held each latent (schema 2); of an encoder:
            frames of the decoder per latent, 0 where it is not said; 0 for a clip.
        latent_space: 16 hex digits which name the encoder and the basis of the latents: where they
            are equal, equal latents mean the same (schema 2); empty where it is not said.
        precision: of the weights in the file, ``"float32"`` or ``"float16"`` (schema 2). The graph
            computes in float32 either way.
        latents: one entry per latent, in order.
        covariance: of a stream's latents over the training set, standardised, D × D (schema 2);
            empty where it is not known.
        dynamics: how a stream's latents go on from step to step (schema 2).
        attributes: directions of a stream's latent space that move what one hears (schema 2).
        parity: largest difference to the model it was exported from, of full scale ±1, by kind of
            latents (``"random"``, ``"real"``); further figures of that kind by name.
        provenance: data hash, steps, package versions, seed, date.
        licence: of the artifact, as its author states it.
        graph_sha256: hex digest of the graph's bytes in the file; shows later damage.
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
    parity: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "unstated"
    graph_sha256: str = ""
    schema: int = SCHEMA

    @property
    def seconds(self) -> float:
        """Length of a decoded clip in seconds; 0 for the other kinds."""
        return self.samples / self.sample_rate

    @property
    def latent_rate(self) -> float:
        """Latent steps per second of a stream or an encoder; 0 for a clip.

        One latent lasts ``hop · stride`` samples in a stream, ``hop`` samples in an encoder.
        """
        step = self.hop * (self.stride if self.kind == "stream" else 1)
        return self.sample_rate / step if step else 0.0

    def to_json(self) -> str:
        """The text that goes into the file; matrices are rounded to six significant digits."""
        info = dataclasses.replace(
            self,
            covariance=rounded_matrix(self.covariance),
            dynamics=None if self.dynamics is None else self.dynamics.rounded(),
            attributes=tuple(attribute.rounded() for attribute in self.attributes),
        )
        return json.dumps(dataclasses.asdict(info), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ArtifactInfo:
        """The description that :meth:`to_json` wrote.

        Raises:
            ArtifactSchemaError: it was written by a newer musicvae.
            CorruptArtifactError: it is not such a description.
        """
        values = _parse(text)
        schema = values.get("schema")
        if not is_whole(schema) or schema < 1:
            raise CorruptArtifactError(
                "the artifact's description has no schema",
                expected=f"1 to {SCHEMA}",
                received=schema,
            )
        if schema > SCHEMA:
            raise ArtifactSchemaError(
                "this artifact was written by a newer musicvae",
                expected=f"schema 1 to {SCHEMA}",
                received=f"schema {schema}",
                hint="pip install --upgrade musicvae",
            )
        try:
            info = cls(**values | _parts(values))
        except (TypeError, KeyError) as error:
            raise CorruptArtifactError(
                "the artifact's description does not hold what it should", received=f"{error}"
            ) from error
        found = list(problems(info))
        if found:
            raise CorruptArtifactError(
                "the artifact's description contradicts itself", received="; ".join(found)
            )
        return info


def _parts(values: dict[str, Any]) -> dict[str, Any]:
    """Those fields that are objects of their own, made from JSON; schema 1 has the first only."""
    dynamics = values.get("dynamics")
    return {
        "latents": tuple(LatentInfo(**latent) for latent in values["latents"]),
        "covariance": matrix(values.get("covariance", ())),
        "dynamics": None if dynamics is None else DynamicsInfo.from_json(dynamics),
        "attributes": tuple(map(AttributeInfo.from_json, values.get("attributes", ()))),
    }


def _parse(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:  # the latter for thousands of brackets
        raise CorruptArtifactError(
            "the artifact's description cannot be read", expected="JSON", received=f"{error}"
        ) from error
    if not isinstance(values, dict):
        raise CorruptArtifactError(
            "the artifact's description is not a JSON object", received=type(values).__name__
        )
    return values
