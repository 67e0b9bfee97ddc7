"""The card of a model: what it is, what it was trained on, how good it is, how to make it again.

>>> card = ModelCard.load("jazz.card.json")  # doctest: +SKIP
>>> card.figures.onsets  # doctest: +SKIP
0.986
>>> card.problems(musicvae.inspect("jazz.onnx"), "jazz.onnx")  # doctest: +SKIP
[]
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicvae.artifact.info import ArtifactInfo
from musicvae.errors import CardError
from musicvae.files import parse_json_object, read_bytes, write_json
from musicvae.models.card_parts import (
    LINE,
    NAME,
    PARAGRAPH,
    AttributeLine,
    Figures,
    FileFacts,
    LatentLine,
    MemoryFacts,
    PriorFacts,
    Training,
)
from musicvae.models.file_facts import file_facts, minutes_of
from musicvae.models.records import (
    digest,
    read_record,
    record,
    records,
    text,
    texts,
    whole,
)
from musicvae.paths import AnyPath, expand, input_file, output_file

if TYPE_CHECKING:
    from musicvae.latents.memory.memory_header import MemoryHeader

#: The version of the card that is written today.
SCHEMA = 1
#: Largest card in bytes, most lists and objects, most values.
MAX_CARD, _LISTS, _VALUES = 2**18, 6_000, 20_000
#: The ending of a card's file name.
ENDING = ".json"

#: Fields that a card and the description in its artifact both have.
_SHARED = ("latent_space", "sample_rate", "channels", "latent_dim", "latency")


@dataclass(frozen=True)
class ModelCard:
    """All that is known of a model, as JSON.

    Attributes:
        name: the model's name, such as ``"jazz"``.
        genre: name of the music.
        summary: one sentence for a list of models.
        licence: of the artifacts, as their author states it.
        latent_space: 16 hex digits; models with the same digits understand each other's latents.
        sample_rate: in Hz.
        channels: 1 or 2.
        latent_dim: D, how many latents there are.
        latency: algorithmic latency in samples.
        decoder: the file of the decoder.
        encoder: the file of the encoder, or ``None``.
        memory: the encoded tracks that come with it, or ``None``.
        prior: what makes new music for it, or ``None``.
        training: what it learnt from, or ``None`` where it is not known.
        figures: how close its reconstructions of unheard tracks are, or ``None``.
        latents: what each latent does, in order.
        attributes: what can be moved by name.
        limits: what it cannot do: one sentence each.
        commands: how to make it again, one command each.
        schema: version of this card.
    """

    name: str = text(NAME)
    genre: str = text(LINE)
    summary: str = text(LINE)
    licence: str = text(LINE)
    latent_space: str = digest(16, default="", kw_only=True)
    sample_rate: int = whole(1_000, 192_000, kw_only=True)
    channels: int = whole(1, 2, kw_only=True)
    latent_dim: int = whole(1, 4_096, kw_only=True)
    latency: int = whole(0, 2**26, default=0, kw_only=True)
    decoder: FileFacts = record(FileFacts, kw_only=True)
    encoder: FileFacts | None = record(FileFacts, default=None)
    memory: MemoryFacts | None = record(MemoryFacts, default=None)
    prior: PriorFacts | None = record(PriorFacts, default=None)
    training: Training | None = record(Training, default=None)
    figures: Figures | None = record(Figures, default=None)
    latents: tuple[LatentLine, ...] = records(LatentLine, 4_096)
    attributes: tuple[AttributeLine, ...] = records(AttributeLine, 64)
    limits: tuple[str, ...] = texts(32, PARAGRAPH)
    commands: tuple[str, ...] = texts(64, PARAGRAPH)
    schema: int = whole(1, 10**6, default=SCHEMA)

    @classmethod
    def load(cls, path: AnyPath) -> ModelCard:
        """Read a card; whatever is in the file, this takes little time and memory.

        Raises:
            CardError: there is no such file, or it is no card, or a newer musicvae wrote it.
        """
        file = input_file(path, "a model card", CardError)
        try:
            return cls.parse(read_bytes(file, MAX_CARD), file.name)
        except (OSError, ValueError) as error:
            if isinstance(error, CardError):
                raise
            raise _unreadable(file.name, str(error)) from error

    @classmethod
    def parse(cls, data: bytes | str, name: str = "the card") -> ModelCard:
        """The card of a JSON text.

        Args:
            data: the text.
            name: of the file, for errors.

        Raises:
            CardError: as :meth:`load`.
        """
        try:
            values = parse_json_object(data, MAX_CARD, lists=_LISTS, values=_VALUES)
            _refuse_newer(values.get("schema"), name)
            card = read_record(cls, values)
            card._check_latents()
        except ValueError as error:
            if isinstance(error, CardError):
                raise
            raise _unreadable(name, str(error)) from error
        return card

    def to_json(self) -> str:
        """The card as indented JSON.

        Raises:
            CardError: a field holds what no card may.
        """
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False)
        self.parse(text, f"the card of {self.name!r:.60}")
        return text

    def save(self, path: AnyPath) -> Path:
        """Write the card, whole or not at all; returns the path.

        Raises:
            CardError: a field holds what no card may, or the path cannot be a card.
            OSError: the file cannot be written.
        """
        file = output_file(path, (ENDING,), error=CardError)
        write_json(file, json.loads(self.to_json()))
        return file

    def problems(self, info: ArtifactInfo, file: AnyPath) -> list[str]:
        """Say, for people, in what this card does not fit an artifact; nothing where it fits.

        Args:
            info: the artifact's description; a decoder or an encoder.
            file: its path.
        """
        return list(self._problems(info, expand(file, CardError)))

    def memory_problems(self, header: MemoryHeader, file: AnyPath) -> list[str]:
        """The same for a memory; a card that lists none says nothing of it.

        Args:
            header: of the memory.
            file: its path.
        """
        mine, path = self.memory, expand(file, CardError)
        if mine is None:
            return []
        told = {
            "tracks": (mine.tracks, len(header.parts)),
            "minutes": (mine.minutes, minutes_of(header)),
            "licence": (mine.licence, header.licence),
        }
        return [*_differences(told, path), *_file_problems(mine, path)]

    def prior_problems(self, info: ArtifactInfo, file: AnyPath) -> list[str]:
        """The same for a prior, of which a card that lists none says nothing.

        Args:
            info: the prior's description.
            file: its path.
        """
        mine, path = self.prior, expand(file, CardError)
        if mine is None or info.prior is None:
            return []
        told = {
            "genres": (mine.genres, info.prior.genres),
            "licence": (mine.licence, info.licence),
        }
        return [*_differences(told, path), *_file_problems(mine, path)]

    def _problems(self, info: ArtifactInfo, file: Path) -> Iterator[str]:
        kind = "encoder" if info.kind == "encoder" else "decoder"
        facts = self.encoder if kind == "encoder" else self.decoder
        for name in _SHARED:
            mine, its = getattr(self, name), getattr(info, name)
            if mine != its:
                yield f"{name} is {its!r:.40} in {file.name}, and {mine!r:.40} in the card"
        if kind == "decoder" and info.genre != self.genre:
            yield f"genre is {info.genre!r:.60} in {file.name}, and {self.genre!r:.60} in the card"
        if info.licence != self.licence:
            its, mine = f"{info.licence!r:.60}", f"{self.licence!r:.60}"
            yield f"licence is {its} in {file.name}, and {mine} in the card"
        if facts is None:
            yield f"the card knows no {kind}"
        else:
            yield from _file_problems(facts, file)

    def _check_latents(self) -> None:
        """Refuse latents that are not those of the model, in order."""
        if [line.index for line in self.latents] != list(range(len(self.latents))):
            raise ValueError("latents are not in the order 0, 1, 2, …")
        if len(self.latents) not in (0, self.latent_dim):
            raise ValueError(f"latents are {len(self.latents)}, not {self.latent_dim}")


def _differences(told: Mapping[str, tuple[object, object]], file: Path) -> Iterator[str]:
    """What is one thing in the card, and another in the file."""
    for what, (said, its) in told.items():
        if said != its:
            yield f"{what} is {its!r:.60} in {file.name}, and {said!r:.60} in the card"


def _file_problems(facts: FileFacts, file: Path) -> Iterator[str]:
    try:
        size = file.stat().st_size
        if size != facts.bytes:
            yield f"{file.name} has {size} bytes, and {facts.bytes} in the card"
        elif file_facts(file).sha256 != facts.sha256:
            yield f"{file.name} is not the file of the card: its SHA-256 is another"
    except (OSError, ValueError) as error:
        yield f"{file.name} cannot be read: {error}"


def _refuse_newer(schema: object, name: str) -> None:
    if isinstance(schema, int) and schema > SCHEMA:
        raise CardError(
            f"{name!r:.80} is a card from a newer musicvae",
            expected=f"schema {SCHEMA} or older",
            received=f"schema {schema!r:.20}",
            hint="pip install --upgrade musicvae",
        )


def _unreadable(name: str, reason: str) -> CardError:
    return CardError(
        f"{name!r:.80} is no model card",
        expected="a card as `musicvae models measure` writes",
        received=reason,
        hint="copy the file again, or make it again with `musicvae models measure`",
    )
