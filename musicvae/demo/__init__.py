"""Demonstrates the whole chain on an embedded corpus: train, export, play over OSC."""

from __future__ import annotations

from pathlib import Path

#: The genre of the embedded corpus.
GENRE = "hiphop"


def corpus_folder() -> Path:
    """The folder of the embedded corpus: one genre, twenty clips of 16 s, free (see LICENSE.md)."""
    return Path(__file__).parent / "corpus"
