"""A run that is ready to be trained: its folder, its recipe and its tracks."""

from __future__ import annotations

from dataclasses import dataclass

from musicvae.data.corpus import Corpus
from musicvae.recipes import Recipe
from musicvae.vae.run.folder import RunFolder


@dataclass(frozen=True)
class Prepared:
    """Everything that a training loop needs to begin.

    Attributes:
        run: the run folder.
        recipe: with every setting decided.
        train: tracks to train on.
        test: tracks to test on.
        report: which files are used and which are skipped, with reasons, as text; empty for a
            resumed run.
        frozen: parts of the model that keep their weights, ``"encoder"`` or ``"decoder"``.
        changed: whether a resumed run goes on with settings that it was not planned with.
    """

    run: RunFolder
    recipe: Recipe
    train: Corpus
    test: Corpus
    report: str = ""
    frozen: tuple[str, ...] = ()
    changed: bool = False
