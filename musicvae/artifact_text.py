"""An artifact's description as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from musicvae.artifact import ArtifactInfo, LatentInfo

#: Latents shown; with more, the rest is counted.
MOST_LATENTS = 32


def describe(info: ArtifactInfo) -> str:
    """All the facts of an artifact, one a line and aligned, then its latents as a table.

    Returns:
        Plain text of several lines without a final line break.
    """
    return "\n".join([*_facts(info), "", *_latent_table(info.latents)])


def _facts(info: ArtifactInfo) -> Iterator[str]:
    facts: dict[str, str] = {
        "genre": info.genre,
        "kind": f"{info.kind}, recipe {info.recipe}",
        "sound": f"{info.sample_rate} Hz, {'mono' if info.channels == 1 else 'stereo'}",
        "latents": str(info.latent_dim),
    }
    if info.kind == "clip":
        facts["length"] = f"{info.samples} samples, {info.seconds:.2f} s"
    else:
        facts["hop"] = f"{info.hop} samples, {info.sample_rate / info.hop:.1f} frames a second"
        facts["state"] = f"{info.state_size} numbers"
        facts["latency"] = _samples(info.latency, info.sample_rate)
    facts["receptive field"] = _samples(info.receptive_field, info.sample_rate)
    facts["parity"] = ", ".join(f"{name} {worst:.1e}" for name, worst in info.parity.items())
    facts["licence"] = info.licence
    facts |= {f"provenance: {name}": text for name, text in _flat(info.provenance)}
    facts["graph SHA-256"] = info.graph_sha256
    facts["schema"] = str(info.schema)
    width = max(map(len, facts))
    return (f"{name:<{width}}  {_one_line(value) or 'unstated'}" for name, value in facts.items())


def _latent_table(latents: tuple[LatentInfo, ...]) -> Iterator[str]:
    width = max(len("latent"), *(len(_one_line(latent.name)) for latent in latents[:MOST_LATENTS]))
    columns = ("mean", "std", "1 %", "99 %", "variance")
    yield f"{'latent':<{width}}" + "".join(f"{column:>10}" for column in columns)
    for latent in latents[:MOST_LATENTS]:
        numbers = (latent.mean, latent.std, latent.low, latent.high)
        cells = "".join(f"{number:>10.3f}" for number in numbers)
        yield f"{_one_line(latent.name):<{width}}{cells}{latent.explained_variance:>10.2%}"
    if len(latents) > MOST_LATENTS:
        rest = latents[MOST_LATENTS:]
        share = sum(latent.explained_variance for latent in rest)
        yield f"and {len(rest)} more, which hold {share:.2%} of the variance"


def _samples(count: int, rate: int) -> str:
    return f"{count} samples, {1000 * count / rate:.1f} ms"


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """A nested description as pairs: ``{"a": {"b": 1}}`` becomes ``("a.b", "1")``."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _one_line(text: str) -> str:
    """The text without line breaks and control characters, which could paint over a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
