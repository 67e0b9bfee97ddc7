"""What an exported ``.onnx`` says about itself.

It is JSON under the metadata key ``musicvae`` of the ONNX file, so one file is all
that a host needs. ``docs/artifact.md`` documents it for people who write hosts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard

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
        values = _parse(text)
        schema = values.get("schema")
        if not _is_whole(schema) or schema < 1:
            raise CorruptArtifactError(
                "the artifact's description has no schema", legal=f"1 to {SCHEMA}", received=schema
            )
        if schema > SCHEMA:
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
                "the artifact's description does not hold what it should", received=f"{error}"
            ) from error
        problems = list(_problems(info))
        if problems:
            raise CorruptArtifactError(
                "the artifact's description contradicts itself", received="; ".join(problems)
            )
        return info


#: Per size: whether it is one of a clip, of a stream, or of both; lowest and highest value. The
#: highest are far beyond any use, and keep a hostile file from asking for all of the memory.
_SIZES: dict[str, tuple[str, int, int]] = {
    "sample_rate": ("clip stream", 1_000, 192_000),
    "channels": ("clip stream", 1, 2),
    "latent_dim": ("clip stream", 1, 4_096),
    "samples": ("clip", 1, 2**26),
    "hop": ("stream", 1, 2**16),
    "state_size": ("stream", 1, 2**26),
    "latency": ("clip stream", 0, 2**26),
    "receptive_field": ("clip stream", 0, 2**26),
}


def _parse(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:  # the latter for thousands of brackets
        raise CorruptArtifactError(
            "the artifact's description cannot be read", legal="JSON", received=f"{error}"
        ) from error
    if not isinstance(values, dict):
        raise CorruptArtifactError(
            "the artifact's description is not a JSON object", received=type(values).__name__
        )
    return values


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(value: Any) -> bool:
    # Compared before it is converted: JSON may hold a whole number that no float can.
    number = isinstance(value, float) or _is_whole(value)
    return number and -1e300 < value < 1e300


def _is_nested(value: Any, levels: int) -> bool:
    """Whether JSON is nested deeper than so many levels; does not recurse itself."""
    nested = [value]
    for _ in range(levels):
        inner = [item.values() if isinstance(item, dict) else item for item in nested]
        nested = [item for items in inner for item in items if isinstance(item, dict | list)]
    return bool(nested)


def _problems(info: ArtifactInfo) -> Iterator[str]:
    """Everything about a description that cannot be true."""
    if info.kind not in ("clip", "stream"):
        yield f"kind {info.kind!r}, neither clip nor stream"
    for name, (kinds, lowest, highest) in _SIZES.items():
        value = getattr(info, name)
        if info.kind not in kinds.split():
            lowest = highest = 0
        if not _is_whole(value) or not lowest <= value <= highest:
            yield f"{name} {value!r}, not a whole number from {lowest} to {highest}"
    for name in ("genre", "recipe", "licence", "graph_sha256"):
        if not isinstance(getattr(info, name), str):
            yield f"{name} is not text"
    if len(info.latents) != info.latent_dim:
        yield f"{info.latent_dim} latents announced, {len(info.latents)} described"
    for index, latent in enumerate(info.latents):
        numbers = (latent.mean, latent.std, latent.low, latent.high, latent.explained_variance)
        if not isinstance(latent.name, str) or not all(map(_is_finite, numbers)):
            yield f"latent {index} has no name or a number that is not finite"
            break  # one is enough; there may be thousands
    if not isinstance(info.provenance, dict) or _is_nested(info.provenance, 8):
        yield "provenance is not a JSON object of at most eight levels"
    if not isinstance(info.parity, dict) or not all(map(_is_finite, info.parity.values())):
        yield "parity is not an object of finite numbers"
