"""An artifact's description as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from musicvae.artifact import ArtifactInfo, LatentInfo

#: Latents shown; with more, the rest is counted.
MOST_LATENTS = 32

#: Columns of text, at most, as long as no single word is longer.
WIDTH = 100


def describe(info: ArtifactInfo) -> str:
    """All the facts of an artifact and how it was made, aligned, then its latents as a table.

    Returns:
        Plain text of several lines without a final line break.
    """
    # Two blocks: what a stranger wrote as provenance cannot pass for one of the facts.
    made = dict(_provenance(info.provenance))
    blocks = (_aligned(_facts(info)), _aligned(made), _latent_table(info.latents))
    return "\n\n".join(filter(None, map("\n".join, blocks)))


def _facts(info: ArtifactInfo) -> dict[str, str]:
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
    facts["graph SHA-256"] = info.graph_sha256
    facts["schema"] = str(info.schema)
    return facts


def _aligned(facts: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, facts), default=0) + 2
    for name, value in facts.items():
        yield textwrap.fill(
            _one_line(value) or "unstated",
            WIDTH,
            initial_indent=f"{_one_line(name):<{width}}",
            subsequent_indent=" " * width,
            break_on_hyphens=False,
        )


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


def _provenance(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """One line for each entry, and for each entry of a group that holds further groups."""
    for name, value in values.items():
        if isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values()):
            yield from ((f"made: {name} {key}", _in_one(inner)) for key, inner in value.items())
        else:
            yield f"made: {name}", _in_one(value)


def _in_one(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return str(value)


def _one_line(text: str) -> str:
    """The text without line breaks and control characters, which could paint over a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
