"""Writes a model card as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from musicvae.models.card_parts import Figures, Training
from musicvae.text import printable

if TYPE_CHECKING:
    from musicvae.models.card import ModelCard


def markdown(card: ModelCard) -> str:
    """The card in sections: facts, training, figures, latents, attributes, limits, commands.

    Nothing of what a stranger wrote in it can steer a terminal, or break a table.
    """
    sections = (
        _facts(card),
        _training(card.training),
        _figures(card.figures, card.channels),
        _latents(card),
        _attributes(card),
        _list("Limits", card.limits),
        _commands(card.commands),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, sections) if lines) + "\n"


def _facts(card: ModelCard) -> Iterator[str]:
    yield f"# {_plain(card.name)}\n"
    yield f"{_plain(card.summary)}\n"
    channels = "mono" if card.channels == 1 else "stereo"
    rows = [
        ("genre", card.genre),
        ("sound", f"{card.sample_rate} Hz, {channels}"),
        ("latents", f"{card.latent_dim}, in latent space {card.latent_space or '(unstated)'}"),
        ("latency", f"{1000 * card.latency / card.sample_rate:.1f} ms, {card.latency} samples"),
        ("decoder", f"{card.decoder.bytes / 1e6:.2f} MB, SHA-256 {card.decoder.sha256}"),
    ]
    if card.encoder:
        size, sha256 = card.encoder.bytes / 1e6, card.encoder.sha256
        rows.append(("encoder", f"{size:.2f} MB, SHA-256 {sha256}"))
    if memory := card.memory:
        held = f"{memory.minutes:.1f} minutes of {memory.tracks} track(s), {memory.licence}"
        rows.append(("memory", f"{held}, {memory.bytes / 1e6:.2f} MB, SHA-256 {memory.sha256}"))
    if prior := card.prior:
        knows = f"{len(prior.genres)} genre(s), {prior.licence}"
        rows.append(("prior", f"{knows}, {prior.bytes / 1e6:.2f} MB, SHA-256 {prior.sha256}"))
    yield from _table(("", ""), [*rows, ("licence", card.licence)])


def _training(training: Training | None) -> Iterator[str]:
    if training is None:
        return
    yield "## What it was trained on\n"
    if training.corpus_made:
        yield f"{_plain(training.corpus_made)}\n"
    version = f", version {training.corpus_version}" if training.corpus_version else ""
    rows = [
        ("corpus", f"{training.corpus}{version}"),
        ("its licence", training.corpus_licence),
        ("learnt from", f"{training.tracks} tracks, {training.sound_minutes:.0f} minutes of sound"),
        ("training", f"{training.steps} steps, {training.minutes:.0f} minutes"),
        ("recipe", f"{training.recipe}, seed {training.seed}"),
        ("started from", training.started_from),
        ("SHA-256 of the tracks", training.digest),
        ("versions", ", ".join(f"{name} {which}" for name, which in training.versions.items())),
    ]
    yield from _table(("", ""), [row for row in rows if row[1]])


def _figures(figures: Figures | None, channels: int) -> Iterator[str]:
    if figures is None:
        return
    yield "## How good it is\n"
    yield (
        f"Means over {figures.tracks} tracks that it never heard ({figures.seconds:.0f} s), "
        "encoded and decoded again:\n"
    )
    rows = [
        ("log-mel L1", f"{figures.log_mel:.3f}", "0 is equal"),
        ("multi-resolution STFT", f"{figures.stft:.3f}", "0 is equal"),
        ("onset correlation", f"{figures.onsets:.3f}", "1 is equal"),
        ("level", f"{figures.level:+.2f} dB", f"at most {figures.level_worst:.2f} dB in a track"),
    ]
    if channels == 2 and figures.width is not None:
        worst = f"at most {figures.width_worst or 0:.2f} dB in a track"
        rows.append(("stereo width", f"{figures.width:+.2f} dB", worst))
    if figures.texture is not None:
        rows.append(("texture distance", f"{figures.texture:.2f} dB", "0 is equal"))
    if figures.roughness is not None:
        rows.append(("roughness", f"{figures.roughness:+.2f} dB", "below 0 is smoother"))
    if figures.kbits is not None:
        rows.append(("the latents carry", f"{figures.kbits:.1f} kbit/s", "KL from the prior"))
    yield from _table(("figure", "value", ""), rows)


def _latents(card: ModelCard) -> Iterator[str]:
    if card.latents:
        yield "## What each latent moves\n"
        rows = [(str(line.index), f"{line.share:.1%}", line.text) for line in card.latents]
        yield from _table(("latent", "share of variance", "moves"), rows)


def _attributes(card: ModelCard) -> Iterator[str]:
    if card.attributes:
        yield "## What can be moved by name\n"
        rows = [
            (line.name, line.unit, "-" if line.spearman is None else f"{line.spearman:.2f}")
            for line in card.attributes
        ]
        yield from _table(("attribute", "unit", "follows the knob (Spearman)"), rows)


def _list(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}\n"
        yield from (f"- {_plain(line)}" for line in lines)


def _commands(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield "## How to make it again\n"
        yield "```"
        yield from (printable(line, " ") for line in lines)
        yield "```"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield f"| {' | '.join(_plain(cell).replace('|', '/') for cell in row)} |"


def _plain(text: str) -> str:
    """The text on one line, without anything that steers a terminal."""
    return printable(text, " ")
