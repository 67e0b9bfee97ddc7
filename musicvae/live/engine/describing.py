"""Controls -> the messages that set others just like them: what a preset and a score hold."""

from __future__ import annotations

from musicvae.live.commands.command import Value
from musicvae.live.engine.controls import Controls
from musicvae.live.engine.sources import TapeSource

Message = list[Value]


def describe(controls: Controls) -> list[Message]:
    """Messages without a deck, in the order in which they must be applied.

    What glides is described by where it is going. ``/freeze`` and ``/hold`` are gestures of the
    moment, not how a deck is set, and are left out. Floats are just what float32 holds, so that
    recalling them is exact to the bit.
    """
    names = [attribute.name for attribute in controls.info.attributes]
    amounts = controls.attributes.target.tolist()
    tape, source = [], controls.source
    if controls.tape is not None:
        tape = _tape(controls.tape)
    elif source == "tape":  # on a deck that has one, it would play
        source = "held"
    return [
        ["/glide", controls.glide_ms],
        ["/latent/clamp", controls.low, controls.high],
        ["/latent", *controls.held.target.tolist()],
        ["/latent/scale", *controls.scale.target.tolist()],
        ["/latent/bias", *controls.bias.target.tolist()],
        *([f"/attr/{name}", amount] for name, amount in zip(names, amounts, strict=True)),
        ["/walk", controls.walk.speed, controls.walk.radius],
        ["/seed", controls.walk.seed],
        *tape,
        ["/source", source],
    ]


def _tape(tape: TapeSource) -> list[Message]:
    frames = tape.frames
    state: list[Message] = [
        ["/tape/load", tape.name],
        ["/tape/scrub", min(1.0, max(0.0, tape.position / frames))],
        ["/tape/rate", tape.rate],
        ["/tape/loop", tape.start / frames, tape.end / frames],
        ["/tape/scale", tape.scale],
        ["/tape/play", int(tape.playing)],
    ]
    if not tape.looping:
        state.append(["/tape/loop", 0])
    return state
