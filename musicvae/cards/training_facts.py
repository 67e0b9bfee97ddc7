"""What a model learnt from: read from its run, or from what its artifact says of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from musicvae.artifact.info import ArtifactInfo
from musicvae.errors import CardError
from musicvae.files import parse_json_object, read_bytes
from musicvae.models.card_parts import LINE, PARAGRAPH, Training
from musicvae.models.records import read_record, text
from musicvae.paths import AnyPath, input_file, last_part
from musicvae.vae.run import checkpoint
from musicvae.vae.run.folder import RunFolder

_CORPUS_BYTES = 65_536


@dataclass(frozen=True)
class Corpus:
    """A collection of sounds, as its author describes it in a JSON file.

    Attributes:
        name: what it is called.
        version: of the collection, or empty.
        licence: its licence.
        made: how it was made: one paragraph.
    """

    name: str = text(LINE, default="unstated")
    version: str = text(LINE, default="")
    licence: str = text(LINE, default="unstated")
    made: str = text(PARAGRAPH, default="")

    @classmethod
    def load(cls, path: AnyPath) -> Corpus:
        """Read a description of a corpus.

        Raises:
            CardError: there is no such file, or something in it cannot be.
        """
        file = input_file(path, "a description of a corpus", CardError)
        try:
            return read_record(cls, parse_json_object(read_bytes(file, _CORPUS_BYTES), 2**16))
        except (OSError, ValueError) as error:
            raise CardError(
                f"{file.name!r:.80} does not describe a corpus",
                expected='JSON with "name", "version", "licence" and "made"',
                received=str(error),
            ) from error


def training_of_run(run: RunFolder, corpus: Corpus | None = None) -> Training:
    """The facts of a run.

    Args:
        run: a finished run.
        corpus: what it learnt from; by default only the name of its folder is known.

    Raises:
        RunError: a file of the run is missing or damaged.
    """
    described, report, recipe = run.describe(), run.report(), run.recipe()
    learnt = set(run.sides()["train"])
    seconds = sum(
        float(track.get("seconds", 0)) for track in report["tracks"] if track["key"] in learnt
    )
    spent = [row["seconds"] for row in run.history() if "seconds" in row]
    return Training(
        **_corpus(corpus),
        digest=described["train_digest"],
        tracks=len(learnt),
        sound_minutes=round(seconds / 60, 2),
        steps=checkpoint.counters_of(run.best)["step"],
        minutes=round(max(spent, default=0.0) / 60, 1),
        seed=recipe.seed,
        recipe=recipe.name,
        started_from=_start(described.get("from", {})),
        versions=_versions(described["versions"]),
    )


def training_of_artifact(info: ArtifactInfo, corpus: Corpus | None = None) -> Training:
    """The facts that an artifact says of its training: steps, seed, digest, versions."""
    made = info.provenance
    recipe = made.get("recipe")
    return Training(
        **_corpus(corpus),
        digest=str(made.get("data_sha256", "")),
        steps=_whole(made.get("steps")),
        seed=_whole(made.get("seed")),
        recipe=str(recipe.get("name", "")) if isinstance(recipe, Mapping) else info.recipe,
        versions=_versions(made.get("versions")),
    )


def kbits_of(info: ArtifactInfo) -> float | None:
    """What the latents of an artifact carry: KL from the prior to the posterior, in kbit/s.

    It is the mean over the unheard tracks of its training, which exports write into the artifact in
    nats for each latent step; ``None`` where this one does not say.
    """
    nats = info.provenance.get("test_kl")
    if not isinstance(nats, int | float) or not 0 <= nats < 1e6:
        return None
    return round(nats * info.latent_rate / math.log(2) / 1000, 3)


def _corpus(corpus: Corpus | None) -> dict[str, Any]:
    corpus = corpus or Corpus("unstated")
    return {
        "corpus": corpus.name,
        "corpus_version": corpus.version,
        "corpus_licence": corpus.licence,
        "corpus_made": corpus.made,
    }


def _start(start: Mapping[str, Any]) -> str:
    """What a run began with, in words; empty where it began with nothing."""
    if not start:
        return ""
    frozen = " and ".join(start.get("frozen", []))
    name = last_part(str(start.get("run", "another run")))
    return f"{name}, {frozen} frozen" if frozen else name


def _versions(values: object) -> dict[str, str]:
    return {str(k): str(v) for k, v in values.items()} if isinstance(values, Mapping) else {}


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
