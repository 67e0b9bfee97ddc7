"""Directions that move the sound of a stream: fitted to the training tracks, proved on others."""

from __future__ import annotations
from typing import Any


def fit_moves(*arguments: Any) -> tuple[Any, ...]:
    return ()
