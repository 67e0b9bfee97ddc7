"""Uses an artifact: lists, prints, loads, plays it, and then a good one of the same latents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from musicvae.artifact.reading import inspect
from musicvae.artifact.text import describe
from musicvae.audio import Sound
from musicvae.errors import MusicVAEError
from musicvae.live.engine.describing import describe as state_of
from musicvae.live.engine.engine import SEGMENT
from musicvae.live.storage.library import ModelRow
from musicvae.live.table import ADDRESSES
from uses.stage import RATE, Stage, WrongError, check_text

_NAME = "strange"


def use(folder: Path) -> str:
    """Use ``strange.onnx`` beside ``good.onnx``; returns the outcome."""
    stage = Stage(folder)
    rows = {row.name: row for row in stage.library.models()}
    if rows["good"].reason:
        raise WrongError("a good artifact cannot be played beside a strange one")
    row = rows[_NAME]
    check_text(f"{row.reason}")
    if row.info is None:
        return "refused at reading"
    _show(row)
    if row.info.kind == "encoder":
        return _encode(row)
    stage.engine.model_frames = SEGMENT // (row.info.hop or SEGMENT)
    try:
        stage.do(["/model/load", _NAME])
    except MusicVAEError as error:
        check_text(str(error))
        return "refused at loading"
    _play(stage, row.info.latent_dim)
    stage.do(["/model/load", "good"])
    stage.attempt([["/latent/norm", *[0.5] * 4], ["/walk", 1.0], ["/source", "walk"]])
    stage.listen(12)
    return "played"


def _show(row: ModelRow) -> None:
    """Print the description in both ways, as ``inspect`` does."""
    info = inspect(row.path)
    check_text(describe(info))
    text = json.dumps(json.loads(info.to_json()), ensure_ascii=False)
    text.encode("utf-8")
    json.loads(text, parse_constant=_not_a_number)


def _play(stage: Stage, width: int) -> None:
    """Everything that maps, moves or keeps latents by what the description says."""
    stage.listen(4)
    batches: tuple[list[list[Any]], ...] = (
        [["/latent/norm", *[share] * min(width, 4096)] for share in (0.0, 1.0, 0.3)],
        [[f"/latent/norm/{index}", 1.0] for index in range(min(width, 8))],
        [["/attr/loudness", 3.0], ["/attr/brightness", -3.0]],
        [["/seed", 1], ["/walk", 100.0], ["/source", "walk"]],
        [["/source", "held"], ["/glide", 0.0], ["/latent", *[1000.0] * min(width, 4096)]],
        [["/panic"], ["/play", 1], ["/latent/0", 1.0]],
    )
    for messages in batches:
        stage.attempt(messages)
        stage.listen(4)
    deck: Any = stage.engine.decks["a"]
    json.dumps(state_of(deck, ADDRESSES), allow_nan=False)


def _encode(row: ModelRow) -> str:
    """Encode a moment of noise."""
    from musicvae.runtime.encoder import Encoder

    try:
        encoder = Encoder(row.path)
        noise = np.random.default_rng(0).uniform(-0.5, 0.5, (RATE // 4, 2)).astype(np.float32)
        latents = encoder.encode(Sound(noise, RATE))
        encoder.tape(Sound(noise, RATE))
    except MusicVAEError as error:
        check_text(str(error))
        return "refused at encoding"
    if not np.isfinite(latents).all():
        raise WrongError("latents that are not finite")
    return "encoded"


def _not_a_number(text: str) -> None:
    raise WrongError(f"{text} in JSON")
