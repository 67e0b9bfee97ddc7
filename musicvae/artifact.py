"""What an exported ``.onnx`` says about itself.

What an artifact says is JSON under the metadata key ``musicvae`` of the ONNX file, so one file is all
that a host needs. ``docs/artifact.md`` documents it for people who write hosts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from musicvae.errors import ArtifactSchemaError, CorruptArtifactError

METADATA_KEY = "musicvae"
SCHEMA = 1

Kind = Literal["clip", "stream"]


@dataclass(frozen=True)
class LatentInfo:
    """One latent as a performer meets it: standardised over the training set.

    Attributes:
        name: such as ``"latent 0"``.
        mean: over the training set.
        std: likewise.
        low: first percentile.
        high: 99th percentile.
        explained_variance: share of all latents' variance, 0 to 1; never rises with the index.
    """

    name: str
    mean: float
    std: float
    low: float
    high: float
    explained_variance: float


@dataclass(frozen=True)
class ArtifactInfo:
    """The description of one artifact.

    Attributes:
        kind: ``"clip"`` (one latent vector decodes to a whole buffer) or ``"stream"``.
        genre: what it was trained on.
        recipe: the recipe's name.
        sample_rate: in Hz.
        channels: 1 or 2.
        latent_dim: D, the width of the input ``latent``.
        samples: length of a decoded clip in samples; 0 for a stream.
        hop: samples per frame; 0 for a clip.
        state_size: S, the width of the input ``state``; 0 for a clip.
        latency: algorithmic latency in samples; 0 for a clip.
        receptive_field: samples of output that one latent frame touches.
        latents: one entry per latent, in order.
        parity: largest difference to the model it was exported from, of full scale ±1, by kind of
            latents (``"random"``, ``"real"``).
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
    latents: tuple[LatentInfo, ...] = ()
    parity: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    licence: str = "unstated"
    graph_sha256: str = ""
    schema: int = SCHEMA

    @property
    def seconds(self) -> float:
        """Length of a decoded clip in seconds; 0 for a stream."""
        return self.samples / self.sample_rate

    def to_json(self) -> str:
        """The text that goes into the file."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> ArtifactInfo:
        """The description that :meth:`to_json` wrote.

        Raises:
            ArtifactSchemaError: it was written by a newer musicvae.
            CorruptArtifactError: it is not such a description.
        """
        try:
            values = json.loads(text)
            schema = values["schema"]
        except (ValueError, KeyError, TypeError) as error:
            raise CorruptArtifactError(
                "the artifact's description cannot be read", received=f"{error}"
            ) from error
        if not isinstance(schema, int) or schema > SCHEMA:
            raise ArtifactSchemaError(
                "this artifact was written by a newer musicvae",
                legal=f"schema 1 to {SCHEMA}",
                received=f"schema {schema}",
                mend="pip install --upgrade musicvae",
            )
        try:
            values["latents"] = tuple(LatentInfo(**latent) for latent in values["latents"])
            info = cls(**values)
        except (TypeError, KeyError) as error:
            raise CorruptArtifactError(
                "the artifact's description lacks something", received=f"{error}"
            ) from error
        info._check()
        return info

    def _check(self) -> None:
        sizes = {
            "sample_rate": self.sample_rate,
            "channels": self.channels,
            "latent_dim": self.latent_dim,
            "samples" if self.kind == "clip" else "hop": self.samples
            if self.kind == "clip"
            else self.hop,
        }
        wrong = {
            name: size for name, size in sizes.items() if not (isinstance(size, int) and size > 0)
        }
        if self.kind not in ("clip", "stream") or wrong or len(self.latents) != self.latent_dim:
            raise CorruptArtifactError(
                "the artifact's description contradicts itself",
                legal="kind clip or stream, positive sizes, one entry per latent",
                received=f"kind {self.kind!r}, {wrong or sizes}, {len(self.latents)} latents",
            )
