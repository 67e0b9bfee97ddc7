"""Finds ready models by name: those that plug-ins bring, and those in the user's folder.

Both are one list of names. A name that is in both, or in one of them twice, is an error that names
both places.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from musicvae.errors import DuplicateNameError, MusicVAEError, UnknownNameError
from musicvae.models.folder import (
    artifacts,
    card_of,
    encoder_of,
    memory_of,
    models_folder,
    prior_of,
)
from musicvae.models.ready import READY_MODELS, Part, ReadyModel
from musicvae.text import printable

#: The files of a model that a plug-in may bring.
_PARTS: tuple[Part, ...] = ("decoder", "encoder", "card", "run", "memory", "prior")
#: Names that an error lists.
_SHOWN = 40


@dataclass(frozen=True)
class Model:
    """A model that was found by name. Its files are there; none was opened.

    Attributes:
        name: by which it was found.
        source: where it comes from, for people: a distribution with its version, or a folder.
        artifact: the decoder; a file of the user's folder may also be an encoder.
        encoder: the encoder that was declared for it or lies beside it, or ``None``.
        card: its card, or ``None``.
        run: the run folder that a training may start from, or ``None``.
        memory: the encoded tracks that a deck improvises over, or ``None``.
        prior: the artifact that makes new latents for it, or ``None``.
        declared: what its plug-in says of it; ``None`` for a file of the user's folder.
    """

    name: str
    source: str
    artifact: Path
    encoder: Path | None = None
    card: Path | None = None
    run: Path | None = None
    declared: ReadyModel | None = None
    memory: Path | None = None
    prior: Path | None = None


@dataclass(frozen=True)
class ModelRecord:
    """One name with its model, or with the reason why there is none.

    Attributes:
        name: the name.
        sources: where it comes from: distributions, folders; several where they clash.
        value: the model, or ``None``.
        problem: why there is none, or ``None``.
    """

    name: str
    sources: tuple[str, ...]
    value: Model | None = None
    problem: str | None = None


def names() -> list[str]:
    """All names, sorted; imports no plug-in and opens no file."""
    return sorted({*READY_MODELS.names(), *artifacts()})


def find(name: str) -> Model:
    """The model of a name.

    Raises:
        UnknownNameError: there is none; the message lists those that there are.
        DuplicateNameError: the name stands for more than one.
        BrokenPluginError: its plug-in does not load, or one of its files is missing.
    """
    return _find(normalize("NFC", name), artifacts())


def find_all() -> Iterator[ModelRecord]:
    """Every name with its model or its problem; imports all plug-ins that bring models."""
    folder = artifacts()
    for name in sorted({*READY_MODELS.names(), *folder}):
        parents = dict.fromkeys(_shown(file.parent) for file in folder.get(name, ()))
        sources = (*READY_MODELS.claimants(name), *parents)
        try:
            yield ModelRecord(name, sources, value=_find(name, folder))
        except MusicVAEError as error:
            yield ModelRecord(name, sources, problem=str(error))


def _find(name: str, folder: Mapping[str, list[Path]]) -> Model:
    files, claimed = folder.get(name, []), READY_MODELS.claimants(name)
    if len(files) + len(claimed) > 1:
        raise DuplicateNameError(
            f"the name {printable(name)!r} stands for more than one model",
            expected="one model for each name",
            received=" and ".join((*claimed, *map(_shown, files))),
            hint="uninstall one, or give the file another name; a path is always one file",
        )
    if files:
        file = files[0]
        card, memory, prior = card_of(file), memory_of(file), prior_of(file)
        encoder = encoder_of(file)
        return Model(name, _shown(file.parent), file, encoder, card, memory=memory, prior=prior)
    if not claimed:
        raise _unknown(name)
    return _declared(READY_MODELS.get(name), claimed[0])


def _declared(ready: ReadyModel, distribution: str) -> Model:
    try:
        parts = [ready.file(part) for part in _PARTS]
    except MusicVAEError as error:
        error.hint = f"pip install --force-reinstall {distribution.split()[0]}"
        raise
    decoder, encoder, card, run, memory, prior = parts
    if decoder is None:  # the type allows it, the class does not
        raise _unknown(ready.name)
    return Model(ready.name, distribution, decoder, encoder, card, run, ready, memory, prior)


def _unknown(name: str) -> UnknownNameError:
    known = names()
    advice = READY_MODELS.advice(name, known)
    if not known:
        advice += f", or put .onnx files into {_shown(models_folder())}"
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    listed = ", ".join(map(printable, known[:_SHOWN])) + more
    beside = Path(f"{name}.onnx")
    return UnknownNameError(
        f"no ready model named {printable(name)!r:.80} is installed",
        expected=listed or "none: no ready model is installed",
        received=printable(name, most=80),
        hint=f"for the file: {printable(str(beside))}"
        if os.path.isfile(beside)  # noqa: PTH113 (a name may be too long for a file)
        else advice,
    )


def _shown(path: Path) -> str:
    return printable(str(path))
