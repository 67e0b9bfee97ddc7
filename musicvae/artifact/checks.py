"""Checks whether an artifact's description can be true: sizes, numbers, and what must fit together.

A description may come from an untrusted file. Whatever it holds, nothing here raises an exception
or takes long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from musicvae.artifact.info import ArtifactInfo
from musicvae.artifact.parts import AttributeInfo, DynamicsInfo, Matrix

KINDS = ("clip", "stream", "encoder")
PRECISIONS = ("float32", "float16")

#: For each size: the kinds that have it, its lowest and its highest value; it is 0 for other kinds.
#: The highest values are far beyond any use; they keep a hostile file from taking all memory.
_SIZES: dict[str, tuple[str, int, int]] = {
    "sample_rate": ("clip stream encoder", 1_000, 192_000),
    "channels": ("clip stream encoder", 1, 2),
    "latent_dim": ("clip stream encoder", 1, 4_096),
    "samples": ("clip", 1, 2**26),
    "hop": ("stream encoder", 1, 2**16),
    "stride": ("stream encoder", 1, 64),  # an encoder may leave it out
    "state_size": ("stream encoder", 1, 2**26),
    "latency": ("clip stream encoder", 0, 2**26),
    "receptive_field": ("clip stream encoder", 0, 2**26),
}
#: Most latents of a stream or an encoder: the description holds matrices of this size squared.
_MOST_STREAMED = 256
_MOST_ATTRIBUTES = 64
#: Largest magnitude in a matrix. Standardised latents, and what is computed from them, are about 1.
_LARGEST = 1e6
#: Covariances are written with six digits; rounding may push an eigenvalue this far below zero.
_ROUNDING = 1e-4


def problems(info: ArtifactInfo) -> Iterator[str]:
    """Say, for people, everything in a description that cannot be true; nothing where it can."""
    if info.kind not in KINDS:
        yield f"kind {info.kind!r}, none of {', '.join(KINDS)}"
        return  # everything else depends on the kind
    if info.schema == 1 and info.kind != "clip":
        yield f"schema 1, which knows no {info.kind}"
    sizes = list(_sizes(info))
    yield from sizes
    yield from _texts(info)
    yield from _latents(info)
    if not isinstance(info.provenance, dict) or _is_nested(info.provenance, 8):
        yield "provenance is not a JSON object of at most eight levels"
    if not isinstance(info.parity, dict) or not all(map(_is_finite, info.parity.values())):
        yield "parity is not an object of finite numbers"
    if not sizes:  # the following checks compare with these
        yield from _space(info)


def is_whole(value: object) -> TypeGuard[int]:
    """Whether the value is an integer; JSON's ``true`` is not one."""
    return isinstance(value, int) and not isinstance(value, bool)


def _sizes(info: ArtifactInfo) -> Iterator[str]:
    for name, (kinds, lowest, highest) in _SIZES.items():
        value = getattr(info, name)
        if info.kind not in kinds.split():
            lowest = highest = 0
        elif name == "latent_dim" and info.kind != "clip":
            highest = _MOST_STREAMED
        elif name == "stride" and info.kind == "encoder":
            lowest = 0
        if not is_whole(value) or not lowest <= value <= highest:
            yield f"{name} {value!r}, not a whole number from {lowest} to {highest}"


def _texts(info: ArtifactInfo) -> Iterator[str]:
    for name in ("genre", "recipe", "licence", "graph_sha256", "latent_space"):
        if not isinstance(getattr(info, name), str):
            yield f"{name} is not text"
            return
    if info.precision not in PRECISIONS:
        yield f"precision {info.precision!r}, none of {', '.join(PRECISIONS)}"
    if info.kind == "clip" and info.latent_space:
        yield "a clip that names a latent space"
    elif not re.fullmatch(r"(?:[0-9a-f]{16})?", info.latent_space):
        yield "latent_space is not 16 hex digits"


def _latents(info: ArtifactInfo) -> Iterator[str]:
    if len(info.latents) != info.latent_dim:
        yield f"{info.latent_dim} latents announced, {len(info.latents)} described"
    for index, latent in enumerate(info.latents):
        numbers = (latent.mean, latent.std, latent.low, latent.high, latent.explained_variance)
        if not isinstance(latent.name, str) or not all(map(_is_finite, numbers)):
            yield f"latent {index} has no name or a number that is not finite"
            break  # one is enough; there may be thousands


def _space(info: ArtifactInfo) -> Iterator[str]:
    """Check what only a stream may say about its latents: covariance, dynamics, attributes."""
    if info.kind == "encoder" and info.stride and info.hop % info.stride:
        yield f"a hop of {info.hop} samples, no multiple of the stride {info.stride}"
    if info.kind != "stream":
        for name in ("covariance", "dynamics", "attributes"):
            if getattr(info, name):
                yield f"{name}, which only a stream has"
        return
    if info.covariance:
        yield from _covariance("covariance", info.covariance, info.latent_dim)
    if info.dynamics is not None:
        yield from _dynamics(info.dynamics, info)
    if len(info.attributes) > _MOST_ATTRIBUTES:
        yield f"{len(info.attributes)} attributes, more than {_MOST_ATTRIBUTES}"
        return
    names = [attribute.name for attribute in info.attributes]
    if any(names.count(name) > 1 for name in names):
        yield "two attributes of one name"
    for index, attribute in enumerate(info.attributes):
        yield from _attribute(f"attribute {index}", attribute, info.latent_dim)


def _dynamics(dynamics: DynamicsInfo, info: ArtifactInfo) -> Iterator[str]:
    bad = list(_matrix("dynamics.matrix", dynamics.matrix, info.latent_dim))
    yield from bad
    if not bad and not _is_stable(dynamics.matrix):
        yield "dynamics that grow without bound"
    yield from _covariance("dynamics.noise", dynamics.noise, info.latent_dim)
    if not _is_finite(dynamics.one_step_error) or dynamics.one_step_error < 0:
        yield f"dynamics.one_step_error {dynamics.one_step_error!r}, not a share of variance"
    rate = info.latent_rate
    if not _is_finite(dynamics.rate) or abs(dynamics.rate - rate) > 1e-3 * rate:
        yield f"dynamics at a rate of {dynamics.rate!r} where the latents have {rate:.6g}"


def _attribute(name: str, attribute: AttributeInfo, width: int) -> Iterator[str]:
    texts = (attribute.name, attribute.unit, attribute.method)
    if not all(isinstance(text, str) for text in texts) or not attribute.name:
        yield f"{name} has no name, unit or method"
    if len(attribute.direction) != width or not all(map(_is_bounded, attribute.direction)):
        yield f"{name} has a direction that is not {width} finite numbers"
    if not all(map(_is_finite, (attribute.mean, attribute.std, attribute.r2))):
        yield f"{name} has a mean, std or r2 that is not finite"
    elif attribute.std < 0 or attribute.r2 > 1:
        yield f"{name} has an impossible std or r2"
    rank = attribute.spearman
    if rank is not None and (not _is_finite(rank) or not -1 <= rank <= 1):
        yield f"{name} has a spearman {rank!r}, not from -1 to 1"


def _matrix(name: str, rows: Matrix, width: int) -> Iterator[str]:
    if len(rows) != width or any(len(row) != width for row in rows):
        yield f"{name} is not {width} × {width}"
    elif not all(_is_bounded(number) for row in rows for number in row):
        yield f"{name} has a number that is not finite, or beyond {_LARGEST:g}"


def _covariance(name: str, rows: Matrix, width: int) -> Iterator[str]:
    bad = list(_matrix(name, rows, width))
    yield from bad
    if bad:
        return
    import numpy as np  # late: clips, and `import musicvae`, do without it

    array = np.array(rows, dtype=np.float64)
    slack = _ROUNDING * float(np.abs(array).max())
    if np.abs(array - array.T).max() > slack or np.linalg.eigvalsh(array).min() < -slack:
        yield f"{name} is not symmetric with eigenvalues of at least zero"


def _is_stable(rows: Matrix) -> bool:
    import numpy as np

    return bool(np.abs(np.linalg.eigvals(np.array(rows, dtype=np.float64))).max() < 1)


def _is_finite(value: object) -> TypeGuard[float]:
    # Compared without conversion: JSON may hold an integer that is too large for a float.
    return (isinstance(value, float) or is_whole(value)) and -1e300 < value < 1e300


def _is_bounded(value: object) -> bool:
    return _is_finite(value) and abs(value) <= _LARGEST


def _is_nested(value: Any, levels: int) -> bool:
    """Whether a JSON value is nested deeper than ``levels``; works without recursion."""
    nested = [value]
    for _ in range(levels):
        inner = [item.values() if isinstance(item, dict) else item for item in nested]
        nested = [item for items in inner for item in items if isinstance(item, dict | list)]
    return bool(nested)
