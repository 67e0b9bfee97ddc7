"""Formats an artifact's description as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from musicvae.artifact import ArtifactInfo, AttributeInfo, LatentInfo, PriorInfo
from musicvae.text import printable

#: The table shows this many latents; of the others it gives the number.
MOST_LATENTS = 32

#: Lines have at most this many characters, unless a single word is longer.
WIDTH = 100


def describe(info: ArtifactInfo) -> str:
    """The facts of an artifact, how it was made, and its latents and attributes as tables.

    Returns:
        Plain text of several lines without a final line break.
    """
    # Two blocks, so that nothing that a stranger wrote as provenance passes for a checked fact.
    made = dict(_provenance(info.provenance))
    tables = (
        _latent_table(info.latents),
        _effect_table(info.latents),
        _attribute_table(info.attributes),
    )
    blocks = (aligned(_facts(info)), aligned(made), *tables)
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
        facts |= _streaming(info)
    if info.prior is not None:
        facts |= _prior(info.prior)
    facts["receptive field"] = _samples(info.receptive_field, info.sample_rate)
    facts["parity"] = differences(info)
    facts["precision"] = ", ".join(filter(None, (info.precision, likeness(info))))
    facts["licence"] = info.licence
    facts["graph SHA-256"] = info.graph_sha256
    facts["schema"] = str(info.schema)
    return facts


#: What weights of 8 bits change in the sound, by the name of the figure.
_LIKENESS = {
    "latents_p50": "half of all latents move by {:.3f} at most",
    "latents_p99": "99 of 100 by {:.3f}",
    "snr": "noise {:.1f} dB below the sound",
    "log_mel": "log-mel change {:.3f}",
    "log_mel_model": "that of the model itself {:.3f}",
    "onsets": "onset correlation {:.3f}",
}


def differences(info: ArtifactInfo) -> str:
    """The largest differences from the model, such as ``random 7.2e-07, streamed 0.0e+00``."""
    return ", ".join(f"{k} {worst:.1e}" for k, worst in info.parity.items() if k not in _LIKENESS)


def likeness(info: ArtifactInfo) -> str:
    """What weights of 8 bits change in the sound; empty for other artifacts."""
    found = {key: info.parity[key] for key in _LIKENESS if key in info.parity}
    return ", ".join(_LIKENESS[key].format(value) for key, value in found.items())


def _streaming(info: ArtifactInfo) -> dict[str, str]:
    """The facts that streams and encoders have and clips do not."""
    latents = f"{info.latent_rate:.1f} latents a second"
    facts = {"hop": _samples(info.hop, info.sample_rate)}
    if info.kind == "stream":
        frames = "1 frame" if info.stride == 1 else f"{info.stride} frames"
        facts["stride"] = f"{frames} a latent, {latents}"
    else:
        facts["hop"] += f", {latents}"
    facts["latency"] = _samples(info.latency, info.sample_rate)
    facts["state"] = f"{info.state_size} numbers"
    facts["latent space"] = info.latent_space
    if info.dynamics is not None:
        facts["dynamics"] = (
            f"one-step error {info.dynamics.one_step_error:.1%} of the variance, "
            f"{info.dynamics.rate:.1f} steps a second"
        )
    return facts


def _prior(prior: PriorInfo) -> dict[str, str]:
    """What a prior can be asked for, and what it needs."""
    return {
        "genres": ", ".join(prior.genres),
        "attributes": ", ".join(f"{one.name} ({one.unit})" for one in prior.attributes) or "none",
        "proposals": "yes" if prior.hints else "no",
        "noise": f"{prior.noise} numbers a step",
        "context": f"{prior.context} steps",
    }


def aligned(facts: Mapping[str, str]) -> Iterator[str]:
    """A line for each fact, wrapped where it is long, with all values in one column."""
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


def _effect_table(latents: tuple[LatentInfo, ...]) -> Iterator[str]:
    """What each latent does; no lines where that was not measured."""
    shown = latents[:MOST_LATENTS]
    if not any(latent.effect for latent in shown):
        return
    width = max(len("latent"), *(len(_one_line(latent.name)) for latent in shown))
    yield f"{'latent':<{width}}  one standard deviation up"
    for latent in shown:
        effect = _one_line(latent.effect) or "not measured"
        yield f"{_one_line(latent.name):<{width}}  {effect}"


def _attribute_table(attributes: tuple[AttributeInfo, ...]) -> Iterator[str]:
    """The lines of the table; none where there are no attributes."""
    if not attributes:
        return
    names = [_one_line(attribute.name) for attribute in attributes]
    units = [_one_line(attribute.unit) for attribute in attributes]
    width, unit_width = max(map(len, ("attribute", *names))), max(map(len, ("unit", *units)))
    columns = "".join(f"{column:>10}" for column in ("mean", "std", "R²", "Spearman"))
    yield f"{'attribute':<{width}}  {'unit':<{unit_width}}{columns}"
    for name, unit, attribute in zip(names, units, attributes, strict=True):
        numbers = f"{attribute.mean:>10.4g}{attribute.std:>10.4g}{attribute.r2:>10.3f}"
        rank = "-" if attribute.spearman is None else f"{attribute.spearman:.3f}"
        yield f"{name:<{width}}  {unit:<{unit_width}}{numbers}{rank:>10}"


def _samples(count: int, rate: int) -> str:
    """A length in samples, and in milliseconds at a rate in Hz."""
    return f"{count} samples, {1000 * count / rate:.1f} ms"


def _provenance(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Names and values of the entries; of a group of groups, those of each inner group."""
    for name, value in values.items():
        if isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values()):
            yield from ((f"made: {name} {key}", _in_one(inner)) for key, inner in value.items())
        else:
            yield f"made: {name}", _in_one(value)


def _in_one(value: object) -> str:
    """A value, or the names and values of a group, as one text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return str(value)


def _one_line(text: str) -> str:
    """The text without line breaks and without anything that steers a terminal."""
    return printable(text, " ")
