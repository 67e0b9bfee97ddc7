"""A score of commands rendered without clock, device or threads: the same samples every time."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from musicvae.audio import Samples, Sound
from musicvae.live.engine.decoding import InlineDecoding
from musicvae.live.engine.engine import Engine
from musicvae.live.engine.loops import ClipDecoder, LoopMaker
from musicvae.live.osc.commands import DECKS, Command
from musicvae.live.player import Player


def render(
    decoder: ClipDecoder,
    score: Iterable[tuple[int, Command]],
    frames: int,
    *,
    sample_rate: int | None = None,
    channels: int = 2,
    gain_db: float = 0.0,
    block: int = 4096,
) -> Sound:
    """Render ``frames`` frames of a performance.

    Args:
        decoder: of a clip artifact.
        score: commands with the frame at which each takes effect, in order of frames.
        frames: length of the result; it does not fade out at the end.
        sample_rate: in Hz; ``None`` is the model's own.
        channels: of the result.
        gain_db: at the start.
        block: how many frames to render at once; changes the speed, never a sample.

    Returns:
        The sound, float32 of shape (frames, channels), never beyond the limiter's ceiling.
    """
    rate = sample_rate or decoder.info.sample_rate
    engine = Engine(rate, channels)
    maker = LoopMaker(decoder, rate, channels)
    deck = engine.decks[DECKS[0]]
    player = Player(engine, InlineDecoding(maker, deck.offer), decoder.info.latent_dim)
    deck.offer(maker(player.latents.copy()))
    player.start(gain_db)
    out = np.zeros((frames, channels), np.float32)
    for frame, command in score:
        _render_until(engine, out[:frame], block)
        player.apply([command])
    _render_until(engine, out, block)
    return Sound(out, rate)


def _render_until(engine: Engine, out: Samples, block: int) -> None:
    """Fill ``out`` from the engine's frame on."""
    while engine.frame < len(out):
        engine.render(out[engine.frame : engine.frame + block])
