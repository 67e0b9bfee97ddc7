"""Makes the card of a model from its artifacts, from unheard tracks, and from its run if there.

>>> card = make_card("jazz.onnx", "encoder.onnx", unheard("genres", "jazz"))  # doctest: +SKIP
>>> card.save("jazz.json")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicvae.artifact.info import ArtifactInfo
from musicvae.cards.measuring import Instrument, Progress, measure
from musicvae.cards.training_facts import (
    Corpus,
    kbits_of,
    training_of_artifact,
    training_of_run,
)
from musicvae.data.sides import sides
from musicvae.data.tracks import scan
from musicvae.errors import DataError
from musicvae.latents.memory import Memory
from musicvae.models.card import ModelCard
from musicvae.models.card_parts import AttributeLine, Figures, LatentLine, MemoryFacts, PriorFacts
from musicvae.models.file_facts import file_facts, memory_facts, prior_facts
from musicvae.models.folder import memory_of, prior_of
from musicvae.paths import AnyPath, expand, input_file
from musicvae.runtime.prior import Prior
from musicvae.vae.run.folder import RunFolder

#: Differences beyond these are told as limits: of level and of width in one track, and of
#: roughness, in dB; and an onset correlation below this.
_LEVEL, _WIDTH, _ROUGHNESS, _ONSETS = 1.0, 2.0, 1.0, 0.95


@dataclass(frozen=True)
class About:
    """What only an author can say of a model; everything else in a card is measured or read.

    Attributes:
        name: the model's name; by default that of its genre.
        summary: one sentence; by default one that is made of the facts.
        corpus: the sounds that it learnt from.
        limits: further limits, one sentence each.
        commands: how to make it again.
    """

    name: str = ""
    summary: str = ""
    corpus: Corpus = field(default_factory=Corpus)
    limits: Sequence[str] = ()
    commands: Sequence[str] = ()


def make_card(
    decoder: AnyPath,
    encoder: AnyPath,
    tracks: Sequence[Path],
    *,
    memory: AnyPath | None = None,
    prior: AnyPath | None = None,
    run: AnyPath | None = None,
    about: About | None = None,
    progress: Progress | None = None,
) -> ModelCard:
    """The card of a stream decoder; needs no TensorFlow.

    Args:
        decoder: an artifact of kind ``"stream"``.
        encoder: the encoder of its latent space.
        tracks: sound files that it never heard, of its own kind of music.
        memory: the encoded tracks that come with it; ``None`` is ``jazz.memory`` beside
            ``jazz.onnx``, if it is there.
        prior: what makes new music for it; ``None`` is ``jazz.prior.onnx`` there.
        run: folder of the run that it was exported from, which knows more of its training.
        about: what its author says of it.
        progress: told each track before it is measured.

    Raises:
        ArtifactError, MemoryBankError, LatentError: an artifact, the memory or the prior cannot be
            used, or they do not fit together.
        DataError: there are no tracks, or the model has learnt from one of them.
        AudioError: a track cannot be read, or is shorter than 1.5 s.
        RunError: a file of the run is missing or damaged, or the run is not that of the decoder.
        MissingExtraError: librosa is not installed.
    """
    about = about or About()
    decoder, encoder = (input_file(path, "an .onnx file") for path in (decoder, encoder))
    instrument = Instrument(decoder, encoder)
    info = instrument.decoder.info
    held = _memory(memory or memory_of(decoder), info)
    new = _prior(prior or prior_of(decoder), info)
    folder = None if run is None else RunFolder.open(run)
    if folder is not None:
        refuse_heard(tracks, folder)
    figures = measure(tracks, instrument.reconstruct, kbits_of(info), progress)
    training = (
        training_of_artifact(info, about.corpus)
        if folder is None
        else training_of_run(folder, about.corpus)
    )
    return ModelCard(
        name=about.name or info.genre,
        genre=info.genre,
        summary=about.summary or _summary(info),
        licence=info.licence,
        latent_space=info.latent_space,
        sample_rate=info.sample_rate,
        channels=info.channels,
        latent_dim=info.latent_dim,
        latency=info.latency,
        decoder=file_facts(decoder),
        encoder=file_facts(encoder),
        memory=held,
        prior=new,
        training=training,
        figures=figures,
        latents=tuple(_latents(info)),
        attributes=tuple(
            AttributeLine(each.name, each.unit, each.spearman) for each in info.attributes
        ),
        limits=(*_limits(info, figures, held), *about.limits),
        commands=tuple(about.commands),
    )


def _memory(path: AnyPath | None, info: ArtifactInfo) -> MemoryFacts | None:
    """What a memory holds, which the decoder can play."""
    if path is None:
        return None
    Memory.load(path).check_space(info.latent_space, info.latent_dim)
    return memory_facts(path)


def _prior(path: AnyPath | None, info: ArtifactInfo) -> PriorFacts | None:
    """What a prior knows, which makes latents for the decoder."""
    if path is None:
        return None
    Prior(path).check_space(info.latent_space)
    return prior_facts(path)


def unheard(folder: AnyPath, genre: str | None = None, split: str | None = None) -> list[Path]:
    """The sound files of a folder, or those of them that a training would keep for testing.

    Args:
        folder: with sound files, or with a folder for each genre.
        genre: the model's; only these tracks, if there is a folder for it.
        split: the rule of the training, such as ``"last 2"``; ``None`` takes every track.

    Raises:
        DataError: there is no such folder, or no sound file in it.
        SettingError: ``split`` is no rule.
    """
    if split is not None:
        return sides(folder, split, genre, any_name=True).unheard
    found = scan(folder, genre, any_name=True).tracks
    return [track.path for track in sorted(found, key=lambda each: each.key)]


def refuse_heard(tracks: Sequence[Path], run: RunFolder) -> None:
    """Refuse tracks that a run has learnt from.

    Raises:
        DataError: one of them is such a track.
        RunError: a file of the run is missing or damaged.
    """
    folder = expand(run.report()["folder"])
    learnt = {(folder / key).resolve() for key in run.sides()["train"]}
    heard = [path.name for path in tracks if path.resolve() in learnt]
    if heard:
        raise DataError(
            "the model has learnt from these tracks, so they show nothing",
            expected="tracks that were kept for testing, or of another collection",
            received=f"{len(heard)} of {len(tracks)} were learnt from, such as {heard[0]!r:.80}",
            hint=f"--split {run.recipe().split!r} takes the tracks that its training kept",
        )


def _summary(info: ArtifactInfo) -> str:
    channels = "mono" if info.channels == 1 else "stereo"
    return f"{info.genre.capitalize()}, {info.latent_dim} latents, {info.sample_rate} Hz {channels}"


def _latents(info: ArtifactInfo) -> Iterator[LatentLine]:
    """A line for each latent: its share of the variance, and what it does to the sound."""
    for index, latent in enumerate(info.latents):
        yield LatentLine(index, latent.explained_variance, latent.effect)


def _limits(info: ArtifactInfo, figures: Figures, memory: MemoryFacts | None) -> Iterator[str]:
    """What the figures show that it cannot do."""
    yield f"Its sound lags {1000 * info.latency / info.sample_rate:.0f} ms behind its latents."
    yield f"It plays nothing above {info.sample_rate / 2000:.1f} kHz."
    if figures.level_worst > _LEVEL:
        yield f"A track may come back {figures.level_worst:.1f} dB louder or quieter than it was."
    if figures.width_worst is not None and figures.width_worst > _WIDTH:
        yield f"The stereo width of a track may differ by {figures.width_worst:.1f} dB."
    if figures.onsets < _ONSETS:
        yield f"Attacks are blurred: onsets correlate {figures.onsets:.2f} with those of the track."
    rough = figures.roughness or 0.0
    if abs(rough) > _ROUGHNESS:
        how = "smoother" if rough < 0 else "rougher"
        yield f"It is {how} than music: small fluctuations are {abs(rough):.1f} dB off."
    if memory is not None:
        yield (
            "Its memory plays passages of real tracks again: share it only as their licence "
            f"allows ({memory.licence})."
        )
