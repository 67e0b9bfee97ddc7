"""Uses a score: reads it and renders its beginning."""

from __future__ import annotations

from pathlib import Path

from grammars.scores import PATH

from musicvae.live.stage.rendering import ScoreRenderer
from musicvae.live.storage.library import Library
from musicvae.live.storage.scores import read_score
from musicvae.live.table import ADDRESSES
from uses.stage import MOST_CALLS, Work, WrongError, check_sound, decoders

#: Sample frames that are rendered: a score may ask for days.
_MOST = 30_000
_BLOCK = 512
#: Calls that one message may make offline, where it is applied on its own.
_CALLS_OF_ONE = 500


def use(folder: Path) -> str:
    """Render the first seconds; returns the outcome, raises what the score is refused with."""
    score = read_score(folder / PATH)
    if score.start_frame > _MOST or score.rate < 4000 or score.channels > 8:
        return "read, but not rendered"
    renderer = ScoreRenderer(score, Library([folder], folder), ADDRESSES, decoders())
    blocks, frames = renderer.blocks(_BLOCK), 0
    most = MOST_CALLS + _CALLS_OF_ONE * sum(len(batch) for _, batch in score.events)
    while frames < min(renderer.frames, _MOST):
        # Everything of one moment comes before one block, and offline nobody waits for it.
        with Work("the rendering of one block", most, live=False):
            block = next(blocks, None)
        if block is None:
            raise WrongError("the score ends before its end")
        check_sound(block)
        frames += len(block)
    return "rendered"
